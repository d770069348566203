"""Graphs of a few nodes, made by hand, and what holds of a graph whatever was done to it."""

from typing import Mapping, Sequence, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node
from job.onnx_model.passes.infer_shapes import infer_shapes
from job.onnx_model.runtime import layer_values, run_graph

MAP = (2, 6, 9, 7)  # batch, channels, height and width all different
OF_RANGE = 1e-5


def node(op: str, inputs: str, outputs: str, **attributes) -> Node:
    """Names are written between blanks."""
    return Node(op, tuple(inputs.split()), tuple(outputs.split()), attributes, "layer of " + outputs)


def graph(
    *nodes: Node,
    outputs: str = "y",
    constants: Mapping[str, np.ndarray] = {},
    inputs: Mapping[str, Tuple[int, ...]] = {"x": MAP},
) -> Graph:
    """A graph whose tensors have the shapes that ONNX infers."""
    return infer_shapes(
        Graph(
            nodes,
            tuple(inputs),
            tuple(outputs.split()),
            constants,
            inputs,
            {name: "float32" for name in inputs},
        )
    )


def weights(*shape: int, seed: int = 1) -> np.ndarray:
    """Numbers of both signs, none near 0."""
    random = np.random.RandomState(seed)
    return (random.choice([-1, 1], shape) * random.uniform(0.3, 1.5, shape)).astype(np.float32)


def drawn(**shapes: Tuple[int, ...]) -> Mapping[str, np.ndarray]:
    """Weights by name, all of them different."""
    return {name: weights(*shape, seed=seed) for seed, (name, shape) in enumerate(shapes.items())}


def positive(*shape: int, seed: int = 2) -> np.ndarray:
    return np.abs(weights(*shape, seed=seed))


def whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def ops(of: Graph) -> Sequence[str]:
    return [each.op for each in of.nodes]


def made_by(of: Graph, name: str) -> Node:
    """The node that makes a tensor."""
    (found,) = [each for each in of.nodes if name in each.outputs]
    return found


def questions(of: Graph) -> Sequence[np.ndarray]:
    """Inputs of which most numbers are negative."""
    random = np.random.RandomState(0)
    return [random.normal(-0.5, 2, of.shapes[name]).astype(of.dtypes[name]) for name in of.inputs]


def assert_same_values(before: Graph, after: Graph) -> None:
    """Same inputs and outputs, the same answers in the same shapes; a constant answer shows nothing."""
    assert (after.inputs, after.outputs) == (before.inputs, before.outputs)
    for name, expected, value in zip(
        before.outputs, run_graph(before, questions(before)), run_graph(after, questions(after))
    ):
        assert (value.shape, value.dtype) == (expected.shape, expected.dtype), name
        spread = float(np.ptp(expected.astype(np.float64)))
        assert spread > 0, "{} is constant".format(name)
        assert np.abs(expected.astype(np.float64) - value).max() <= OF_RANGE * spread, name


def assert_shapes_are_so(of: Graph) -> None:
    """Every tensor has the shape and the type that the graph says, and every one is said."""
    for name, value in layer_values(of, questions(of)).items():
        assert of.shapes[name] == value.shape, name
        assert of.dtypes.get(name, "float32") == value.dtype.name, name


def assert_equal(one: Graph, other: Graph) -> None:
    assert one.nodes == other.nodes
    assert (one.inputs, one.outputs, one.shapes) == (other.inputs, other.outputs, other.shapes)
    assert sorted(one.constants) == sorted(other.constants)
    for name, value in one.constants.items():
        assert np.array_equal(value, other.constants[name]), name


def assert_unchanged(apply, of: Graph) -> None:
    """The pass does not fire."""
    assert_equal(apply(of), of)
