"""Biases of an int8 file, less what rounding the weights adds to each channel on average.

Rounded weights answer a map that is positive throughout, as after a ReLU, with a shift of their own in each channel:
    bias := bias - sum((rounded - exact) * mean of the input's channel)
Corrections come in parts of the output's own step: finer ones change hardly an answer, and would carry the last bits of
the means, which differ between CPUs.
"""
from collections import Counter
from typing import Iterator, Mapping, NamedTuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import BIAS, DEPTHWISE, WEIGHTS, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.equalised_groups import reads_channels
from job.tensorflow_model.quantised.integer_layers import INT8_LAYER
from job.tensorflow_model.quantised.layer_pairs import float_layers

_INPUT = 0
_STEPS = 16  # of a correction, in one of the output's


class _Layer(NamedTuple):
    operator: Operator  # of the int8 file
    exact: np.ndarray  # its weights in the float32 file
    means: np.ndarray  # of its input's channels


def with_corrected_biases(int8: TFLiteFile, float32: TFLiteFile, means: Mapping[int, np.ndarray]) -> TFLiteFile:
    """`means` are of the channels of what layers of the float32 file read, by the tensor's index."""
    corrected = {}
    for layer in _layers(int8, float32, means):
        _, weights, bias = (int8.tensors[index] for index in layer.operator.inputs)
        output = int8.tensors[layer.operator.outputs[0]]
        shift = np.round(_shift(layer, weights) / output.scale[0] * _STEPS) * output.scale[0] / _STEPS
        steps = np.array(bias.scale) * np.ones(bias.shape)
        new = bias.values() - np.round(np.divide(shift, steps, out=np.zeros_like(shift), where=steps > 0))
        content = np.clip(new, -2 ** 31, 2 ** 31 - 1).astype("<i4").tobytes()
        corrected[layer.operator.inputs[BIAS]] = bias._replace(content=content)
    return int8.with_tensors(corrected)


def _layers(file: TFLiteFile, source: TFLiteFile, means: Mapping[int, np.ndarray]) -> Iterator[_Layer]:
    """Those of int8 whose bias no other one shares."""
    pairs = float_layers(file, source)
    ours = [operator for operator in file.operators
            if [file.tensors[index].dtype for index in operator.inputs] == INT8_LAYER and operator.outputs[0] in pairs]
    biases = Counter(operator.inputs[BIAS] for operator in ours)
    for operator in ours:
        theirs = pairs[operator.outputs[0]]
        if theirs.inputs[_INPUT] in means and biases[operator.inputs[BIAS]] == 1 and reads_channels(source, theirs):
            weights = source.tensors[theirs.inputs[WEIGHTS]].values()
            shape = file.tensors[operator.inputs[WEIGHTS]].shape
            yield _Layer(operator, weights.reshape(shape), means[theirs.inputs[_INPUT]])


def _shift(layer: _Layer, rounded: Tensor) -> np.ndarray:
    """What the error of the weights adds to each output channel.

    Weights are (out, height, width, in) or (out, in); those of a depthwise convolution (1, height, width, out).
    """
    numbers, scale = rounded.values().reshape(rounded.shape), np.array(rounded.scale)
    if layer.operator.name == DEPTHWISE:
        error = (numbers * scale - layer.exact).reshape(-1, rounded.shape[-1]).sum(axis=0)
        return error * np.repeat(layer.means, len(error) // len(layer.means))
    error = numbers * scale.reshape([-1] + [1] * (numbers.ndim - 1)) - layer.exact
    return (error * layer.means).reshape(rounded.shape[0], -1).sum(axis=1)
