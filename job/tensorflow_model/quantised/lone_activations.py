"""An activation that no operator before it takes, as a product that ends with it.

    before: x -> RELU -> y                  x -> NEG -> RELU -> y
    after:  x -> MUL by 1 and RELU -> y     x -> MUL by -1 and RELU -> y

TensorFlow Lite 1.14 has int8 kernels for neither; for a product it has one, which holds 1 and -1 exactly. So a PReLU, which is
relu(x) - a * relu(-x), computes in 8 bits, and so does what follows it. What computes in float stays.
"""
from typing import Dict, List, Mapping, Set

import numpy as np

from job.tensorflow_model.flatbuffer.options import KINDS, new_options
from job.tensorflow_model.flatbuffer.tflite_file import ACTIVATIONS, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_plan import in_8_bits
from job.tensorflow_model.quantised.ranges import Range

_LONE = ("RELU", "RELU_N1_TO_1", "RELU6")
_PRODUCT = "MUL"


def with_lone_activations(file: TFLiteFile) -> TFLiteFile:
    """The same network. Tensors keep their indices; factors follow them."""
    products, tensors = list(file.operators), list(file.tensors)
    turned = _turned(file)
    for number, operator in enumerate(file.operators):
        if operator.name in _LONE:
            products[number] = _product(tensors, operator, turned)
    chosen = in_8_bits(file._replace(tensors=tuple(tensors), operators=tuple(products)))
    operators = [products[number] if number in chosen else operator for number, operator in enumerate(file.operators)]
    read = {index for operator in operators for index in operator.inputs}
    return file._replace(tensors=tuple(tensors), operators=tuple(
        operator for operator in operators if operator.outputs[0] not in turned or operator.outputs[0] in read))


def with_kept_steps(file: TFLiteFile, ranges: Mapping[int, Range]) -> Dict[int, Range]:
    """A ReLU's product has the steps of what it reads, and rounds nothing then."""
    kept = dict(ranges)
    for operator in file.operators:
        factor = file.tensors[operator.inputs[1]].values().tolist() if operator.name == _PRODUCT else []
        if operator.activation == "RELU" and factor in ([1], [-1]) and operator.inputs[0] in kept:
            low, high = kept[operator.inputs[0]]
            kept[operator.outputs[0]] = Range(low, high) if factor == [1] else Range(0.0 - high, 0.0 - low)
    return kept


def _turned(file: TFLiteFile) -> Mapping[int, int]:
    """What a NEG makes for an activation alone, with what that reads."""
    alone = _read_once(file)
    read = {operator.inputs[0] for operator in file.operators if operator.name in _LONE}
    return {operator.outputs[0]: operator.inputs[0] for operator in file.operators
            if operator.name == "NEG" and operator.outputs[0] in alone & read}


def _read_once(file: TFLiteFile) -> Set[int]:
    return {index for index, times in file.times_read().items() if times == 1 and index not in file.outputs}


def _product(tensors: List[Tensor], operator: Operator, turned: Mapping[int, int]) -> Operator:
    """Its factor is put to the tensors."""
    index = operator.inputs[0]
    factor = np.array([-1 if index in turned else 1], np.float32)
    name = "{}/factor".format(tensors[operator.outputs[0]].name)
    tensors.append(Tensor(name, "float32", factor.shape, content=factor.tobytes()))
    options = new_options([ACTIVATIONS.index(operator.name)])
    return Operator(_PRODUCT, (turned.get(index, index), len(tensors) - 1), operator.outputs, activation=operator.name,
                    options=options, options_kind=KINDS[_PRODUCT])
