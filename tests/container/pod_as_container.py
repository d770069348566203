"""A pod of a Job's manifest as a container of Docker: the same user, rights, limits, mounts and arguments."""
from typing import Any, Dict, List

Manifest = Dict[str, Any]
INDEX = "JOB_COMPLETION_INDEX"


def docker_run(job: Manifest, claims: Dict[str, str], index: int = 0, memory: str = "") -> List[str]:
    """The flags, image and arguments of `docker run`; claims are volumes' names by those of the claims."""
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    flags = _rights(pod, container) + _limits(container, memory) + _mounts(pod, container, claims)
    arguments = [word.replace("$({})".format(INDEX), str(index)) for word in container["args"]]
    return flags + ["--network", "none", "--env", "{}={}".format(INDEX, index), container["image"]] + arguments


def _rights(pod: Manifest, container: Manifest) -> List[str]:
    user, own = pod["securityContext"], container["securityContext"]
    flags = ["--user", "{}:{}".format(user["runAsUser"], user["runAsGroup"])]
    flags += [word for name in own["capabilities"]["drop"] for word in ("--cap-drop", name)]
    flags += [] if own["allowPrivilegeEscalation"] else ["--security-opt", "no-new-privileges"]
    return flags + (["--read-only"] if own["readOnlyRootFilesystem"] else [])


def _limits(container: Manifest, memory: str) -> List[str]:
    limits = container["resources"]["limits"]
    return ["--cpus", limits["cpu"], "--memory", memory or limits["memory"].replace("Gi", "g")]


def _mounts(pod: Manifest, container: Manifest, claims: Dict[str, str]) -> List[str]:
    sources = {volume["name"]: volume for volume in pod["volumes"]}
    flags = []  # type: List[str]
    for mount in container["volumeMounts"]:
        claim = sources[mount["name"]].get("persistentVolumeClaim")
        if claim is None:
            flags += ["--tmpfs", mount["mountPath"]]
        else:
            mode = ":ro" if mount.get("readOnly") else ""
            flags += ["--volume", claims[claim["claimName"]] + ":" + mount["mountPath"] + mode]
    return flags


def action(job: Manifest, code: int) -> str:
    """What the Job's controller does with a pod that ended with this code."""
    for rule in job["spec"]["podFailurePolicy"]["rules"]:
        if code in rule.get("onExitCodes", {}).get("values", ()):
            return rule["action"]
    return "Count"
