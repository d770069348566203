"""A memory limit as a container has it: a control group of version 1 or 2."""
import contextlib
import os
import time
from pathlib import Path
from typing import Iterator, Sequence

_ROOT = Path("/sys/fs/cgroup")


@contextlib.contextmanager
def memory_limit(size: int) -> Iterator[Sequence[str]]:
    """What to put before a command, so that it and all its children have so many bytes and no swap."""
    second = (_ROOT / "cgroup.controllers").exists()
    group = (_ROOT if second else _ROOT / "memory") / "pt2tflite-test-{}".format(os.getpid())
    if second and "memory" not in (_ROOT / "cgroup.subtree_control").read_text().split():
        (_ROOT / "cgroup.subtree_control").write_text("+memory")
    group.mkdir()
    try:
        limits = ("memory.max", "memory.swap.max") if second else (
            "memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
        (group / limits[0]).write_text(str(size))
        if (group / limits[1]).exists():
            (group / limits[1]).write_text("0" if second else str(size))
        yield ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(group)]
    finally:
        _remove(group)


def _remove(group: Path) -> None:
    """Once the last of its processes has gone."""
    deadline = time.monotonic() + 60
    while True:
        try:
            group.rmdir()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
