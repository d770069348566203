"""scripts/kubernetes/ against Kubernetes' schemas, its restricted profile and our exit codes."""
import copy
import subprocess
from pathlib import Path
from typing import Any, Dict

import pytest
import yaml

from job import errors
from job.settings import command_line
from job.settings.settings import run_settings
from tests.kubernetes.manifests import manifests_in, of_kind
from tests.kubernetes.restricted_profile import inconsistent, restricted

pytestmark = pytest.mark.slow

OVERLAYS = ("overlays/job", "overlays/indexed", "overlays/summarize", "overlays/cron", "claims")
VERSIONS = ("1.29", "1.33", "1.37")
OTHERS = dict(
    image="r.example/a/b:1", checkpoints="in-claim", models="out-claim", storage="5Gi", cpu="3", memory="9Gi",
    deadline="77", keep="99", checkpoint="sub/other.pth", shards="7", parallel="3", schedule="30 4 * * 1")


@pytest.fixture(scope="module")
def files(render) -> Dict[str, Path]:
    return {overlay: render(overlay) for overlay in OVERLAYS}


@pytest.fixture(scope="module")
def jobs(files) -> Dict[str, Dict[str, Any]]:
    """The Job of each overlay, by its last word; the scheduled one is taken out of its template."""
    found = {name: of_kind(files["overlays/" + name], "Job") for name in ("job", "indexed", "summarize")}
    return dict(found, cron=of_kind(files["overlays/cron"], "CronJob")["spec"]["jobTemplate"])


@pytest.fixture
def job(jobs) -> Dict[str, Any]:
    return copy.deepcopy(jobs["job"])


@pytest.fixture
def pod(job) -> Dict[str, Any]:
    return job["spec"]["template"]["spec"]


