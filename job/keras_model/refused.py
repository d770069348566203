"""Operators of ONNX that are refused whatever their attributes, and why."""
from typing import Dict, Mapping, Tuple

from job.onnx_model import quantised_already

_BY_REASON = {
    "the shape of its result depends on values, and a .tflite has fixed shapes": (
        "NonMaxSuppression", "NonZero"),
    "TensorFlow Lite 1.14 computes with numbers only": ("StringNormalizer", "TfIdfVectorizer"),
    "it is random, and a converted model answers alike each time": (
        "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"),
    "a graph within a graph": ("If", "Loop", "Scan"),
    quantised_already.REASON: quantised_already.OPERATORS,
    "no exact form of TensorFlow Lite 1.14's operators": ("MaxRoiPool", "RoiAlign"),
}  # type: Mapping[str, Tuple[str, ...]]

REFUSED = {op: reason for reason, ops in _BY_REASON.items() for op in ops}  # type: Dict[str, str]
