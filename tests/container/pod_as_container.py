"""A pod of a Job's manifest as a container of Docker: the same user, rights, limits, mounts and arguments."""
from typing import Any, Dict, List

Manifest = Dict[str, Any]
INDEX, RUN_ID = "JOB_COMPLETION_INDEX", "RUN_ID"


def docker_run(job: Manifest, claims: Dict[str, str], index: int = 0, memory: str = "", uid: str = "1") -> List[str]:
    """The flags, image and arguments of `docker run`; claims are volumes' names by those of the claims, uid is the Job's."""
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    flags = _rights(pod, container) + _limits(container, memory) + _mounts(pod, container, claims)
    values = {INDEX: str(index), RUN_ID: uid}
    flags += ["--network", "none"] + [word for each in values.items() for word in ("--env", "=".join(each))]
    return flags + [container["image"]] + [_expanded(word, values) for word in container["args"]]


def _expanded(word: str, values: Dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace("$({})".format(name), value)
    return word


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
