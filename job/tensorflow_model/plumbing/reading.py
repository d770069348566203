"""A file whose operators read other tensors than before."""
from typing import Dict, List, Mapping, Set

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile

TAKE_ANY = ("RESHAPE", "FULLY_CONNECTED")  # shape, as their first input


def readers(file: TFLiteFile) -> Dict[int, Set[int]]:
    """By a tensor's index, the numbers of the operators that read it."""
    found = {}  # type: Dict[int, Set[int]]
    for number, operator in enumerate(file.operators):
        for index in operator.inputs:
            found.setdefault(index, set()).add(number)
    return found


def takes_any_shape(operator: Operator, index: int) -> bool:
    """Whether it is all one to an operator in which shape this tensor is that it reads."""
    return operator.name in TAKE_ANY and operator.inputs[0] == index and operator.inputs.count(index) == 1


def reading(file: TFLiteFile, others: Mapping[int, int]) -> TFLiteFile:
    """`others` in the place of some tensors; what nothing reads any more is gone. The very same file where it is empty."""
    if not others:
        return file
    return without_unread(file._replace(operators=tuple(
        each._replace(inputs=tuple(others.get(index, index) for index in each.inputs)) for each in file.operators)))


def without_unread(file: TFLiteFile) -> TFLiteFile:
    needed = set(file.outputs)
    kept = []  # type: List[Operator]
    for operator in reversed(file.operators):
        if needed.intersection(operator.outputs):
            needed.update(operator.inputs)
            kept.append(operator)
    return file._replace(operators=tuple(reversed(kept))).without_unused()
