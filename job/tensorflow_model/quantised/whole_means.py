"""A mean over one side of a map, and then over the other, is one over both: float takes large ones so, since it loses what is
small beside a great sum. Of whole numbers no sum loses anything, and int8 has a kernel for both sides together alone.

    before: x [1,50,70,8] -> MEAN over axis 2 -> MEAN over axis 1 -> y [1,8]
    after:  x -> MEAN over axes 1 and 2 -> y

A mean that computes in float stays in turn.
"""
from typing import Dict, Optional

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_plan import in_8_bits

_SIDES = (1, 2)  # axes of a map
_MOST = 2 ** 23  # positions: 31 bits hold the sum of so many


def with_whole_means(file: TFLiteFile) -> TFLiteFile:
    """The same network. Tensors keep their indices; axes follow them."""
    seconds = _second_means(file)
    if not seconds:
        return file
    axes = Tensor("sides", "int32", (len(_SIDES),), content=np.array(_SIDES, np.int32).tobytes())
    changed = file._replace(tensors=file.tensors + (axes,), operators=tuple(
        each._replace(inputs=(seconds[number].inputs[0], len(file.tensors))) if number in seconds else each
        for number, each in enumerate(file.operators)))
    chosen = in_8_bits(changed).intersection(seconds)
    gone = {seconds[number].outputs[0] for number in chosen}
    return changed._replace(operators=tuple(
        changed.operators[number] if number in chosen else each
        for number, each in enumerate(file.operators) if each.outputs[0] not in gone))


def _second_means(file: TFLiteFile) -> Dict[int, Operator]:
    """By the number of each that takes the mean over what is left of a map, the mean before it."""
    makers, times_read, found = file.makers(), file.times_read(), {}
    for number, operator in enumerate(file.operators):
        first = makers.get(operator.inputs[0])
        alone = first and times_read[first.outputs[0]] == 1 and first.outputs[0] not in file.outputs
        if alone and operator.name == first.name == "MEAN" and _are_sides(file, first, operator):
            found[number] = first
    return found


def _are_sides(file: TFLiteFile, first: Operator, second: Operator) -> bool:
    """And the shape is that of one mean over both."""
    shape = file.tensors[first.inputs[0]].shape
    one, other = (_axis(file, each) for each in (first, second))
    if len(shape) != 4 or one not in _SIDES or other is None or shape[1] * shape[2] > _MOST:
        return False
    other += other >= one and not first.keeps_axes()
    made = (shape[0], 1, 1, shape[3]) if second.keeps_axes() else (shape[0], shape[3])
    return {one, other} == set(_SIDES) and file.tensors[second.outputs[0]].shape == made


def _axis(file: TFLiteFile, mean: Operator) -> Optional[int]:
    """None of several."""
    axes = file.tensors[mean.inputs[1]].values() % len(file.tensors[mean.inputs[0]].shape)
    return int(axes[0]) if len(axes) == 1 else None
