"""A LeakyReLU in the parts that have a kernel in 8 bits; TensorFlow Lite 1.14 has none for the whole.

    before: x -> LEAKY_RELU of slope a -> y
    after:  x -> RELU -> p,  x -> NEG -> RELU -> n -> MUL by -a -> m,  p + m -> y

What computes in float stays: there the whole is quicker.
"""
from typing import List, Set

import numpy as np

from job.tensorflow_model.flatbuffer.options import KINDS, new_options
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_plan import in_8_bits
from job.tensorflow_model.quantised.lone_activations import with_lone_activations

_LEAKY, _SLOPE = "LEAKY_RELU", 0  # the field of its options
_PLAIN = new_options([0])  # no activation is fused


def with_parted_leaks(file: TFLiteFile) -> TFLiteFile:
    """The same network. Tensors keep their indices; those between the parts follow them."""
    leaks = {operator.outputs[0] for operator in file.operators if operator.name == _LEAKY}
    if not leaks:
        return file
    whole = with_lone_activations(_parted(file, leaks))
    numbers = in_8_bits(whole)
    return _parted(file, {whole.operators[number].outputs[0] for number in numbers} & leaks)


def _parted(file: TFLiteFile, chosen: Set[int]) -> TFLiteFile:
    """Those LeakyReLUs that make the chosen tensors."""
    tensors, operators = list(file.tensors), []  # type: List[Tensor], List[Operator]
    for operator in file.operators:
        leaks = operator.name == _LEAKY and operator.outputs[0] in chosen
        operators += _parts(tensors, operator) if leaks else [operator]
    return file._replace(tensors=tuple(tensors), operators=tuple(operators))


def _parts(tensors: List[Tensor], operator: Operator) -> List[Operator]:
    """What they make between them, and their factor, is put to the tensors."""
    (x,), (y,) = operator.inputs, operator.outputs
    slope = root_table(operator.options).number(_SLOPE, "f")

    def put(name: str, **changes: object) -> int:
        tensors.append(tensors[y]._replace(name="{}/{}".format(tensors[y].name, name), **changes))
        return len(tensors) - 1

    positive, turned, negative, scaled = map(put, ("positive", "turned", "negative", "scaled"))
    factor = put("slope", shape=(1,), content=np.array([-slope], np.float32).tobytes())
    return [
        Operator("RELU", (x,), (positive,)),
        Operator("NEG", (x,), (turned,)),
        Operator("RELU", (turned,), (negative,)),
        Operator("MUL", (negative, factor), (scaled,), options=_PLAIN, options_kind=KINDS["MUL"]),
        Operator("ADD", (positive, scaled), (y,), options=_PLAIN, options_kind=KINDS["ADD"]),
    ]
