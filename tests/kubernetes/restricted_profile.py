"""Kubernetes' rules that schemas cannot say: the restricted Pod Security profile, and a Job's fields.

From the pages "Pod Security Standards" and "Pod failure policy" of Kubernetes' documentation. Each rule gives
the sentences that are true of a manifest and should not be; an empty list is a pass.
"""
from typing import Any, Dict, Iterator, List

Manifest = Dict[str, Any]

VOLUME_TYPES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
}
SECCOMP_TYPES = {"RuntimeDefault", "Localhost"}
CHOICES = {
    "restartPolicy": {"Always", "OnFailure", "Never"},
    "imagePullPolicy": {"Always", "IfNotPresent", "Never"},
    "terminationMessagePolicy": {"File", "FallbackToLogsOnError"},
    "fsGroupChangePolicy": {"OnRootMismatch", "Always"},
    "podReplacementPolicy": {"TerminatingOrFailed", "Failed"},
    "concurrencyPolicy": {"Allow", "Forbid", "Replace"},
    "completionMode": {"NonIndexed", "Indexed"},
    "action": {"FailIndex", "FailJob", "Ignore", "Count"},
    "operator": {"In", "NotIn"},
}


def restricted(pod: Manifest) -> List[str]:
    """What the restricted profile refuses in a pod's spec."""
    sentences = list(_pod_rules(pod))
    for container in _containers(pod):
        sentences += _container_rules(pod, container)
    return sentences


def _containers(pod: Manifest) -> List[Manifest]:
    kinds = ("initContainers", "containers", "ephemeralContainers")
    return [container for kind in kinds for container in pod.get(kind, [])]


def _pod_rules(pod: Manifest) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field + " is shared"
    for volume in pod.get("volumes", []):
        for kind in sorted(set(volume) - {"name"} - VOLUME_TYPES):
            yield "volume {} is a {}".format(volume["name"], kind)
    for sysctl in pod.get("securityContext", {}).get("sysctls", []):
        yield "sysctl {} is set".format(sysctl["name"])


def _container_rules(pod: Manifest, container: Manifest) -> Iterator[str]:
    """A container's own setting wins over the pod's."""
    own = container.get("securityContext", {})
    effective = dict(pod.get("securityContext", {}), **own)
    capabilities = own.get("capabilities", {})
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "privilege escalation is not ruled out"
    if "ALL" not in capabilities.get("drop", []):
        yield "capabilities are not all dropped"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "capabilities are added"
    if effective.get("runAsNonRoot") is not True:
        yield "may run as root"
    if effective.get("runAsUser") == 0:
        yield "runs as root"
    if effective.get("seccompProfile", {}).get("type") not in SECCOMP_TYPES:
        yield "no seccomp profile"
    if own.get("procMount", "Default") != "Default":
        yield "/proc is unmasked"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield "a port of the host is used"


def inconsistent(job: Manifest) -> List[str]:
    """What the server refuses of a Job although each field for itself is well-formed."""
    spec = job["spec"]
    pod = spec["template"]["spec"]
    return [*_unknown_choices(job), *_policy_rules(spec), *_index_rules(spec), *_mount_rules(pod)]


def _unknown_choices(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _unknown_choices(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in CHOICES and item not in CHOICES[key]:
                yield "{} cannot be {}".format(key, item)
            yield from _unknown_choices(item)


def _policy_rules(spec: Manifest) -> Iterator[str]:
    policy = spec.get("podFailurePolicy")
    pod = spec["template"]["spec"]
    if pod.get("restartPolicy") not in ("Never", "OnFailure"):
        yield "a Job's restartPolicy is Never or OnFailure"
    if policy is None:
        return
    if pod.get("restartPolicy") != "Never":
        yield "podFailurePolicy takes restartPolicy Never"
    if spec.get("podReplacementPolicy", "Failed") != "Failed":
        yield "podFailurePolicy takes podReplacementPolicy Failed"
    names = {container["name"] for container in _containers(pod)}
    for rule in policy["rules"]:
        codes = rule.get("onExitCodes")
        if (codes is None) == ("onPodConditions" not in rule):
            yield "a rule takes exit codes or conditions, one of the two"
        if codes and codes.get("containerName") not in names | {None}:
            yield "no container is named {}".format(codes["containerName"])
        if codes and codes["values"] != sorted(set(codes["values"])):
            yield "exit codes are not sorted, or twice there"
        if codes and codes["operator"] == "In" and 0 in codes["values"]:
            yield "exit code 0 is no failure"
        if rule["action"] == "FailIndex" and "backoffLimitPerIndex" not in spec:
            yield "FailIndex takes backoffLimitPerIndex"


def _index_rules(spec: Manifest) -> Iterator[str]:
    """What only an Indexed Job may have, and what it must."""
    if spec.get("completionMode") == "Indexed":
        if not spec.get("completions"):
            yield "an Indexed Job says how many completions"
    else:
        for field in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if field in spec:
                yield field + " takes completionMode Indexed"
    if "maxFailedIndexes" in spec and "backoffLimitPerIndex" not in spec:
        yield "maxFailedIndexes takes backoffLimitPerIndex"
    if spec.get("parallelism", 1) > spec.get("completions", spec.get("parallelism", 1)):
        yield "more pods at a time than in all"


def _mount_rules(pod: Manifest) -> Iterator[str]:
    volumes = {volume["name"] for volume in pod.get("volumes", [])}
    for container in _containers(pod):
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield "no volume is named {}".format(mount["name"])
