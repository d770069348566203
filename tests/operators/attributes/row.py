"""A row, and the two ways to write one."""
from typing import Any, Callable, Mapping, NamedTuple, Tuple

import numpy as np

from job.onnx_model.graph import Graph
from tests.passes.small_graphs import MAP, graph, node


class Row(NamedTuple):
    id: str
    graph: Callable[[], Graph]
    operators: str            # of the .tflite, in the order they run
    batch_is_free: bool = True


def one(op: str, operators: str, inputs: str = "x", outputs: str = "y", shape: Tuple[int, ...] = MAP,
        free: bool = True, constants: Mapping[str, np.ndarray] = {}, id: str = "", **attributes: Any) -> Row:
    """A single node."""
    said = ", ".join("{}={}".format(*item) for item in sorted(attributes.items()))
    return Row("{} {}".format(op, id or said or "as it is"),
               lambda: graph(node(op, inputs, outputs, **attributes), outputs=outputs, constants=constants,
                             inputs={"x": shape}), operators, free)


def several(id: str, operators: str, *nodes: Any, outputs: str = "y", free: bool = True,
            constants: Mapping[str, np.ndarray] = {}, **shapes: Tuple[int, ...]) -> Row:
    """Nodes in a row, inputs by name."""
    return Row(id, lambda: graph(*nodes, outputs=outputs, constants=constants, inputs=shapes or {"x": MAP}),
               operators, free)
