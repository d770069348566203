"""Nodes laid one after another in the place of one, with the shapes that they make."""
from typing import Any, Dict, List, Mapping, Optional, Sequence

import numpy as np

from job.axes import channels_last, inverse, transposed_shape
from job.onnx_model.graph import Node, Rewrite
from job.values import Shape


class Steps:
    """What takes a node's place, in the making; every step returns the name of its output."""

    def __init__(self, node: Node, kind: str = "step") -> None:
        """`kind` keeps the names of one pass from those of another that rewrites the same node."""
        self._node = node
        self._prefix = "{}.{}".format(node.output, kind)
        self._nodes = []      # type: List[Node]
        self._constants = {}  # type: Dict[str, np.ndarray]
        self._shapes = {}     # type: Dict[str, Shape]

    def shape(self, name: str) -> Shape:
        return self._shapes[name]

    def knows(self, name: str, shape: Shape) -> str:
        """An input from outside."""
        self._shapes[name] = tuple(shape)
        return name

    def constant(self, value: np.ndarray) -> str:
        name = "{}.constant_{}".format(self._prefix, len(self._constants))
        self._constants[name] = np.ascontiguousarray(value).reshape(value.shape)  # which makes a row of a number
        return name

    def add(self, op: str, inputs: Sequence[str], shape: Optional[Shape], **attributes: Any) -> str:
        """A step whose shape is None leaves it to shape inference."""
        name = "{}_{}".format(self._prefix, len(self._nodes))
        self._nodes.append(Node(op, tuple(inputs), (name,), attributes, self._node.layer))
        return name if shape is None else self.knows(name, shape)

    def reshape(self, x: str, shape: Shape) -> str:
        """Whatever the first size is, it grows with the batch: the target says -1."""
        if self.shape(x) == tuple(shape):
            return x
        name = self.add("Reshape", [x], shape)
        self._constants[name + ".shape"] = np.array((-1,) + tuple(shape[1:]), np.int64)
        self._nodes[-1] = self._nodes[-1]._replace(inputs=(x, name + ".shape"))
        return name

    def transpose(self, x: str, perm: Sequence[int]) -> str:
        return self.add("Transpose", [x], transposed_shape(self.shape(x), perm), perm=tuple(perm))

    def slice(self, x: str, axis: int, picked: range) -> str:
        """Elements of one axis, from its start on."""
        shape = self.shape(x)
        if picked == range(shape[axis]):
            return x
        bounds = [self.constant(np.array([value], np.int64)) for value in (picked.start, picked[-1] + 1, axis, picked.step)]
        return self.add("Slice", [x] + bounds, shape[:axis] + (len(picked),) + shape[axis + 1:])

    def channels_last(self, x: str) -> str:
        return self.transpose(x, channels_last(len(self.shape(x))))

    def channels_first(self, x: str) -> str:
        return self.transpose(x, inverse(channels_last(len(self.shape(x)))))

    def giving(self, results: Mapping[str, str]) -> Rewrite:
        """The node's outputs, each what a step has made."""
        ends = tuple(Node("Identity", (made,), (name,), {}, self._node.layer) for name, made in results.items())
        return Rewrite(tuple(self._nodes) + ends, self._constants, dict(self._shapes))

    def ending_in(self, x: str) -> Rewrite:
        """The rewrite whose last step is the node's own output."""
        if not self._nodes or self._nodes[-1].output != x:
            x = self.add("Identity", [x], self._shapes.get(x))
        nodes = tuple(self._nodes[:-1]) + (self._nodes[-1]._replace(outputs=self._node.outputs),)
        return Rewrite(nodes, self._constants, {name: shape for name, shape in self._shapes.items() if name != x})
