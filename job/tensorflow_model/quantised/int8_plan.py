"""Which operators of a float32 .tflite compute in 8 bits, and the scale of each tensor that they read or make.

Layers do, wherever their input comes from, and what looks up rows of a table. Arithmetic does where nothing that it reads was
made in float, and what only moves values does as they are: a tensor is then rounded no more often than it must be. Sigmoids
that the network answers with are float: in the steps of 1/256 that int8 has for them, small shares, as of a rare event, are 0.
"""
from typing import Dict, FrozenSet, Mapping, NamedTuple, Sequence, Set, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import LAYERS, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_operators import ARITHMETIC, MOVES, OF_ONE_SCALE, has_kernel, looks_up
from job.tensorflow_model.quantised.int8_scales import Scale, scale_of
from job.tensorflow_model.quantised.ranges import Range, channels_of

SIGMOID = "LOGISTIC"
PARTS_AND_SHAPES = ("RESHAPE", "SLICE", "SPLIT", "SQUEEZE", "STRIDED_SLICE", "TRANSPOSE")  # what they make is what they read
_WHOLE_NUMBERS = "ARG_MAX"  # reads int8, and makes none
_PASS_ON = MOVES + ("CONCATENATION",)  # they compute nothing
_ABOVE_PRODUCT = 1 + 2.0 ** -10
_OF_TERMS = 2.0 ** -18


class Plan(NamedTuple):
    operators: FrozenSet[int]  # by number
    scales: Mapping[int, Scale]  # by the tensor's index


def int8_plan(file: TFLiteFile, ranges: Mapping[int, Range]) -> Plan:
    chosen = in_8_bits(file)
    scales = {}  # type: Dict[int, Scale]
    for number in sorted(chosen):
        operator = file.operators[number]
        computed = computed_floats(file, operator)
        for index in computed:
            scales.setdefault(index, scale_of(ranges[index]))
        if operator.name == _WHOLE_NUMBERS:
            continue
        constants = [constant_scale(file.tensors[index]) for index in _constant_floats(file, operator)]
        made = _made_scale(operator, [scales[index] for index in computed] + constants, ranges[operator.outputs[0]])
        scales.update(dict.fromkeys(operator.outputs, made))
    return Plan(frozenset(chosen), scales)


def computed_floats(file: TFLiteFile, operator: Operator) -> Tuple[int, ...]:
    """What it reads of float32 that is no constant."""
    return tuple(index for index in operator.inputs if index >= 0 and file.tensors[index].dtype == "float32"
                 and not len(file.tensors[index].content))


def constant_scale(tensor: Tensor) -> Scale:
    """Of a constant in arithmetic: its own, which holds it exactly where it is one number."""
    return scale_of(channels_of(tensor.values()).whole())


def _constant_floats(file: TFLiteFile, operator: Operator) -> Tuple[int, ...]:
    if operator.name not in ARITHMETIC and not looks_up(file, operator):
        return ()
    return tuple(index for index in operator.inputs if len(file.tensors[index].content))


def in_8_bits(file: TFLiteFile) -> Set[int]:
    """The numbers of the operators that compute so."""
    chosen = set()
    made = set()  # type: Set[int]  # tensors, in 8 bits
    ends = _sigmoid_ends(file)
    wanted = _wanted(file, ends)
    for number, operator in enumerate(file.operators):
        if number in ends:
            continue
        computed = computed_floats(file, operator)
        if looks_up(file, operator) or computed and has_kernel(file, operator) and (
                operator.name in LAYERS or _reads_8_bits(file, operator, computed, made, wanted)):
            chosen.add(number)
            made.update(operator.outputs if operator.name != _WHOLE_NUMBERS else ())
    return chosen


def _reads_8_bits(file: TFLiteFile, operator: Operator, computed: Tuple[int, ...], made: Set[int], wanted: Set[int]) -> bool:
    if not all(index in made or index in file.inputs for index in computed):
        return False
    if operator.name in _PASS_ON and operator.outputs[0] not in wanted:
        return any(index in made for index in computed)
    return True


def _sigmoid_ends(file: TFLiteFile) -> Set[int]:
    """The numbers of those of whose answers nothing is computed."""
    computed_of, found = set(), set()  # type: Set[int], Set[int]
    for number, operator in reversed(list(enumerate(file.operators))):
        is_end = not computed_of.intersection(operator.outputs)
        if operator.name == SIGMOID and is_end:
            found.add(number)
        if operator.name not in PARTS_AND_SHAPES or not is_end:
            computed_of.update(operator.inputs)
    return found


def _wanted(file: TFLiteFile, ends: Set[int]) -> Set[int]:
    """Tensors that reach, moved or not, an operator that computes in 8 bits."""
    wanted = set()  # type: Set[int]
    for number, operator in reversed(list(enumerate(file.operators))):
        moves = operator.name in _PASS_ON
        if number not in ends and has_kernel(file, operator) and (not moves or wanted.intersection(operator.outputs)):
            wanted.update(computed_floats(file, operator))
    return wanted


def _made_scale(operator: Operator, read: Sequence[Scale], range_: Range) -> Scale:
    """Of what the operator makes of these, where `range_` is what it was seen to make."""
    if operator.name in MOVES:
        return read[0]
    if operator.name in OF_ONE_SCALE:
        return OF_ONE_SCALE[operator.name]
    seen = scale_of(range_)
    least = _least_step(operator.name, [scale.step for scale in read])
    return seen if seen.step >= least else scale_of(Range(range_.low * least / seen.step, range_.high * least / seen.step))


def _least_step(operator: str, steps: Sequence[float]) -> float:
    """The kernels of 1.14 end the process at finer ones, of which nothing would be left after what was read was rounded."""
    if operator == "MUL":
        return float(np.prod(steps)) * _ABOVE_PRODUCT
    return max(steps) * _OF_TERMS if operator in ("ADD", "SUB") else 0.0
