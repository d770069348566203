"""What stands around scikit-learn's networks and linear models, of the domain ai.onnx.ml: https://onnx.ai/onnx/operators."""
from typing import Mapping

import numpy as np
from onnx import TensorProto

from job.errors import UnsupportedModel
from job.onnx_model.decompositions.registry import Parts
from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.opsets.newer.attributes import rank_of, refused
from job.onnx_model.opsets.newer.registry import newer

DOMAIN = "ai.onnx.ml"
_SMALLEST = np.finfo(np.float32).tiny  # rows of zeros stay
_TRANSFORMS = {"NONE": None, "LOGISTIC": "Sigmoid", "SOFTMAX": "Softmax"}  # type: Mapping


def of_domain(op: str) -> str:
    """What an operator of that domain is called in a graph, where domains are not told."""
    return "{}.{}".format(DOMAIN, op)


@newer(11, of_domain("ArrayFeatureExtractor"))
def array_feature_extractor(node: Node, view: View) -> Rewrite:
    """Elements of the last axis; of a row alone, a matrix of one row."""
    parts, rank = Parts(node, view), rank_of(node, view)
    places = parts.op("Reshape", node.inputs[1], np.array([-1], np.int64))
    picked = parts.op("Gather", node.inputs[0], places, axis=rank - 1)
    return parts.ending(picked if rank > 1 else parts.op("Reshape", picked, np.array([1, -1], np.int64)))


@newer(11, of_domain("Scaler"))
def scaler(node: Node, view: View) -> Rewrite:
    parts = Parts(node, view)
    offset, scale = (np.array(node.attributes[name], np.float32) for name in ("offset", "scale"))
    return parts.ending(parts.op("Mul", parts.op("Sub", _floats(node, parts), offset), scale))


@newer(11, of_domain("Normalizer"))
def normalizer(node: Node, view: View) -> Rewrite:
    parts, norm = Parts(node, view), node.attributes.get("norm", "MAX")
    if norm not in ("L1", "L2"):
        raise refused(node, "attribute norm={}".format(norm))
    x = _floats(node, parts)
    length = parts.op("Reduce" + norm, x, axes=(rank_of(node, view) - 1,), keepdims=1)
    return parts.ending(parts.op("Div", x, parts.op("Max", length, float(_SMALLEST))))


@newer(11, of_domain("Binarizer"))
def binarizer(node: Node, view: View) -> Rewrite:
    parts = Parts(node, view)
    above = parts.op("Greater", _floats(node, parts), node.attributes.get("threshold", 0.0))
    return parts.ending(parts.op("Cast", above, to=TensorProto.FLOAT))


@newer(11, of_domain("LinearRegressor"))
def linear_regressor(node: Node, view: View) -> Rewrite:
    parts = Parts(node, view)
    if node.attributes.get("post_transform", "NONE") != "NONE":
        raise refused(node, "attribute post_transform={}".format(node.attributes["post_transform"]))
    return parts.ending(_linear(node, parts, node.attributes.get("targets", 1)))


@newer(11, of_domain("LinearClassifier"))
def linear_classifier(node: Node, view: View) -> Rewrite:
    """The label of the greatest of the sums, and what is made of all of them."""
    parts, labels = Parts(node._replace(outputs=node.outputs[:1]), view), node.attributes.get("classlabels_ints")
    transform = node.attributes.get("post_transform", "NONE")
    if labels is None or transform not in _TRANSFORMS:
        raise refused(node, "attribute post_transform={}".format(transform) if labels else "with labels that are texts")
    if len(node.attributes["coefficients"]) != len(labels) * view.shape(node.inputs[0])[1]:
        raise refused(node, "of two classes that share one sum")
    sums = _linear(node, parts, len(labels))
    scores = parts.op(_TRANSFORMS[transform], sums, **({"axis": 1} if transform == "SOFTMAX" else {})) \
        if _TRANSFORMS[transform] else sums
    chosen = parts.op("Gather", np.array(labels, np.int64), parts.op("ArgMax", sums, axis=1, keepdims=0), axis=0)
    made = parts.ending(chosen)
    rest = tuple(Node("Identity", (scores,), (name,), {}, node.layer) for name in node.outputs[1:])
    return made._replace(nodes=made.nodes + rest)


@newer(11, of_domain("ZipMap"))
def zip_map(node: Node, view: View) -> Rewrite:
    raise UnsupportedModel(["ZipMap, which makes maps of names, at {}: export with options={{'zipmap': False}}".format(
        node.place)])


def _linear(node: Node, parts: Parts, rows: int) -> str:
    weights = np.array(node.attributes["coefficients"], np.float32).reshape(rows, -1)
    sums = parts.op("MatMul", _floats(node, parts), np.ascontiguousarray(weights.T))
    bias = node.attributes.get("intercepts")
    return parts.op("Add", sums, np.array(bias, np.float32)) if bias else sums


def _floats(node: Node, parts: Parts) -> str:
    """Whole numbers may be given too."""
    return parts.op("Cast", node.inputs[0], to=TensorProto.FLOAT)
