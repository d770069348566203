"""scripts/pipelines/: each as its own tool reads it, and every command line as the job does."""
import ast
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml

from job.settings import command_line
from job.settings.settings import RunSettings, run_settings
from tests.kubernetes.restricted_profile import restricted
from tests.tools_environment import locked_tools

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def tools(checkout) -> Path:
    return locked_tools(HERE / "readers.lock", checkout)


@pytest.fixture
def pipelines(checkout) -> Path:
    return checkout / "scripts" / "pipelines"


def run_of(words: List[str]) -> RunSettings:
    """What the job makes of the words after its name; it raises where it would refuse them."""
    return run_settings(command_line.parsed([re.sub(r"\{\{.*?\}\}|\$\{?\w+\}?", "x", word) for word in words]))


def after(start: List[str], text: str) -> List[str]:
    """The words of a shell's text that follow these."""
    words = shlex.split(text.replace("\\\n", " "))
    place = next(number for number in range(len(words)) if words[number:number + len(start)] == start)
    return words[place + len(start):]


def accepted(*command: Any) -> bool:
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, PYTHONWARNINGS="ignore")).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("name, schema, key", [
    ("github.yml", "github-workflows", "runs-on"), ("gitlab.yml", "gitlab-ci", "exit_codes")])
def test_the_published_schemas_take_them(tools, pipelines, tmp_path, name, schema, key):
    check = [tools / "python", tools / "check-jsonschema", "--builtin-schema", "vendor." + schema]
    assert accepted(*check, pipelines / name)
    (tmp_path / name).write_text((pipelines / name).read_text().replace(key + ":", key + "x:"))
    assert not accepted(*check, tmp_path / name)


@pytest.mark.slow
def test_argo_s_definitions_know_every_field(tools, pipelines, tmp_path):
    read = [tools / "python", "-I", HERE / "read_argo.py"]
    assert accepted(*read, pipelines / "argo.yaml")
    for key in ("retryPolicy", "mountPath", "archive"):
        (tmp_path / "argo.yaml").write_text((pipelines / "argo.yaml").read_text().replace(key + ":", key + "x:"))
        assert not accepted(*read, tmp_path / "argo.yaml")


@pytest.mark.slow
def test_kubeflow_compiles_it(tools, pipelines, tmp_path):
    target = tmp_path / "pipeline.yaml"
    subprocess.check_call([str(tools / "python"), "-I", str(pipelines / "kubeflow.py"), str(target)])
    compiled = yaml.safe_load(target.read_text())
    container = compiled["deploymentSpec"]["executors"]["exec-convert"]["container"]
    assert container["command"] == ["python", "-m", "job"]
    run = run_of(container["args"])
    assert (run.command, run.checkpoints, str(run.output_dir), str(run.result_file)) == ("convert", ("x",), "x", "x")
    assert set(compiled["components"]["comp-convert"]["outputDefinitions"]["parameters"]) == {"verdict"}


