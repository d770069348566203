"""Which tensors' ranges int8 asks for: of what computes in float, as most of an attention does, none need be known.

They are those that operators in 8 bits read and make, those whose channels are brought to like ranges, and what shares a
range with one of these.
"""
from typing import List, Set

from job.tensorflow_model.flatbuffer.tflite_file import KEEP_SCALE, Operator, TFLiteFile
from job.tensorflow_model.quantised.equalised_groups import groups_of
from job.tensorflow_model.quantised.int8_plan import computed_floats, in_8_bits
from job.tensorflow_model.quantised.int8_source import layered
from job.tensorflow_model.quantised.ranges import Samples, Seen, ranges_of

_SHARE = KEEP_SCALE + ("CONCATENATION",)


def needed_ranges(float32: TFLiteFile, samples: Samples) -> Seen:
    """Of what shown_to_samples() has made. Raises as ranges_of()."""
    return ranges_of(float32, samples, needed(float32))


def needed(float32: TFLiteFile) -> Set[int]:
    """Tensors, by their indices."""
    source = layered(float32)
    found = {index for number in in_8_bits(source) for index in _read_and_made(source, source.operators[number])}
    found.update(index for group in groups_of(source) for index in group.tensors)
    sharing = [_read_and_made(source, operator) for operator in source.operators if operator.name in _SHARE]
    return _with_sharing(found, sharing)


def _with_sharing(found: Set[int], sharing: List[Set[int]]) -> Set[int]:
    """Whoever shares with one of `found`, and with those."""
    while True:
        more = set().union(*(each for each in sharing if found.intersection(each))) - found
        if not more:
            return found
        found = found | more


def _read_and_made(file: TFLiteFile, operator: Operator) -> Set[int]:
    return {*computed_floats(file, operator), *operator.outputs}
