"""A RESHAPE moves below an operator that does not mind, where whoever reads the result takes any shape: it is gone there.

    before: x [H,L,L] -> RESHAPE [1,H,L,L] -> SOFTMAX -> RESHAPE [H,L,L,1]
    after:  x -> SOFTMAX [H,L,L] -> RESHAPE [H,L,L,1]

    before: x [H,L,C] -> RESHAPE [1,H,L,C] -> TRANSPOSE [1,L,H,C] -> FULLY_CONNECTED
    after:  x -> TRANSPOSE [L,H,C] -> FULLY_CONNECTED
"""
from typing import Dict, List, Set, Tuple

import numpy as np

from job.axes import MOST_AXES
from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.plumbing.growing_file import GrowingFile
from job.tensorflow_model.plumbing.reading import readers, takes_any_shape, without_unread
from job.tensorflow_model.plumbing.rows import OF_ONE, OF_TWO

_LEAST_OF_SOFTMAX = 3  # axes: for fewer TensorFlow Lite 1.14 has another kernel, whose last bits are others
_PERMUTATION = 1  # which input of a TRANSPOSE


def with_reshapes_below(file: TFLiteFile) -> TFLiteFile:
    """Of every RESHAPE that may go, but of one that reads what another changes: its turn is next."""
    read_by = readers(file)
    before, reads = {}, {}  # type: Dict[int, int], Dict[int, int]
    for reshape in file.operators:
        if reshape.name == "RESHAPE" and reshape.inputs[0] not in reads:
            read = reshape.outputs[0]
            for operator in _below(reshape, file, read_by):
                before[reshape.outputs[0]] = reshape.inputs[0]
                reads[operator.outputs[0]], read = read, operator.outputs[0]
    return _moved(before, reads, file) if reads else file


def _below(reshape: Operator, file: TFLiteFile, read_by: Dict[int, Set[int]]) -> List[Operator]:
    """The operators that it moves below, each of which alone reads what the one before makes; none where it would stay."""
    if len(file.tensors[reshape.inputs[0]].shape) > MOST_AXES:
        return []
    source, below, made = file.tensors[reshape.inputs[0]], [], reshape.outputs[0]  # type: Tensor, List[Operator], int
    while made not in file.outputs:
        following = [file.operators[number] for number in read_by.get(made, ())]
        if below and all(takes_any_shape(reader, made) for reader in following):
            return below
        moved = any(each.name == "TRANSPOSE" for each in below)
        if len(following) != 1 or moved or not _does_not_mind(following[0], source, made, file):
            return []
        below.append(following[0])
        made = following[0].outputs[0]
    return []


def _moved(before: Dict[int, int], reads: Dict[int, int], file: TFLiteFile) -> TFLiteFile:
    """`before`: by what a RESHAPE makes, what it is made of. `reads`: by what an operator below one makes, what it reads."""
    growing = GrowingFile(file)
    for operator in file.operators:
        read = reads.get(operator.outputs[0])
        if read is None:
            growing.add(operator)
            continue
        source = before.get(read, read)
        inputs, shape = tuple(source if index == read else index for index in operator.inputs), growing.tensors[source].shape
        if operator.name == "TRANSPOSE":
            perm = _permutation(operator, file, shape)
            inputs, shape = inputs[:1] + (growing.constant(np.array(perm, np.int32)),), tuple(shape[axis] for axis in perm)
        growing.add(operator._replace(inputs=inputs))
        growing.give_shape(operator.outputs[0], shape)
    return without_unread(growing.file())


def _does_not_mind(operator: Operator, before: Tensor, read: int, file: TFLiteFile) -> bool:
    """Whether it makes the same numbers of what it reads in the shape of `before`."""
    after = file.tensors[read]
    others = [file.tensors[index] for index in operator.inputs if index != read]
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
