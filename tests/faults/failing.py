"""Builds failing.c, and sets which calls of the processes that have it preloaded fail."""
import errno
import mmap
import os
import struct
import subprocess
from pathlib import Path
from typing import Dict

WRITE, FLUSH, RENAME, CREATE, EXCHANGE, READ, REMOVE = (1 << bit for bit in range(7))
CHANGES = WRITE | FLUSH | RENAME | CREATE | EXCHANGE
GROWS = WRITE | CREATE  # what a full disk refuses
EVER = (1 << 62)
_STATE = struct.Struct("=5q")  # kinds, first, last, error, seen


class Failing:
    """Calls on what lies under `folder`, in all processes started with `environment`."""

    def __init__(self, scratch: Path, folder: Path) -> None:
        self._library, state = scratch / "failing.so", scratch / "failing.state"
        subprocess.check_call(["gcc", "-shared", "-fPIC", "-O1", "-o", str(self._library),
                               str(Path(__file__).with_name("failing.c")), "-ldl"])
        state.write_bytes(bytes(4096))
        with state.open("r+b") as file:
            self._state = mmap.mmap(file.fileno(), 4096)
        self.environment = {"LD_PRELOAD": str(self._library), "FAILING_FOLDER": str(folder),
                            "FAILING_STATE": str(state)}  # type: Dict[str, str]

    def set(self, kinds: int, first: int = 0, last: int = 0, number: int = errno.ENOSPC) -> None:
        """The calls of these kinds from the first to the last fail, counted from 1 on and from now on."""
        self._state[:_STATE.size] = _STATE.pack(kinds, first, last, number, 0)

    @property
    def seen(self) -> int:
        """How many calls of these kinds there were."""
        return _STATE.unpack(self._state[:_STATE.size])[4]


def environment_with(failing: Failing) -> Dict[str, str]:
    return dict(os.environ, **failing.environment)