def pod_of(job):
    return job["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_s_schema_takes_them(kubernetes_tools, files, version):
    done = _validate(kubernetes_tools, version, *files.values())
    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.count(b"passed") == sum(len(manifests_in(file)) for file in files.values())


def test_the_schema_is_really_applied(kubernetes_tools, job, tmp_path):
    misspelt = tmp_path / "job.yaml"
    job["spec"]["backofLimit"] = job["spec"].pop("backoffLimit")
    misspelt.write_text(yaml.safe_dump(job))
    done = _validate(kubernetes_tools, VERSIONS[-1], misspelt)
    assert done.returncode != 0 and b"backofLimit" in done.stdout


def _validate(tools: Path, version: str, *manifests: Path) -> "subprocess.CompletedProcess[bytes]":
    command = [str(tools / "kubernetes-validate"), "--strict", "--kubernetes-version", version]
    files = [str(file) for file in manifests]
    return subprocess.run(command + files, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_all_of_them_pass_the_restricted_profile(jobs):
    assert {name: restricted(pod_of(job)) for name, job in jobs.items()} == dict.fromkeys(jobs, [])


def test_their_fields_agree_with_each_other(jobs):
    assert {name: inconsistent(job) for name, job in jobs.items()} == dict.fromkeys(jobs, [])


WEAKENED = {
    "hostNetwork is shared": ("hostNetwork", True),
    "volume models is a hostPath": ("volumes.1", {"name": "models", "hostPath": {"path": "/data"}}),
    "may run as root": ("securityContext.runAsNonRoot", False),
    "runs as root": ("securityContext.runAsUser", 0),
    "no seccomp profile": ("securityContext.seccompProfile", {"type": "Unconfined"}),
    "privileged": ("containers.0.securityContext.privileged", True),
    "privilege escalation is not ruled out": ("containers.0.securityContext.allowPrivilegeEscalation", True),
    "capabilities are not all dropped": ("containers.0.securityContext.capabilities", {"drop": ["NET_RAW"]}),
    "capabilities are added": ("containers.0.securityContext.capabilities.add", ["SYS_PTRACE"]),
}


@pytest.mark.parametrize("sentence", WEAKENED)
def test_the_profile_notices(pod, sentence):
    assert restricted(_changed(pod, *WEAKENED[sentence])) == [sentence]


RULE = "spec.podFailurePolicy.rules.1"
BROKEN = {
    "restartPolicy cannot be never": ("spec.template.spec.restartPolicy", "never"),
    "podFailurePolicy takes restartPolicy Never": ("spec.template.spec.restartPolicy", "OnFailure"),
    "podFailurePolicy takes podReplacementPolicy Failed": ("spec.podReplacementPolicy", "TerminatingOrFailed"),
    "action cannot be Fail": (RULE + ".action", "Fail"),
    "FailIndex takes backoffLimitPerIndex": (RULE + ".action", "FailIndex"),
    "backoffLimitPerIndex takes completionMode Indexed": ("spec.backoffLimitPerIndex", 1),
    "maxFailedIndexes takes backoffLimitPerIndex": ("spec.maxFailedIndexes", 1),
    "an Indexed Job says how many completions": ("spec.completionMode", "Indexed"),
    "no container is named convert": (RULE + ".onExitCodes.containerName", "convert"),
    "exit code 0 is no failure": (RULE + ".onExitCodes.values", [0, 1]),
    "exit codes are not sorted, or twice there": (RULE + ".onExitCodes.values", [3, 2]),
    "a rule takes exit codes or conditions, one of the two": (RULE + ".onPodConditions", []),
    "no volume is named models": (
        "spec.template.spec.volumes", [{"name": "checkpoints"}, {"name": "scratch"}]),
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_disagreeing_fields_are_noticed(job, sentence):
    assert sentence in inconsistent(_changed(job, *BROKEN[sentence]))


def _changed(manifest: Dict[str, Any], path: str, value: Any) -> Dict[str, Any]:
    changed = copy.deepcopy(manifest)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = changed
    for step in parents:
        place = place[step]
    place[last] = value
    return changed


def test_what_a_retry_cannot_mend_fails_at_once_and_all_else_is_tried_again(jobs):
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    codes = {kind.exit_code for kind in classes if issubclass(kind, errors.JobError)}
    retried = {errors.EnvironmentFailed.exit_code, errors.Stopped.exit_code, errors.Interrupted.exit_code}
    for name, job in jobs.items():
        ignored, fails, counts = job["spec"]["podFailurePolicy"]["rules"]
        assert (ignored["action"], ignored["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
        assert fails["action"] == ("FailIndex" if name == "indexed" else "FailJob")
        assert fails["onExitCodes"]["values"] == sorted(codes - retried)
        assert counts["action"] == "Count"
        assert set(counts["onExitCodes"]["values"]) == retried | {128 + 9}


def test_each_ends_and_cleans_up(jobs):
    for name, job in jobs.items():
        spec = job["spec"]
        tries = "backoffLimitPerIndex" if name == "indexed" else "backoffLimit"
        assert all(spec[limit] > 0 for limit in (tries, "activeDeadlineSeconds", "ttlSecondsAfterFinished"))
        assert ("backoffLimit" in spec) == (name != "indexed")
        assert pod_of(job)["automountServiceAccountToken"] is False


def test_no_packet_leaves_or_reaches_any_pod(files, jobs):
    for name, job in jobs.items():
        policy = of_kind(files["overlays/" + name], "NetworkPolicy")["spec"]
        selected = policy["podSelector"]["matchLabels"].items()
        assert selected and selected <= job["spec"]["template"]["metadata"]["labels"].items()
        assert set(policy) == {"podSelector", "policyTypes"} and policy["policyTypes"] == ["Ingress", "Egress"]


def test_the_schedule_never_runs_two(files):
    spec = of_kind(files["overlays/cron"], "CronJob")["spec"]
    assert spec["concurrencyPolicy"] == "Forbid" and spec["startingDeadlineSeconds"] > 0
    kinds = [each["kind"] for each in manifests_in(files["overlays/cron"])]
    assert kinds == ["ConfigMap", "CronJob", "NetworkPolicy"]


def test_every_node_can_mount_the_claims(files):
    claims = [each for each in manifests_in(files["claims"]) if each["kind"] == "PersistentVolumeClaim"]
    assert [claim["metadata"]["name"] for claim in claims] == ["pt2tflite-in", "pt2tflite-out"]
    assert {mode for claim in claims for mode in claim["spec"]["accessModes"]} == {"ReadWriteMany"}


def test_they_fit_the_image(jobs, checkout):
    for job in jobs.values():
        container, = pod_of(job)["containers"]
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/in", "/out", "/tmp"}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["terminationMessagePath"] == "/dev/termination-log"
        assert "command" not in container
        assert set(container["resources"]["requests"]) == set(container["resources"]["limits"])
        user = "USER {runAsUser}:{runAsGroup}".format(**pod_of(job)["securityContext"])
        assert user in (checkout / "Dockerfile").read_text().splitlines()


def test_the_job_understands_what_they_say(jobs):
    said = {name: pod_of(job)["containers"][0]["args"] for name, job in jobs.items()}
    third = {name: [word.replace("$(JOB_COMPLETION_INDEX)", "3") for word in words] for name, words in said.items()}
    runs = {name: run_settings(command_line.parsed(words)) for name, words in third.items()}
    assert {name: run.command for name, run in runs.items()} == {
        "job": "convert", "indexed": "convert", "cron": "convert", "summarize": "summarize"}
    assert runs["job"].checkpoints == ("model.pth",) and runs["cron"].checkpoints == ()
    index, run_id = pod_of(jobs["indexed"])["containers"][0]["env"]
    assert index["name"] == "JOB_COMPLETION_INDEX" and "job-completion-index" in str(index["valueFrom"])
    assert run_id["name"] == "RUN_ID" and "controller-uid" in str(run_id["valueFrom"])
    assert runs["indexed"].run_id == "$(RUN_ID)"
    assert runs["indexed"].share == (3, jobs["indexed"]["spec"]["completions"])


def test_every_setting_arrives_where_it_belongs(render, kubernetes_tools):
    rendered = {overlay: render(overlay, **OTHERS) for overlay in OVERLAYS}
    assert _validate(kubernetes_tools, VERSIONS[-1], *rendered.values()).returncode == 0
    indexed = of_kind(rendered["overlays/indexed"], "Job")["spec"]
    cron = of_kind(rendered["overlays/cron"], "CronJob")["spec"]
    assert (indexed["completions"], indexed["parallelism"]) == (7, 3)
    assert pod_of({"spec": indexed})["containers"][0]["args"][2] == "--shard=$(JOB_COMPLETION_INDEX)/7"
    assert cron["schedule"] == "30 4 * * 1"
    assert pod_of(of_kind(rendered["overlays/job"], "Job"))["containers"][0]["args"][-1] == "sub/other.pth"
    for spec in (indexed, cron["jobTemplate"]["spec"]):
        (container,) = pod_of({"spec": spec})["containers"]
        limits = container["resources"]["limits"]
        assert (spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (77, 99)
        assert container["image"] == "r.example/a/b:1"
        assert (limits["cpu"], limits["memory"]) == ("3", "9Gi")
        assert {**limits, **container["resources"]["requests"]} == {**limits, "ephemeral-storage": "256Mi"}
        volumes = pod_of({"spec": spec})["volumes"][:2]
        claims = [volume["persistentVolumeClaim"]["claimName"] for volume in volumes]
        assert claims == ["in-claim", "out-claim"]
    claims = [each for each in manifests_in(rendered["claims"]) if each["kind"] == "PersistentVolumeClaim"]
    sizes = {claim["metadata"]["name"]: claim["spec"]["resources"]["requests"]["storage"] for claim in claims}
    assert sizes == {"in-claim": "5Gi", "out-claim": "5Gi"}
