"""How an operator is said with simpler ones: `@decomposes` on a function is all it takes."""
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional

import numpy as np

from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.steps import Steps
from job.values import Shape


class Parts:
    """The nodes that are to take a node's place, in the making; a tensor is its name."""

    def __init__(self, node: Node, view: View) -> None:
        self._steps, self._view = Steps(node, node.op.lower()), view  # the last of its parts may be taken apart too

    def shape(self, name: str) -> Optional[Shape]:
        return self._view.shape(name)

    def dtype(self, name: str) -> np.dtype:
        return np.dtype(self._view.dtype(name))

    def constant(self, name: str) -> Optional[np.ndarray]:
        return self._view.constant(name)

    def op(self, op: str, *inputs: Any, **attributes: Any) -> str:
        """One node; a number or an array among its inputs becomes a constant, a number a float32."""
        names = [name if isinstance(name, str) else self._held(name) for name in inputs]
        return self._steps.add(op, names, None, **attributes)

    def ending(self, result: str) -> Rewrite:
        """The last node gives the replaced node's output."""
        return self._steps.ending_in(result)

    def _held(self, value: Any) -> str:
        return self._steps.constant(value if isinstance(value, np.ndarray) else np.array(value, np.float32))


Attributes = Mapping[str, Any]
Decompose = Callable[..., Optional[str]]  # (parts, attributes, *inputs) -> its result; None where it stays


class Decomposition(NamedTuple):
    decompose: Decompose
    into: str  # in words


DECOMPOSITIONS = {}  # type: Dict[str, Decomposition]


def decomposes(op: str, into: str) -> Callable[[Decompose], Decompose]:
    def register(decompose: Decompose) -> Decompose:
        if op in DECOMPOSITIONS:
            raise ValueError("two decompositions of {}".format(op))
        DECOMPOSITIONS[op] = Decomposition(decompose, into)
        return decompose
    return register
