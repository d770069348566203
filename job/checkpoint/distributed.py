"""Folders that torch.distributed.checkpoint (DCP) writes: parts of tensors in files of their own, and a pickled index of them.

The job does not read them, and says what makes a file of one.
"""
import os
import shlex
from pathlib import Path

from job.errors import BadCheckpoint

_INDEX, _PART = ".metadata", ".distcp"
_HINT = ("make a file of it where a newer PyTorch is: "
         "python -m torch.distributed.checkpoint.format_utils dcp_to_torch {} {}")


def is_distributed(path: Path) -> bool:
    """Whether it is such a folder, or one of the files in it. OSError where the volume does not say."""
    if path.is_dir():
        return any(name.endswith(_PART) for name in os.listdir(str(path))) and (path / _INDEX).is_file()
    return path.name.endswith(_PART) and is_distributed(path.parent)


def no_file(path: Path) -> BadCheckpoint:
    """For what is_distributed()."""
    folder = (path if path.is_dir() else path.parent).resolve().name
    words = shlex.quote(folder), shlex.quote(folder + ".pth")
    return BadCheckpoint("{}: {} torch.distributed.checkpoint wrote (DCP), not a file of weights".format(
        path.name, "a folder that" if path.is_dir() else "a part of what"), hint=_HINT.format(*words))