def test_argo_hands_on_verdict_and_models(pipelines):
    spec = yaml.safe_load((pipelines / "argo.yaml").read_text())["spec"]
    (template,) = spec["templates"]
    run = run_of(template["container"]["args"])
    assert template["container"]["command"] == ["python", "-m", "job"]
    assert str(run.result_file) == template["outputs"]["parameters"][0]["valueFrom"]["path"]
    assert [artifact["path"] for artifact in template["outputs"]["artifacts"]] == ["/out", "/out/summary.json"]
    pod = {key: spec[key] for key in ("securityContext", "volumes")}
    assert restricted(dict(pod, containers=[template["container"]])) == []
    mounted = {mount["name"] for mount in template["container"]["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["volumes"]}


def dags_in(folder: Path, python: Path, home: Path) -> Dict[str, Any]:
    """What Airflow's DagBag makes of a folder."""
    environment = dict(os.environ, AIRFLOW_HOME=str(home), AIRFLOW__CORE__LOAD_EXAMPLES="False")
    said = subprocess.check_output([str(python), str(HERE / "read_dags.py"), str(folder)], env=environment)
    return json.loads(said.decode().splitlines()[-1])


@pytest.mark.slow
def test_airflow_parses_the_dag(checkout, pipelines, tmp_path):
    python = locked_tools(HERE / "airflow.lock", checkout) / "python"
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "convert.py").write_text((pipelines / "airflow.py").read_text())
    arguments = ["convert", "--log=json", "--result-file=/airflow/xcom/return.json"]
    assert dags_in(dags, python, tmp_path / "home") == {
        "errors": 0, "tasks": {"pt2tflite": [["KubernetesPodOperator", arguments]]}}
    (dags / "convert.py").write_text((pipelines / "airflow.py").read_text().replace("do_xcom_push", "do_xcom_pushes"))
    assert dags_in(dags, python, tmp_path / "home") == {"errors": 1, "tasks": {}}


def test_airflow_finds_the_verdict_where_it_looks(pipelines):
    """What its operator is called with."""
    tree = ast.parse((pipelines / "airflow.py").read_text())
    (call,) = [node for node in ast.walk(tree)
               if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "KubernetesPodOperator"]
    said = {keyword.arg: keyword.value for keyword in call.keywords}
    run = run_of(ast.literal_eval(said["arguments"]))
    assert (run.command, str(run.result_file)) == ("convert", "/airflow/xcom/return.json")
    assert ast.literal_eval(said["cmds"]) == ["python", "-m", "job"]
    assert ast.literal_eval(said["do_xcom_push"]) is True


def test_all_ask_for_what_the_manifests_ask_for(checkout, pipelines):
    """The whole limit: a node short of memory then evicts others first."""
    job = yaml.safe_load((checkout / "scripts" / "kubernetes" / "base" / "job.yaml").read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    asked = {kind: container["resources"]["limits"][kind] for kind in ("cpu", "memory")}
    (template,) = yaml.safe_load((pipelines / "argo.yaml").read_text())["spec"]["templates"]
    assert template["container"]["resources"] == {"requests": asked, "limits": asked}
    airflow, kubeflow = ((pipelines / name).read_text() for name in ("airflow.py", "kubeflow.py"))
    for of in ("request", "limit"):
        assert '{of}s={{"cpu": "{cpu}", "memory": "{memory}"}}'.format(of=of, **asked) in airflow
        assert re.search(r'set_cpu_{of}\("{cpu}"\).*set_memory_{of}\("{memory}"\)'.format(of=of, **asked), kubeflow)


def test_github_s_step_runs_the_hardened_container(pipelines):
    workflow = yaml.safe_load((pipelines / "github.yml").read_text())
    steps = {step.get("name"): step for step in workflow["jobs"]["convert"]["steps"]}
    run = run_of(after(["$IMAGE"], steps["Convert"]["run"]))
    assert (run.command, run.checkpoints, str(run.result_file)) == ("convert", ("x",), "/out/verdict.json")
    assert "inputs." not in steps["Convert"]["run"], "what a person types must not become part of a script"


def test_gitlab_tries_again_what_a_retry_may_mend(pipelines):
    job = yaml.safe_load((pipelines / "gitlab.yml").read_text())["convert"]
    run = run_of(after(["python", "-m", "job"], job["script"][-1]))
    assert (run.command, str(run.result_file)) == ("convert", "x/out/verdict.json")
    assert job["retry"]["exit_codes"] == [75, 137, 143]


def crontab_line(pipelines: Path) -> Dict[str, Any]:
    lines = (pipelines / "crontab").read_text().splitlines()
    (line,) = [line for line in lines if not line.startswith("#")]
    *fields, command = line.split(None, 5)
    return {"fields": fields, "command": command}


def test_cron_runs_one_at_a_time(pipelines):
    line = crontab_line(pipelines)
    assert all(re.match(r"(\*|\d{1,2})$", field) for field in line["fields"]) and len(line["fields"]) == 5
    assert "%" not in line["command"], "cron would end the line there"
    words = shlex.split(line["command"])
    assert words[:2] == ["flock", "--nonblock"] and words[3:5] == ["docker", "run"]
    assert run_of(words[words.index("pt2tflite") + 1:]).command == "convert"
