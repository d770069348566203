"""scripts/kubernetes/job.yaml against Kubernetes' schemas, its restricted profile and our exit codes."""
import copy
import subprocess
from pathlib import Path
from typing import Any, Dict

import pytest
import yaml

from job import errors
from restricted_profile import inconsistent, restricted

VERSIONS = ("1.29", "1.31", "1.33", "1.35", "1.37")


@pytest.fixture(scope="module")
def manifest_file(checkout) -> Path:
    return checkout / "scripts" / "kubernetes" / "job.yaml"


@pytest.fixture
def job(manifest_file) -> Dict[str, Any]:
    return yaml.safe_load(manifest_file.read_text())


@pytest.fixture
def pod(job) -> Dict[str, Any]:
    return job["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_s_schema_takes_it(tools, manifest_file, version):
    done = _validate(tools, manifest_file, version)
    assert done.returncode == 0, done.stdout.decode()


def test_the_schema_is_really_applied(tools, job, tmp_path):
    misspelt = tmp_path / "job.yaml"
    job["spec"]["backofLimit"] = job["spec"].pop("backoffLimit")
    misspelt.write_text(yaml.safe_dump(job))
    done = _validate(tools, misspelt, VERSIONS[-1])
    assert done.returncode != 0 and b"backofLimit" in done.stdout


def _validate(tools: Path, manifest: Path, version: str) -> "subprocess.CompletedProcess[bytes]":
    command = [str(tools / "kubernetes-validate"), "--strict", "--kubernetes-version", version, str(manifest)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_it_passes_the_restricted_profile(pod):
    assert restricted(pod) == []


def test_its_fields_agree_with_each_other(job):
    assert inconsistent(job) == []


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
    "podFailurePolicy takes podReplacementPolicy Failed": (
        "spec.podReplacementPolicy", "TerminatingOrFailed"),
    "action cannot be Fail": (RULE + ".action", "Fail"),
    "FailIndex takes backoffLimitPerIndex": (RULE + ".action", "FailIndex"),
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


def test_exactly_the_exit_codes_that_a_retry_cannot_mend_fail_the_job(job):
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    codes = {kind.exit_code for kind in classes if issubclass(kind, errors.JobError)}
    retried = {errors.EnvironmentFailed.exit_code, errors.Stopped.exit_code, errors.Interrupted.exit_code}
    rules = job["spec"]["podFailurePolicy"]["rules"]
    ends_it = [rule["onExitCodes"]["values"] for rule in rules if rule["action"] == "FailJob"]
    assert ends_it == [sorted(codes - retried)]


def test_it_is_a_batch_job_that_ends_and_cleans_up(job, pod):
    spec = job["spec"]
    limits = ("backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished")
    assert all(spec[limit] > 0 for limit in limits)
    assert pod["automountServiceAccountToken"] is False
    assert job["spec"]["template"]["metadata"]["labels"] == job["metadata"]["labels"]


def test_it_fits_the_image(pod):
    container = pod["containers"][0]
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/in", "/out", "/tmp"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["terminationMessagePath"] == "/dev/termination-log"
    assert "command" not in container
    assert set(container["resources"]["requests"]) == set(container["resources"]["limits"])


def test_the_user_is_the_image_s(pod, checkout):
    user = "USER {runAsUser}:{runAsGroup}".format(**pod["securityContext"])
    assert user in (checkout / "Dockerfile").read_text().splitlines()
