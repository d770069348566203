"""TensorFlow Lite has one float: what the file says in float64, float16 or bfloat16 is said in float32."""
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np
from onnx import TensorProto

from job.onnx_model.graph import Graph, Node

_OTHERS = {"float64": TensorProto.DOUBLE, "float16": TensorProto.FLOAT16}
_TYPES = (*_OTHERS.values(), TensorProto.BFLOAT16)  # whose tensors are float32 since they were read
_TYPE_ATTRIBUTES = {"Cast": "to", "EyeLike": "dtype", "RandomNormal": "dtype", "RandomNormalLike": "dtype",
                    "RandomUniform": "dtype", "RandomUniformLike": "dtype"}


def with_float32(graph: Graph) -> Tuple[Graph, Tuple[str, ...]]:
    """The same graph in float32, and notes of what that changed."""
    constants, notes = _constants(graph.constants)
    nodes = tuple(_node(node) for node in graph.nodes)
    changed = {name: dtype for name, dtype in graph.dtypes.items() if dtype in _OTHERS}
    dtypes = dict(graph.dtypes, **{name: "float32" for name in changed})
    others = sorted({changed[name] for name in graph.inputs if name in changed})
    notes += ["{} inputs became float32".format(dtype) for dtype in others]
    if nodes != graph.nodes:
        notes.append("what was computed in another float is computed in float32")
    return graph._replace(nodes=nodes, constants=constants, dtypes=dtypes), tuple(notes)


def says_bfloat16(node: Node) -> bool:
    return node.attributes.get(_TYPE_ATTRIBUTES.get(node.op, "")) == TensorProto.BFLOAT16


def _constants(before: Mapping[str, np.ndarray]) -> Tuple[Dict[str, np.ndarray], List[str]]:
    after, notes = dict(before), []
    for dtype in sorted(_OTHERS):
        names = [name for name, value in before.items() if value.dtype == dtype]
        after.update((name, _float32(before[name])) for name in names)
        if names:
            rounded = sum(int((before[name] != after[name]).sum()) for name in names)
            notes.append("{} weights became float32{}".format(
                dtype, ", {} numbers rounded".format(rounded) if rounded else ", exactly"))
    return after, notes


def _float32(value: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return value.astype(np.float32)


def _node(node: Node) -> Node:
    changed = {name: _float32(value) for name, value in node.attributes.items() if _is_other(value)}  # type: Dict[str, Any]
    changed.update((name, with_float32(value)[0]) for name, value in node.attributes.items() if isinstance(value, Graph))
    kind = _TYPE_ATTRIBUTES.get(node.op)
    if kind in node.attributes and node.attributes[kind] in _TYPES:
        changed[kind] = TensorProto.FLOAT
    return node._replace(attributes=dict(node.attributes, **changed)) if changed else node


def _is_other(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.name in _OTHERS
