"""Which architectures stand for their family in tests that take long.

Members of a family whose code is the job's own differ in widths and depths alone: the first stands for all. Each is
held against its reference, and was converted whole when its figures were measured.
"""
from typing import Tuple

from job.architectures import table
from job.architectures.families import torchvision
from job.architectures.registry import Architecture

VARIED = ("MobileNetV3", "Segmentation") + tuple(family.title for family in torchvision.FAMILIES)


def representatives() -> Tuple[str, ...]:
    return tuple(row.name for row in table() if row.family in VARIED or row == first_of(row.family))


def first_of(family: str) -> Architecture:
    return next(row for row in table() if row.family == family)
