"""Sigmoids that a network answers with are float in an int8 file: see job.tensorflow_model.quantised.int8_plan. Where no float
is known they are in 8 bits all the same.

    before: x int8 -> DEQUANTIZE -> LOGISTIC -> RESHAPE -> y float32
    after:  x int8 -> LOGISTIC -> RESHAPE -> y_int8 -> DEQUANTIZE -> y float32
"""
from typing import Dict, List

from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_operators import OF_ONE_SCALE, USUAL_VERSION, VERSIONS
from job.tensorflow_model.quantised.int8_plan import PARTS_AND_SHAPES, SIGMOID
from job.tensorflow_model.quantised.int8_writing import INT8


def with_sigmoid_ends(file: TFLiteFile) -> TFLiteFile:
    """An int8 file with those in 8 bits; the very same file where there are none. Other tensors keep their indices."""
    codes = {operator.outputs[0]: operator.inputs[0] for operator in file.operators if operator.name == DEQUANTIZE}
    tensors, operators, coded = list(file.tensors), [], {}  # type: List[Tensor], List[Operator], Dict[int, int]
    for operator in file.operators:
        read = codes if operator.name == SIGMOID else coded if operator.name in PARTS_AND_SHAPES else {}  # type: Dict[int, int]
        if not any(index in read for index in operator.inputs):
            operators.append(operator)
            continue
        for index in operator.outputs:
            coded[index] = len(tensors)
            tensors.append(_in_8_bits(file.tensors[index]))
        operators.append(operator._replace(
            inputs=tuple(read.get(index, index) for index in operator.inputs), version=VERSIONS.get(operator.name, USUAL_VERSION),
            outputs=tuple(coded[index] for index in operator.outputs)))
    if not coded:
        return file
    operators += [Operator(DEQUANTIZE, (coded[index],), (index,), version=USUAL_VERSION)
                  for index in file.outputs if index in coded]
    needed = set(file.outputs).union(*(operator.inputs for operator in operators))
    return file._replace(tensors=tuple(tensors), operators=tuple(
        operator for operator in operators if needed.intersection(operator.outputs))).without_unused()


def _in_8_bits(tensor: Tensor) -> Tensor:
    scale = OF_ONE_SCALE[SIGMOID]
    return tensor._replace(name=tensor.name + INT8, dtype="int8", scale=(scale.step,), zero_point=(scale.zero_point,))
