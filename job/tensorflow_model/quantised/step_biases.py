"""Biases of layers that share their weights, as the many steps of a recurrent layer do.

In files they are computed: where they are constants too, XNNPACK packs a copy of the weights for each step. int8 is made
from constants, and keeps them where the copies are small: with them it is up to three times as fast.

    float32: b + zeros -> FULLY_CONNECTED    source: b -> FULLY_CONNECTED    int8: b int32 + zeros -> FULLY_CONNECTED
"""
from collections import Counter
from typing import Dict, List, Set

from job.tensorflow_model.flatbuffer.options import KINDS, new_options
from job.tensorflow_model.flatbuffer.tflite_file import BIAS, WEIGHTS, Operator, Tensor, TFLiteFile

MOST_PACKED = 2 ** 26  # bytes of copies that an app has room for


def with_constant_biases(file: TFLiteFile) -> TFLiteFile:
    """A sum of two constants is one, of the same index; the very same file where there is none."""
    sums, kept = {}, []  # type: Dict[int, Tensor], List[Operator]
    for operator in file.operators:
        if _is_sum_of_constants(file, operator):
            total = sum(file.tensors[index].values() for index in operator.inputs)
            sums[operator.outputs[0]] = file.tensors[operator.outputs[0]]._replace(content=total.tobytes())
        else:
            kept.append(operator)
    return file.with_tensors(sums)._replace(operators=tuple(kept)) if sums else file


def _is_sum_of_constants(file: TFLiteFile, operator: Operator) -> bool:
    tensors = [file.tensors[index] for index in operator.inputs]
    return (operator.name == "ADD" and operator.activation == "NONE" and all(len(tensor.content) for tensor in tensors)
            and tensors[0].shape == tensors[1].shape and operator.outputs[0] not in file.outputs)


def with_computed_biases(int8: TFLiteFile) -> TFLiteFile:
    """Of layers in 8 bits that share large weights; the very same file where there are none."""
    shared = _dear_to_copy(int8)
    tensors, operators = list(int8.tensors), []  # type: List[Tensor], List[Operator]
    zeros = {}  # type: Dict[int, int]
    for operator in int8.operators:
        if operator.name == "FULLY_CONNECTED" and operator.inputs[WEIGHTS] in shared and _is_int8(int8, operator):
            number = operator.inputs[BIAS]
            bias, made = int8.tensors[number], len(tensors)
            tensors.append(bias._replace(name="{}/bias".format(int8.tensors[operator.outputs[0]].name), content=b""))
            size = len(bias.content)
            if size not in zeros:
                zeros[size] = len(tensors)
                tensors.append(Tensor("zeros_{}".format(size), bias.dtype, bias.shape, content=bytes(size)))
            operators.append(Operator("ADD", (number, zeros[size]), (made,), options=new_options(()), options_kind=KINDS["ADD"]))
            operator = operator._replace(inputs=operator.inputs[:BIAS] + (made,))
        operators.append(operator)
    return int8._replace(tensors=tuple(tensors), operators=tuple(operators)) if zeros else int8


def _is_int8(file: TFLiteFile, operator: Operator) -> bool:
    return file.tensors[operator.inputs[WEIGHTS]].dtype == "int8"


def _dear_to_copy(file: TFLiteFile) -> Set[int]:
    times = Counter(operator.inputs[WEIGHTS] for operator in file.operators if operator.name == "FULLY_CONNECTED")
    return {index for index, count in times.items() if count > 1 and count * len(file.tensors[index].content) > MOST_PACKED}
