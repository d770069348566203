"""An average pool as a depthwise convolution of equal weights.

    before: x -> AVERAGE_POOL_2D -> y
    after:  x -> DEPTHWISE_CONV_2D of weights 1 / (height * width), biases 0 -> y

In int8 a pool must answer in steps of what it reads, though averages lie closer together, and rounds every half the same
way. The layer has finer steps of its own, and holds its weights exactly. A pool that counts fewer numbers at a border stays,
and so does one that computes in float.
"""
from typing import List, NamedTuple, Optional, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import PADDING, STRIDES, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.depthwise_layers import SAME, depthwise_layer
from job.tensorflow_model.quantised.int8_operators import has_depthwise_kernel
from job.tensorflow_model.quantised.int8_plan import in_8_bits

_POOL = "AVERAGE_POOL_2D"
_WINDOW = (3, 4)  # of a pool's options; of width and of height


class _Pool(NamedTuple):
    padding: int
    strides: Tuple[int, int]  # of width and height
    window: Tuple[int, int]


def with_averaging_layers(file: TFLiteFile) -> TFLiteFile:
    """The same network. Tensors keep their indices; weights follow them."""
    tensors, operators = list(file.tensors), []  # type: List[Tensor], List[Operator]
    chosen = in_8_bits(file)
    for number, operator in enumerate(file.operators):
        pool = _pool(file, operator) if number in chosen else None
        operators.append(_layer(tensors, operator, pool) if pool else operator)
    return file._replace(tensors=tuple(tensors), operators=tuple(operators))


def _pool(file: TFLiteFile, operator: Operator) -> Optional[_Pool]:
    """None of what is no pool, or has a padding, or channels for which there is no such layer in int8."""
    if operator.name != _POOL:
        return None
    options = root_table(operator.options)
    strides, window = (tuple(options.number(field, "i") for field in fields) for fields in (STRIDES, _WINDOW))
    pool = _Pool(options.number(PADDING, "B"), strides, window)
    read, made = (file.tensors[index].shape for index in (operator.inputs[0], operator.outputs[0]))
    reached = [(size - 1) * stride + side for size, stride, side in zip(made[2:0:-1], strides, window)]
    padded = pool.padding == SAME and any(most > size for most, size in zip(reached, read[2:0:-1]))
    return None if padded or not has_depthwise_kernel(made[-1]) else pool


def _layer(tensors: List[Tensor], operator: Operator, pool: _Pool) -> Operator:
    """Its weights and biases are put to the tensors."""
    made = tensors[operator.outputs[0]]
    width, height = pool.window
    weights = np.full((1, height, width, made.shape[-1]), 1 / (height * width), np.float32)
    for name, values in (("weights", weights), ("bias", np.zeros(made.shape[-1], np.float32))):
        tensors.append(Tensor("{}/{}".format(made.name, name), "float32", values.shape, content=values.tobytes()))
    inputs = (operator.inputs[0], len(tensors) - 2, len(tensors) - 1)
    return depthwise_layer(inputs, operator, pool.padding, pool.strides)
