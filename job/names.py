"""The name under which a checkpoint is published, from its path in the input volume and back.

sub/folder/net.v1.pth -> sub+folder+net.v1. What would be read as something else is percent-encoded: + and %
themselves, a leading dot, control characters, backslashes, and all that is not ASCII, so that a name does
not depend on the locale.
"""
import os
import re
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

from job.errors import UsageError
from job.shards import without_suffix

_LONGEST = 200  # bytes: a file's name has at most 255, and ours end in .float32.tflite
_TAKEN = re.compile(r"summary[^+]*\.json$")
_UNSAFE = re.compile(br"[^ -~]|[%+\\]|^\.")


def name_from_path(path: PurePosixPath) -> str:
    """The name of a checkpoint whose path is relative to the input folder; UsageError where none will do."""
    name = "+".join(_encoded(part) for part in without_suffix(path).parts)
    if len(name) > _LONGEST or _TAKEN.match(name):
        raise UsageError("{}: cannot publish under this name".format(path),
                         hint="rename it; at most {} bytes, and not summary.json".format(_LONGEST))
    return name


def path_from_name(name: str) -> PurePosixPath:
    """The checkpoint's path, less its suffix."""
    return PurePosixPath(*[os.fsdecode(unquote_to_bytes(part)) for part in name.split("+")])


def _encoded(part: str) -> str:
    return _UNSAFE.sub(lambda found: b"%%%02X" % ord(found.group()), os.fsencode(part)).decode("ascii")
