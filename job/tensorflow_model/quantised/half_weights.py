"""A float32 .tflite with the weights of its layers as half-precision numbers, each widened by a DEQUANTIZE.

    before: w float32 -> CONV_2D
    after:  w float16 -> DEQUANTIZE -> w float32 -> CONV_2D
"""
from typing import Mapping

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, LAYERS, WEIGHTS, Operator, Tensor, TFLiteFile

_HALF = "_float16"  # put to the name of a tensor
_FROM_HALF = 3  # the version of DEQUANTIZE that takes half precision
_LARGEST = float(np.finfo(np.float16).max)


def with_half_weights(file: TFLiteFile) -> TFLiteFile:
    """Weights that half precision cannot hold, being too large, stay float32; so do biases and all other constants."""
    halves = _halves(file)
    first = len(file.tensors)
    widened = {index: file.tensors[index]._replace(content=b"") for index in halves}
    widening = tuple(Operator(DEQUANTIZE, (first + number,), (index,), version=_FROM_HALF)
                     for number, index in enumerate(halves))
    whole = file.with_tensors(widened)
    return whole._replace(tensors=whole.tensors + tuple(halves.values()), operators=widening + file.operators)


def _halves(file: TFLiteFile) -> Mapping[int, Tensor]:
    """By the index of a layer's weights, these in half precision."""
    found = {}
    for index in sorted({operator.inputs[WEIGHTS] for operator in file.operators if operator.name in LAYERS}):
        tensor = file.tensors[index]
        values = tensor.values()
        if tensor.dtype == "float32" and values.size and np.abs(values).max() <= _LARGEST:
            found[index] = Tensor(tensor.name + _HALF, "float16", tensor.shape, content=values.astype("<f2").tobytes())
    return found
