"""Brings the channels between layers to like ranges, since int8 gives them one scale together.

    before: x -> layer of weights w, bias b -> ReLU -> y -> layer of weights v
    after:  x -> w * s, b * s -> ReLU -> y * s -> v / s

`s` is a number for each channel of y, a power of two: in float every answer stays the same to the last bit. Behind a ReLU6 that
holds for what calibration has seen: s * y stays below 6. Pads, pools, sums and CONCATENATIONs may stand between the
layers (see job.tensorflow_model.quantised.equalised_groups).

After Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019.
"""
from typing import List, Mapping, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import BIAS, DEPTHWISE, WEIGHTS, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.equalised_groups import RELU6, Group, groups_of
from job.tensorflow_model.quantised.ranges import Channels, Seen

ENOUGH = 100000  # values of a channel, 32 maps of 56 x 56: with fewer, photographs not seen before go beyond what was seen
_MOST = 2.0 ** 8  # of a channel's scale


def equalised(file: TFLiteFile, seen: Seen) -> Tuple[TFLiteFile, Seen]:
    """The network, and what calibration would have seen of it."""
    tensors = list(file.tensors)
    channels, means = dict(seen.channels), dict(seen.means)
    for group in groups_of(file):
        scale = _scale(group, seen.channels)
        if scale.max() == 1:
            continue
        for layer in group.makers:
            _multiply(tensors, layer, scale[group.tensors[layer.outputs[0]]])
        for layer in group.readers:
            _divide(tensors, layer, scale[group.tensors[layer.inputs[0]]])
        for index, place in group.tensors.items():
            channels[index] = channels[index].scaled(scale[place])
            if index in means:
                means[index] = means[index] * scale[place]
    return file._replace(tensors=tuple(tensors)), Seen(channels, means)


def _scale(group: Group, channels: Mapping[int, Channels]) -> np.ndarray:
    """What makes all channels alike, at least 1 for each.

    Less, where a layer sums over them: its weights, which are rounded together too, come apart by the other half. Less,
    where few values were seen, so that there is room for others; a ReLU6 would cut those off.
    """
    few = min(channels[index].count for index in group.tensors) < ENOUGH
    reach = np.zeros(max(place.stop for place in group.tensors.values()))
    for index, place in group.tensors.items():
        reach[place] = np.maximum(reach[place], channels[index].reach())
    alike = 1 / np.maximum(reach / (reach.max() or 1), 1 / _MOST)
    half = np.sqrt(alike)
    if any(layer.name != DEPTHWISE for layer in group.readers):
        wanted = half
    else:
        wanted = half * np.sqrt(half) if few else alike
    for layer in group.makers:
        if layer.activation == RELU6:
            place = group.tensors[layer.outputs[0]]
            wanted[place] = 1 if few else np.minimum(wanted[place], 6 / np.maximum(reach[place], 6 / _MOST))
    _, exponent = np.frexp(wanted)
    return 2.0 ** (exponent - 1)


def _multiply(tensors: List[Tensor], layer: Operator, scale: np.ndarray) -> None:
    """What the layer makes: its weights are (out, ...), those of a depthwise convolution (1, height, width, out)."""
    rank = len(tensors[layer.inputs[WEIGHTS]].shape)
    by = scale if layer.name == DEPTHWISE else scale.reshape((-1,) + (1,) * (rank - 1))
    _scale_constant(tensors, layer.inputs[WEIGHTS], by)
    _scale_constant(tensors, layer.inputs[BIAS], scale)


def _divide(tensors: List[Tensor], layer: Operator, scale: np.ndarray) -> None:
    """What the layer reads: the last axis of its weights, where a depthwise convolution may have several a channel."""
    last = tensors[layer.inputs[WEIGHTS]].shape[-1]
    _scale_constant(tensors, layer.inputs[WEIGHTS], np.repeat(1 / scale, last // len(scale)))


def _scale_constant(tensors: List[Tensor], index: int, by: np.ndarray) -> None:
    values = tensors[index].values().reshape(tensors[index].shape)
    tensors[index] = tensors[index]._replace(content=(values * by).astype("<f4").tobytes())
