"""Ranges of what a CONCATENATION joins: in int8 all of it has one scale, and what comes with another is rounded once more.

It takes the range of the whole from the start where nothing else reads it, or where that is at most twice its own. So
does what stands there before a pad or a pool, which keep their scale. A range that cuts off more is for what nothing else
reads, and no average is taken of. What ends at an activation keeps that end as its range's: the kernels of 1.14 know no other.
"""
from typing import Dict, Mapping, Tuple

from job.tensorflow_model.flatbuffer.tflite_file import KEEP_SCALE, Operator, TFLiteFile
from job.tensorflow_model.quantised.ranges import Range

_WIDER = 2


def joined_ranges(file: TFLiteFile, ranges: Mapping[int, Range]) -> Dict[int, Range]:
    """`ranges` are by the index of a tensor; those of the file's inputs stay."""
    joined = dict(ranges)
    read = file.times_read()
    made = file.makers()
    for operator in reversed(file.operators):
        for index in set(made).intersection(_parts(operator)).intersection(joined):
            own, whole = joined[index], joined[operator.outputs[0]]
            if _gains(operator.name, own, whole, read[index] == 1) and _may_have(made[index], own, whole):
                joined[index] = whole
    return joined


def _gains(operator: str, own: Range, whole: Range, alone: bool) -> bool:
    if whole.low <= own.low and own.high <= whole.high:
        return alone or operator == "CONCATENATION" and whole.width() <= _WIDER * own.width()
    return alone and operator != "AVERAGE_POOL_2D"


def _may_have(maker: Operator, own: Range, whole: Range) -> bool:
    return maker.activation == "NONE" or maker.activation == "RELU" and whole.low == own.low


def _parts(operator: Operator) -> Tuple[int, ...]:
    if operator.name == "CONCATENATION":
        return operator.inputs
    return operator.inputs[:1] if operator.name in KEEP_SCALE else ()
