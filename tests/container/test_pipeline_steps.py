"""The steps of scripts/pipelines/ that are shell, run as they are written, against the real image."""
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from volumes import content, fill

pytestmark = pytest.mark.slow


@pytest.fixture
def project(checkpoints, tmp_path) -> Path:
    """A repository with a checkpoint in it."""
    folder = tmp_path / "project"
    shutil.copytree(str(checkpoints), str(folder))
    return folder


def check_verdict(folder: Path) -> None:
    (line,) = (folder / "verdict.json").read_text().splitlines()
    assert json.loads(line) == {"exit_code": 0, "converted": 1, "current": 0, "failed": 0}
    assert (folder / "small" / "SHA256SUMS").exists()


def test_github(docker, image, checkout, project):
    job = yaml.safe_load((checkout / "scripts/pipelines/github.yml").read_text())["jobs"]["convert"]
    files = {name: str(project / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    environment = dict(docker.environment(), IMAGE=image, CHECKPOINT="small.pth", **files)
    environment["PATH"] = str(Path(docker.client).parent) + os.pathsep + environment["PATH"]
    for step in job["steps"]:
        if "run" in step:
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            subprocess.run(shell, check=True, cwd=str(project), env=environment, stdout=subprocess.PIPE)
    check_verdict(project / "out")
    (output,) = Path(files["GITHUB_OUTPUT"]).read_text().splitlines()
    assert json.loads(output[len("verdict="):]) == json.loads(Path(files["GITHUB_STEP_SUMMARY"]).read_text())


def test_gitlab(docker, image, checkout, project):
    job = yaml.safe_load((checkout / "scripts/pipelines/gitlab.yml").read_text())["convert"]
    project.chmod(0o777)  # as the runner makes it
    (project / "job").mkdir()  # a module of the project's own, of the same name
    (project / "job" / "__init__.py").write_text("raise SystemExit('not this one')")
    script = "\n".join(["set -e", 'cd "$CI_PROJECT_DIR"'] + job["script"])
    flags = ["--entrypoint", job["image"]["entrypoint"][0], "--volume", "{}:/builds/project".format(project),
             "--env", "CI_PROJECT_DIR=/builds/project", "--env", "CHECKPOINT=small.pth"]
    docker("run", "--rm", *flags, image, "sh", "-c", script)
    check_verdict(project / "out")


def test_cron(docker, image, checkout, volume, checkpoints, tmp_path):
    ckpt, out = volume("ckpt"), volume("out")
    fill(docker, image, ckpt, checkpoints)
    lines = (checkout / "scripts/pipelines/crontab").read_text().splitlines()
    (line,) = [line for line in lines if "docker run" in line]
    words = shlex.split(line[line.index("docker run"):])[1:]
    instead = {"ckpt:/in:ro": ckpt + ":/in:ro", "out:/out": out + ":/out", "pt2tflite": image}
    docker(*[instead.get(word, word) for word in words])
    check_verdict(content(docker, image, out, tmp_path / "out"))
