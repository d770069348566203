"""One reader for each setting that only the command line has: of a run, or what loosens or replaces.

As in job.settings.setting_values: a reader raises Refused with what is wrong and what is allowed.
"""
import math
import os
import re
from pathlib import Path
from typing import Any, Mapping

from job.nearest import did_you_mean
from job.settings.drift_limits import LIMITS
from job.settings.setting_values import SIZE, Refused, mapping
from job.settings.share import MOST_SHARES, Share

MOST_WORKERS = 256
MOST_VERSIONS = 1000

_SHARE = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})$")
_RUN_ID = re.compile(r"[!-~]{1,128}")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


def switch(value: str) -> bool:
    if value.lower() not in _YES + _NO:
        raise Refused("neither yes nor no", "true or false, or the flag alone")
    return value.lower() in _YES


def workers(value: str) -> int:
    if not SIZE.match(value) or int(value) > MOST_WORKERS:
        raise Refused("not a number of workers", "a whole number from 1 to {}".format(MOST_WORKERS))
    return int(value)


def seconds(value: str) -> int:
    if not SIZE.match(value):
        raise Refused("not a number of seconds", "a whole number of seconds above zero")
    return int(value)


def versions_kept(value: str) -> int:
    if value != "0" and not (SIZE.match(value) and int(value) <= MOST_VERSIONS):
        raise Refused("not a number of versions", "a whole number from 0 to {}".format(MOST_VERSIONS))
    return int(value)


def max_drift(value: Any) -> Mapping[str, float]:
    allowed = "{{FIGURE: how much worse}}, of {}".format(", ".join(sorted(LIMITS)))
    limits = mapping(value, "{accuracy: 0.01}")
    wrong = [str(name) for name in limits if name not in LIMITS]
    if wrong or not limits:
        raise Refused("{!r} is no figure".format(wrong[0]) if wrong else "no figure",
                      did_you_mean("".join(wrong[:1]), LIMITS) or allowed)
    for name, most in limits.items():
        if isinstance(most, bool) or not isinstance(most, (int, float)) or not 0 <= most < math.inf:
            raise Refused("{}: {!r} is no number from 0 on".format(name, most), allowed)
    return {name: float(most) for name, most in limits.items()}


def share(value: str) -> Share:
    match = _SHARE.match(value)
    found = Share(int(match.group(1)), int(match.group(2))) if match else None
    if found is None or not found.is_one:
        raise Refused("no share of a number of them",
                      "INDEX/COUNT, such as 0/4 to 3/4, of at most {}".format(MOST_SHARES))
    return found


def run_id(value: str) -> str:
    if not _RUN_ID.fullmatch(value):
        raise Refused("no name of a run", "up to 128 letters, digits and signs of ASCII, without spaces")
    return value


def path_of_file(value: str) -> Path:
    path = Path(value)
    if os.path.isdir(value):
        raise Refused("it is a folder", "the name of a file")
    return path


def file_to_write(value: str) -> Path:
    path = path_of_file(value)
    if not os.path.isdir(str(path.parent)) or not os.access(str(path.parent), os.W_OK):
        raise Refused("no file can be written there", "a folder that is there and that this user may write to")
    return path


def log_style(value: str) -> str:
    if value not in ("text", "json"):
        raise Refused("no such kind of log", "text or json")
    return value
