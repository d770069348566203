"""The name under which a checkpoint is published, from its path in the input volume and back.

sub/folder/net.v1.pth -> sub+folder+net.v1. What would be read as something else is percent-encoded: + and %
themselves, a leading dot, control characters, backslashes, and all that is not ASCII, so that a name does
not depend on the locale.
"""
import hashlib
import os
import re
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

from job.checkpoint.shards import without_suffix
from job.errors import BadCheckpoint

_LONGEST = 200  # bytes: a file's name has at most 255, and ours end in .float32.tflite
_DIGITS = 16
_TAKEN = re.compile(r"summary[^+]*\.json$")
_UNSAFE = re.compile(br"[^ -~]|[%+\\]|^\.")


def name_from_path(path: PurePosixPath) -> str:
    """The name of a checkpoint whose path is relative to the input folder; BadCheckpoint where none will do."""
    name = _joined(path)
    if len(name) > _LONGEST:
        raise BadCheckpoint("{}: its name takes {} bytes, folders and what is encoded included, and {} is the most".format(
            path, len(name), _LONGEST), hint="rename it")
    if _TAKEN.match(name):
        raise BadCheckpoint("{}: a summary would have the name that it is to be published under".format(path),
                            hint="rename it")
    return name


def stand_in(path: PurePosixPath) -> str:
    """What a checkpoint is called in a report that it has no name to be published under: no other is called so."""
    name = _joined(path)
    digest = hashlib.sha256(name.encode("ascii")).hexdigest()
    return "{}~{}".format(name[:_LONGEST - _DIGITS - 1], digest[:_DIGITS])


def path_from_name(name: str) -> PurePosixPath:
    """The checkpoint's path, less its suffix."""
    return PurePosixPath(*[os.fsdecode(unquote_to_bytes(part)) for part in name.split("+")])


def _joined(path: PurePosixPath) -> str:
    return "+".join(_encoded(part) for part in without_suffix(path).parts)


def _encoded(part: str) -> str:
    return _UNSAFE.sub(lambda found: b"%%%02X" % ord(found.group()), os.fsencode(part)).decode("ascii")
