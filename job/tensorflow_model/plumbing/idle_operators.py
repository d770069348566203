"""Operators that return what they are given: above all the Pads of nothing that kept toco from wrong moves.

    before: x -> PAD by 0 -> TRANSPOSE
    after:  x -> TRANSPOSE
"""
from typing import Dict

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile
from job.tensorflow_model.plumbing.reading import reading


def without_idle_operators(file: TFLiteFile) -> TFLiteFile:
    """What is an output of the network is made all the same."""
    same_as = {}  # type: Dict[int, int]
    for operator in file.operators:
        if operator.outputs[0] not in file.outputs and _is_idle(operator, file):
            source = operator.inputs[0]
            same_as[operator.outputs[0]] = same_as.get(source, source)
    return reading(file, same_as)


def _is_idle(operator: Operator, file: TFLiteFile) -> bool:
    if operator.name == "RESHAPE":
        return file.tensors[operator.inputs[0]].shape == file.tensors[operator.outputs[0]].shape
    if operator.name == "PAD":
        paddings = file.tensors[operator.inputs[1]]
        return bool(len(paddings.content)) and not paddings.values().any()
    return False
