"""Nodes as newer opsets say them."""
from typing import Any, Mapping, NamedTuple, Sequence

import numpy as np

MAP = np.random.RandomState(0).randn(2, 4, 6, 5).astype(np.float32)
SEQUENCE = np.random.RandomState(1).randn(3, 2, 4).astype(np.float32)
GRID = np.random.RandomState(2).uniform(-1.3, 1.3, (2, 3, 7, 2)).astype(np.float32)
SCALES = np.array([1, 1, 1.5, 2.2], np.float32)


class Row(NamedTuple):
    op: str
    opset: int
    weights: Mapping[str, np.ndarray] = {}
    attributes: Mapping[str, Any] = {}
    x: np.ndarray = MAP
    inputs: Sequence[str] = ()  # the names of all of them, where an absent one stands between
    outputs: int = 1


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def number(value: float) -> np.ndarray:
    return np.array(value, np.float32)


def per_channel(*names: str) -> Mapping[str, np.ndarray]:
    return {name: np.random.RandomState(place).uniform(0.5, 2, 4).astype(np.float32) for place, name in enumerate(names)}


def resized(**attributes: Any) -> Row:
    return Row("Resize", 13, {"s": SCALES}, attributes, inputs=("x", "", "s"))


ROWS = [
    Row("Squeeze", 13, {"a": ints(-4)}, x=MAP[:1]), Row("Squeeze", 13, x=MAP[:1, :, :, :1]),
    Row("Squeeze", 11, {}, {"axes": [-4]}, x=MAP[:1]), Row("Squeeze", 13), Row("Squeeze", 13, {"a": ints()}),
    Row("Squeeze", 13, {"a": ints()}, x=MAP[:1, :, :1]), Row("Unsqueeze", 13, {"a": ints()}),
    Row("Unsqueeze", 13, {"a": ints(-1, 1)}), Row("Unsqueeze", 11, {}, {"axes": [-1, 1]}),
    Row("ReduceSum", 13, {"a": ints(-1, 1)}, {"keepdims": 0}), Row("ReduceSum", 13),
    Row("ReduceMean", 13, {}, {"axes": [-1, -2]}),
    Row("Split", 13, {"s": ints(1, 3)}, {"axis": -3}, outputs=2), Row("Split", 13, {}, {"axis": 1}, outputs=2),
    Row("Split", 11, {}, {"axis": -3, "split": [3, 1]}, outputs=2),
    Row("Softmax", 13), Row("Softmax", 13, {}, {"axis": 1}), Row("LogSoftmax", 13, {}, {"axis": -3}),
    Row("Softmax", 11, {}, {"axis": 2}), Row("Softmax", 12), Row("Hardmax", 13, {}, {"axis": 1}),
    Row("Pad", 11, {"p": ints(0, 0, 1, 2, 0, 1, 0, 1), "v": number(0.5)}),
    Row("Pad", 13, {"p": ints(0, 0, 1, 2, 0, 0, 2, 1)}, {"mode": "reflect"}),
    Row("Clip", 11, {"l": number(-0.5), "h": number(0.7)}), Row("Clip", 13, {"h": number(0.7)}, inputs=("x", "", "h")),
    Row("Clip", 12), Row("Pow", 13, {"e": ints(2)}), Row("GreaterOrEqual", 12, {"e": MAP[0]}),
    Row("LessOrEqual", 12, {"e": MAP[0]}), Row("Equal", 13, {"e": MAP[0]}), Row("HardSwish", 14),
    Row("Celu", 12, {}, {"alpha": 0.7}), Row("Dropout", 13, {"r": number(0.5), "t": np.array(False)}),
    Row("BatchNormalization", 15, per_channel(*"sbmv")),
    Row("TopK", 11, {"k": ints(2)}, {"largest": 0, "axis": -2}, outputs=2), Row("TopK", 11, {"k": ints(2)}, outputs=2),
    Row("ArgMax", 13, {}, {"axis": -3, "keepdims": 0}), Row("ArgMin", 12, {}, {"axis": -1}),
    Row("DepthToSpace", 13, {}, {"blocksize": 2, "mode": "CRD"}), Row("DepthToSpace", 11, {}, {"blocksize": 2}),
    Row("Gather", 13, {"i": ints(2, 0)}, {"axis": -3}), Row("Flatten", 13, {}, {"axis": -2}),
    Row("Gemm", 13, {"w": np.ones((5, 3), np.float32)}, x=MAP[0, 0]),
    Row("Gemm", 11, {"w": np.ones((3, 5), np.float32)}, {"transB": 1}, x=MAP[0, 0]),
    Row("Reshape", 14, {"s": ints(0, -1)}), Row("ScatterElements", 13, {"i": ints(1)[None], "u": MAP[:1, 0, 0, 0, None]},
                                                {"axis": -1}, x=MAP[0, 0]),
    Row("GatherElements", 13, {"i": ints(2, 0, -1, 1, -6, 5)[None, None, :, None]}, {"axis": 2}, x=MAP[:1, :1]),
    Row("GatherElements", 11, {"i": np.array([[1, 0, -3, 2], [0, -1, 2, 1]], np.int32)[..., None, None]}, {"axis": -3}),
    Row("GatherND", 13, {"i": ints(1, 2, 0, 3, -1, -4).reshape(3, 2)}),
    Row("GatherND", 12, {"i": ints(2, -1).reshape(2, 1, 1)}, {"batch_dims": 1}),
    Row("GatherND", 12, {"i": ints(1, 2, -1, 0).reshape(2, 1, 2)}, {"batch_dims": 1}, x=MAP),
    Row("GatherND", 13, {"i": ints(1, 2, 3, 4)}),
    Row("ScatterND", 13, {"i": ints(1, 2, 0, 3).reshape(2, 2), "u": MAP[0, :2] * 3}),
    Row("ScatterND", 11, {"i": ints(1, 2, 3, 4)[None], "u": np.full(1, 9.5, np.float32)}),
    Row("CumSum", 11, {"a": np.array(2)}), Row("CumSum", 14, {"a": np.array(-1)}, {"exclusive": 1}),
    Row("CumSum", 14, {"a": np.array(1)}, {"reverse": 1, "exclusive": 1}), Row("CumSum", 14, {"a": np.array(-1)}, {"reverse": 1}),
    Row("CumSum", 14, {"a": np.array(0)}, x=MAP[0, 0, 0]),
    Row("Trilu", 14), Row("Trilu", 14, {"k": np.array(-2)}, {"upper": 0}), Row("Trilu", 14, {"k": np.array(1)}, {"upper": 1}),
    Row("Round", 11, x=np.array([[-2.5, -1.5, -0.5, -0.3, 0.5, 1.5, 2.5, 0.49999997, 8388609.0, -3.7]], np.float32)),
    Row("GRU", 14, {"w": MAP.reshape(-1)[:36].reshape(1, 9, 4), "r": MAP.reshape(-1)[:27].reshape(1, 9, 3)},
        {"hidden_size": 3}, x=SEQUENCE),
    Row("CastLike", 15, {"e": ints(1)}), Row("Concat", 13, {"e": MAP}, {"axis": -3}),
    resized(), resized(coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    resized(nearest_mode="ceil"), resized(nearest_mode="round_prefer_ceil"),
    resized(coordinate_transformation_mode="tf_half_pixel_for_nn", nearest_mode="floor"),
    resized(mode="linear"), resized(mode="linear", coordinate_transformation_mode="align_corners"),
    resized(mode="linear", coordinate_transformation_mode="asymmetric"),
    resized(mode="linear", coordinate_transformation_mode="pytorch_half_pixel"),
    resized(mode="cubic"), resized(mode="cubic", cubic_coeff_a=-0.5),
    Row("Resize", 13, {"z": ints(2, 4, 12, 3)}, {"mode": "linear"}, inputs=("x", "", "", "z")),
    Row("Resize", 13, {"s": np.array([1, 1, 2, 3], np.float32)}, inputs=("x", "", "s")),
]

# What ONNX Runtime 1.10 does not know, beside the older form of the same.
SAME = [
    (Row("ReduceMean", 18, {"a": ints(-1, 2)}), Row("ReduceMean", 13, {}, {"axes": [2, 3]})),
    (Row("ReduceMax", 20), Row("ReduceMax", 13)),
    (Row("Split", 18, {}, {"axis": -1, "num_outputs": 3}, outputs=3),
     Row("Split", 13, {"s": ints(2, 2, 1)}, {"axis": 3}, outputs=3)),
    (Row("Pad", 18, {"p": ints(1, 2, 0, 3), "v": number(2), "a": ints(-1, 1)}),
     Row("Pad", 13, {"p": ints(0, 2, 0, 1, 0, 3, 0, 0), "v": number(2)})),
    (Row("Resize", 18, {"s": SCALES[2:]}, {"axes": [2, -1], "mode": "linear", "antialias": 0}, inputs=("x", "", "s")),
     resized(mode="linear")),
    (Row("Cast", 19, {}, {"to": 7, "saturate": 1}), Row("Cast", 13, {}, {"to": 7})),
    (Row("AveragePool", 19, {}, {"kernel_shape": [2, 2], "dilations": [1, 1]}),
     Row("AveragePool", 11, {}, {"kernel_shape": [2, 2]})),
]

REFUSED = [
    (Row("Dropout", 13, {"r": number(0.5), "t": np.array(True)}), "Dropout input training_mode=1"),
    (Row("BatchNormalization", 14, per_channel(*"sbmv"), {"training_mode": 1}), "attribute training_mode=1"),
    (Row("ArgMax", 13, {}, {"select_last_index": 1}), "attribute select_last_index=1"),
    (Row("STFT", 17, {"s": ints(2), "w": np.ones(8, np.float32)}, {}, MAP[0, 0]), "STFT of windows longer than the signal"),
    (Row("STFT", 17, {"s": ints(2), "w": np.ones(3, np.float32)}, {}, MAP[0, 0, :, :2][None]), "STFT of complex numbers"),
    (Row("DFT", 17, {"n": ints(5000)}, {"axis": 1}, MAP[..., :1]), "DFT of 5000 numbers, more than 4096"),
    (Row("DFT", 17, {}, {"axis": 1, "onesided": 1}, MAP[..., :2]), "attribute onesided=1 of complex numbers"),
    (Row("DFT", 17, {}, {"axis": 1, "onesided": 1, "inverse": 1}, MAP[..., :1]), "attribute onesided=1 of real numbers"),
    (Row("DFT", 20, {}, {}, MAP[..., :1]), "DFT without an axis, of rank 4"),
    (Row("Col2Im", 18, {"i": ints(5, 5), "b": ints(2, 2)}, {}, MAP[0]), "Col2Im of 5 windows (2, 2) in an image of (5, 5)"),
    (Row("Resize", 18, {"s": SCALES}, {"antialias": 1, "mode": "linear"}, inputs=("x", "", "s")), "antialias=1"),
    (Row("Resize", 11, {"r": number(0), "s": SCALES}, {"coordinate_transformation_mode": "tf_crop_and_resize"}),
     "coordinate_transformation_mode=tf_crop_and_resize"),
    (Row("GRU", 14, {"w": MAP, "r": MAP}, {"layout": 1}), "attribute layout=1"),
    (Row("AveragePool", 19, {}, {"kernel_shape": [2, 2], "dilations": [2, 1]}), "attribute dilations="),
    (Row("Reshape", 14, {"s": ints(0, -1)}, {"allowzero": 1}), "allowzero=1"),
    (Row("AveragePool", 13, {}, {"kernel_shape": [2, 2], "strides": [1, 0]}), "AveragePool at y0: strides of [1, 0]"),
    (Row("MaxPool", 12, {}, {"kernel_shape": [0, 2]}), "MaxPool at y0: kernel_shape of [0, 2]"),
    (Row("CumSum", 11, {"a": np.array(-1)}, x=np.zeros((1, 4097), np.float32)), "CumSum of more than 4096 numbers"),
    (Row("ScatterND", 16, {"i": ints(0)[None], "u": MAP[:1]}, {"reduction": "mean"}), "ScatterND attribute reduction=mean"),
    (Row("GridSample", 16, {"g": GRID}, {"mode": "bicubic"}),
     "GridSample attributes mode=bicubic, padding_mode=zeros, of rank 4"),
    (Row("GridSample", 16, {"g": GRID}, {"padding_mode": "reflection"}), "padding_mode=reflection"),
    (Row("Relu", 13, {}, {"slope": 0.1}), "Relu at y0: Unrecognized attribute: slope"),
]
