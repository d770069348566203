"""What is handed between the modules of this package."""
from pathlib import Path
from typing import Any, NamedTuple, Optional, Tuple

from job.errors import BadCheckpoint
from job.first_few import first_few

STAGE, CALIBRATION = "samples", "calibration"
_NAMED = 10  # problems that a message names


class SampleFile(NamedTuple):
    name: str  # as seen from the folder: 1.png, or cat/1.png
    path: Path
    label: Optional[str]  # the folder of its class, None where it lies in no such folder


class SampleFolder(NamedTuple):
    files: Tuple[SampleFile, ...]  # those that may be used, in the order of their names
    found: int  # how many there are
    labels: Tuple[str, ...]  # every folder of a class, in the order of names
    problems: Tuple[str, ...]  # a sentence for each file that is no sample


class BadSample(Exception):
    """Why a file cannot be a sample, in a few words."""


def bad_samples(problems: Any, hint: str, stage: str = STAGE) -> BadCheckpoint:
    """The error that names every problem, or the first of many; `stage` is the flag that the folder was given with."""
    return BadCheckpoint("{}: {}".format(stage, "; ".join(first_few(list(problems), _NAMED))), hint=hint, stage=stage)
