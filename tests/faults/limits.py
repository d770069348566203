"""Limits as a container has them: a control group of version 1 or 2."""
import contextlib
import os
from pathlib import Path
from typing import ContextManager, Iterator, Mapping, Sequence

from tests.waiting import wait_until

_ROOT = Path("/sys/fs/cgroup")
_SWAP = ("memory.swap.max", "memory.memsw.limit_in_bytes")  # not of every kernel
_SECOND = (_ROOT / "cgroup.controllers").exists()


def memory_limit(size: int) -> ContextManager[Sequence[str]]:
    """So many bytes, and no swap."""
    if _SECOND:
        return _limited("memory", {"memory.max": size, "memory.swap.max": 0})
    return _limited("memory", {"memory.limit_in_bytes": size, "memory.memsw.limit_in_bytes": size})


def process_limit(count: int) -> ContextManager[Sequence[str]]:
    """So many processes and threads."""
    return _limited("pids", {"pids.max": count})


@contextlib.contextmanager
def _limited(controller: str, limits: Mapping[str, int]) -> Iterator[Sequence[str]]:
    """What to put before a command, so that it and all its children have that."""
    group = (_ROOT if _SECOND else _ROOT / controller) / "pt2tflite-test-{}".format(os.getpid())
    if _SECOND and controller not in (_ROOT / "cgroup.subtree_control").read_text().split():
        (_ROOT / "cgroup.subtree_control").write_text("+" + controller)
    group.mkdir()
    try:
        for file, value in limits.items():
            if file not in _SWAP or (group / file).exists():
                (group / file).write_text(str(value))
        yield ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(group)]
    finally:
        wait_until(lambda: _removed(group))


def _removed(group: Path) -> bool:
    """Not before the last of its processes has gone."""
    with contextlib.suppress(OSError):
        group.rmdir()
    return not group.exists()
