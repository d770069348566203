"""Operators that make the same of the same are one.

    before: x -> TRANSPOSE -> y; x -> TRANSPOSE -> z
    after:  x -> TRANSPOSE -> y, which whoever read z reads

Only where what they make is not larger than what they read: from the first to the last reader either is kept in memory.
"""
from typing import Any, Dict, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile
from job.tensorflow_model.plumbing.reading import reading

_COMPARED = 4096  # bytes; larger constants are the same only if they are one tensor


def without_equal_operators(file: TFLiteFile) -> TFLiteFile:
    first, same_as = {}, {}  # type: Dict[Any, Operator], Dict[int, int]
    for operator in file.operators:
        twin = first.setdefault(_key(operator, file, same_as), operator)
        if twin is not operator and _may_go(operator, file):
            same_as.update(zip(operator.outputs, twin.outputs))
    return reading(file, same_as)


def _key(operator: Operator, file: TFLiteFile, same_as: Dict[int, int]) -> Tuple[Any, ...]:
    inputs = tuple(_content_or_index(same_as.get(index, index), file) for index in operator.inputs)
    shapes = tuple((file.tensors[index].dtype, file.tensors[index].shape) for index in operator.outputs)
    return operator._replace(inputs=(), outputs=()), inputs, shapes


def _content_or_index(index: int, file: TFLiteFile) -> Any:
    tensor = file.tensors[index]
    if index >= 0 and 0 < len(tensor.content) <= _COMPARED:
        return tensor.dtype, tensor.shape, bytes(tensor.content)
    return index


def _may_go(operator: Operator, file: TFLiteFile) -> bool:
    made = sum(_size(index, file) for index in operator.outputs)
    read = max((_size(index, file) for index in operator.inputs if _is_computed(index, file)), default=0)
    return made <= read and not set(operator.outputs).intersection(file.outputs)


def _is_computed(index: int, file: TFLiteFile) -> bool:
    return index >= 0 and not len(file.tensors[index].content)


def _size(index: int, file: TFLiteFile) -> int:
    return int(np.prod(file.tensors[index].shape))
