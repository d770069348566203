"""Brings the channels between layers to like ranges, since int8 gives them one scale together.

    before: x -> layer of weights w, bias b -> ReLU -> y -> layer of weights v
    after:  x -> w * s, b * s -> ReLU -> y * s -> v / s

`s` is a number for each channel of y, a power of two: in float every answer stays the same to the last bit. Behind a ReLU6 that
holds for what calibration has seen: s * y stays below 6. Pads, pools and sums may stand between the layers (see
job.tensorflow_model.equalised_groups). A tensor that calibration has seen few values of stays as it is: what a channel
of it may come to is not known well enough.

After Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019.
"""
from typing import Mapping, Tuple

import numpy as np

from job.tensorflow_model.equalised_groups import BIAS, DEPTHWISE, RELU6, WEIGHTS, Group, groups_of
from job.tensorflow_model.flatbuffer_edit import overwrite_constant
from job.tensorflow_model.ranges import Channels, Seen
from job.tensorflow_model.tflite_file import Operator, constant_values, parse_tflite

ENOUGH = 100000  # values of a channel: 32 maps of 56 x 56; with fewer, photographs not seen before are cut off
_MOST = 2.0 ** 8  # of a channel's scale


def equalised(float32: bytes, seen: Seen) -> Tuple[bytes, Seen]:
    """The network, and what calibration would have seen of it."""
    data = bytearray(float32)
    channels, means = dict(seen.channels), dict(seen.means)
    for group in groups_of(float32):
        if min(seen.channels[index].count for index in group.tensors) < ENOUGH:
            continue
        scale = _scale(group, seen.channels)
        for layer in group.makers:
            _multiply(data, layer, scale)
        for layer in group.readers:
            _divide(data, layer, scale)
        for index in group.tensors:
            channels[index] = channels[index].scaled(scale)
            if index in means:
                means[index] = means[index] * scale
    return bytes(data), Seen(channels, means)


def _scale(group: Group, channels: Mapping[int, Channels]) -> np.ndarray:
    """What would make all channels alike; or its square root where a layer sums over them: its weights, which are rounded
    together too, come apart by the other half.
    """
    seen = [channels[index] for index in group.tensors]
    reach = np.max([each.reach() / (each.reach().max() or 1) for each in seen], axis=0)
    wanted = 1 / np.maximum(reach, 1 / _MOST)
    if any(layer.name != DEPTHWISE for layer in group.readers):
        wanted = np.sqrt(wanted)
    for layer in group.makers:
        if layer.activation == RELU6:
            wanted = np.minimum(wanted, 6 / np.maximum(channels[layer.outputs[0]].reach(), 6 / _MOST))
    _, exponent = np.frexp(wanted)
    return 2.0 ** (exponent - 1)


def _multiply(data: bytearray, layer: Operator, scale: np.ndarray) -> None:
    """What the layer makes: its weights are (out, ...), those of a depthwise convolution (1, height, width, out)."""
    weights = _constant(data, layer.inputs[WEIGHTS])
    by = scale if layer.name == DEPTHWISE else scale.reshape((-1,) + (1,) * (weights.ndim - 1))
    _overwrite(data, layer.inputs[WEIGHTS], weights * by)
    _overwrite(data, layer.inputs[BIAS], _constant(data, layer.inputs[BIAS]) * scale)


def _divide(data: bytearray, layer: Operator, scale: np.ndarray) -> None:
    """What the layer reads: the last axis of its weights, where a depthwise convolution may have several a channel."""
    weights = _constant(data, layer.inputs[WEIGHTS])
    _overwrite(data, layer.inputs[WEIGHTS], weights / np.repeat(scale, weights.shape[-1] // len(scale)))


def _constant(data: bytearray, index: int) -> np.ndarray:
    return constant_values(data, index, "<f4").reshape(parse_tflite(data).tensors[index].shape)


def _overwrite(data: bytearray, index: int, values: np.ndarray) -> None:
    overwrite_constant(data, index, values.astype("<f4").tobytes())
