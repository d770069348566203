"""A file whose operators read other tensors than before."""
from typing import Dict, List, Mapping

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile


def makers(file: TFLiteFile) -> Dict[int, Operator]:
    """By a tensor's index, the operator that makes it."""
    return {index: operator for operator in file.operators for index in operator.outputs}


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
