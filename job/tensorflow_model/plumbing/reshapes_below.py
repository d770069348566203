"""A RESHAPE moves below an operator that does not mind, where whoever reads the result takes any shape: it is gone there.

    before: x [H,L,L] -> RESHAPE [1,H,L,L] -> SOFTMAX -> RESHAPE [H,L,L,1]
    after:  x -> SOFTMAX [H,L,L] -> RESHAPE [H,L,L,1]

    before: x [H,L,C] -> RESHAPE [1,H,L,C] -> TRANSPOSE [1,L,H,C] -> FULLY_CONNECTED
    after:  x -> TRANSPOSE [L,H,C] -> FULLY_CONNECTED
"""
from typing import Dict, Optional, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.plumbing.growing_file import GrowingFile
from job.tensorflow_model.plumbing.reading import makers, readers, takes_any_shape, without_unread
from job.tensorflow_model.plumbing.rows import OF_ONE, OF_TWO

_LEAST_OF_SOFTMAX = 3  # axes: for fewer TensorFlow Lite 1.14 has another kernel, whose last bits are others
_PERMUTATION = 1  # which input of a TRANSPOSE


def with_reshapes_below(file: TFLiteFile) -> TFLiteFile:
    made_by, read_by = makers(file), readers(file)
    growing, changed = GrowingFile(file), False
    for operator in file.operators:
        made = operator.outputs[0]
        place = _reshaped_input(operator, file, made_by)
        absorbed = made not in file.outputs and all(
            takes_any_shape(file.operators[number], made) for number in read_by.get(made, ()))
        if place is None or not absorbed or len(read_by[operator.inputs[place]]) > 1:
            growing.add(operator)
            continue
        source = made_by[operator.inputs[place]].inputs[0]
        inputs = operator.inputs[:place] + (source,) + operator.inputs[place + 1:]
        shape = file.tensors[source].shape
        if operator.name == "TRANSPOSE":
            perm = _permutation(operator, file, shape)
            inputs, shape = (source, growing.constant(np.array(perm, np.int32))), tuple(shape[axis] for axis in perm)
        growing.add(operator._replace(inputs=inputs))
        growing.give_shape(made, shape)
        changed = True
    return without_unread(growing.file()) if changed else file


def _reshaped_input(operator: Operator, file: TFLiteFile, made_by: Dict[int, Operator]) -> Optional[int]:
    """Which of the inputs may come as it is before its RESHAPE; None where none does."""
    place = next((place for place, index in enumerate(operator.inputs) if index in made_by), None)
    if place is None or made_by[operator.inputs[place]].name != "RESHAPE":
        return None
    before, after = (file.tensors[index] for index in (made_by[operator.inputs[place]].inputs[0], operator.inputs[place]))
    others = [file.tensors[index] for number, index in enumerate(operator.inputs) if number != place]
    return place if _is_all_one(operator, before, after, others, file) else None


def _is_all_one(operator: Operator, before: Tensor, after: Tensor, others: Tuple[Tensor, ...], file: TFLiteFile) -> bool:
    if operator.name == "TRANSPOSE":
        return _without_ones(before.shape) == _without_ones(after.shape)
    same_rows = before.shape[-1:] == after.shape[-1:]
    if operator.name == "SOFTMAX":
        return same_rows and min(len(before.shape), len(after.shape)) >= _LEAST_OF_SOFTMAX
    if operator.name in OF_ONE:
        return True
    return operator.name in OF_TWO and file.tensors[operator.outputs[0]].shape == after.shape and all(
        len(each.content) and (np.prod(each.shape) == 1 or same_rows and each.shape == after.shape[-1:]) for each in others)


def _without_ones(shape: Tuple[int, ...]) -> Tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _permutation(transpose: Operator, file: TFLiteFile, before: Tuple[int, ...]) -> Tuple[int, ...]:
    """That of the tensor before the RESHAPE: its axes of one first, then the others as they were permuted."""
    after = file.tensors[transpose.inputs[0]].shape
    ones = tuple(axis for axis, size in enumerate(before) if size == 1)
    theirs = dict(zip((axis for axis, size in enumerate(after) if size != 1),
                      (axis for axis, size in enumerate(before) if size != 1)))
    permuted = file.tensors[transpose.inputs[_PERMUTATION]].values().tolist()
    return ones + tuple(theirs[axis] for axis in permuted if axis in theirs)
