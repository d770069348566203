"""A recurrent layer over a sequence whose length is known is one step after another.

before: x [T,N,I] -> GRU(w [1,3H,I], r [1,3H,H]) -> y [T,1,N,H], last [1,N,H]
after:  x -> Gemm over all steps at once -> Split -> for each step: Gemm of the state, gates, the next state -> Concat
"""
from typing import List, NamedTuple, Optional, Tuple

import numpy as np

from job.onnx_model.graph import Graph, Node, Rewrite, View, rewritten
from job.onnx_model.passes.fold_constants import fold_constants
from job.onnx_model.passes.recurrent_cells import CELLS, State, zeros_or
from job.onnx_model.steps import Steps
from job.values import Shape

MOST_STEPS = 128  # more make files of thousands of operators
_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
_FUNCTIONS = ("Sigmoid", "Tanh", "Relu")
_READ = ("activations", "direction", "hidden_size", "linear_before_reset")
_SAY_NOTHING = {"input_forget": 0}  # attributes of these values, as exporters write them


def unroll_recurrent(graph: Graph) -> Graph:
    """What the first step makes of a state of zeros is a constant; so is that state beside a layer that stays."""
    unrolled = rewritten(graph, _rule)
    return fold_constants(unrolled) if any(node.op in CELLS for node in graph.nodes) else graph


def _rule(node: Node, view: View) -> Optional[Rewrite]:
    if node.op not in CELLS or not _is_plain(node, view):
        return None
    steps, layer = Steps(node, "unrolled"), _layer(node, view)
    x = steps.knows(node.inputs[0], view.shape(node.inputs[0]))
    runs = [_direction(steps, layer, x, number, backwards) for number, backwards
            in enumerate(_DIRECTIONS[node.attributes.get("direction", "forward")])]
    sequence = _side_by_side(steps, [run.sequence for run in runs], 1)
    states = [_side_by_side(steps, list(parts), 0) for parts in zip(*(run.last for run in runs))]
    return steps.giving({name: made for name, made in zip(node.outputs, [sequence] + states)})


def _is_plain(node: Node, view: View) -> bool:
    """Weights are constants, every sequence is as long as the tensor, and nothing is clipped."""
    shapes = [view.shape(name) for name in node.inputs if name]
    if None in shapes or shapes[0][0] > MOST_STEPS or 0 in shapes[0]:
        return False
    if any(name not in _READ and value != _SAY_NOTHING.get(name) for name, value in node.attributes.items()):
        return False
    weights = [_input(node, view, place) for place in (1, 2, 3, 7)]
    lengths = _input(node, view, 4)
    named = [place < len(node.inputs) and bool(node.inputs[place]) for place in (1, 2, 3, 7, 4)]
    return (all(value is not None for value, present in zip(weights + [lengths], named) if present)
            and (lengths is None or bool(np.all(lengths == shapes[0][0])))
            and all(function in _FUNCTIONS for function in node.attributes.get("activations", ())))


def _input(node: Node, view: View, place: int) -> Optional[np.ndarray]:
    return view.constant(node.inputs[place]) if place < len(node.inputs) and node.inputs[place] else None


class _Layer(NamedTuple):
    node: Node
    view: View
    hidden: int
    gates: int
    functions: Tuple[str, ...]  # of one direction after another


def _layer(node: Node, view: View) -> _Layer:
    cell, hidden = CELLS[node.op], view.shape(node.inputs[2])[2]
    count = len(_DIRECTIONS[node.attributes.get("direction", "forward")])
    functions = tuple(node.attributes.get("activations", cell.functions * count))
    return _Layer(node, view, hidden, view.shape(node.inputs[2])[1] // hidden, functions)


class _Run(NamedTuple):
    sequence: str           # [T,1,N,H]
    last: Tuple[str, ...]   # of each state, [1,N,H]


def _direction(steps: Steps, layer: _Layer, x: str, number: int, backwards: bool) -> _Run:
    node, view, cell = layer.node, layer.view, CELLS[layer.node.op]
    length, batch, _ = steps.shape(x)
    weight, recurrent, bias, peepholes = (
        None if value is None else value[number] for value in (_input(node, view, place) for place in (1, 2, 3, 7)))
    size = layer.gates * layer.hidden
    biases = np.zeros(2 * size, np.float32) if bias is None else bias
    taken = steps.linear(steps.reshape(x, (length * batch, steps.shape(x)[2])), weight, biases[:size])
    given = steps.parts(taken, 0, length) if length > 1 else [taken]
    state = State(*(zeros_or(steps, node, view, place, number, (batch, layer.hidden)) for place in (5, 6)))
    functions = layer.functions[number * len(cell.functions):]
    made = {}
    for time in reversed(range(length)) if backwards else range(length):
        state = cell.step(steps, given[time], state, recurrent, biases[size:], peepholes, functions,
                          node.attributes.get("linear_before_reset", 0))
        made[time] = state.hidden
    sequence = _shaped(steps, _side_by_side(steps, [made[time] for time in range(length)], 0), (length, 1, batch, layer.hidden))
    last = (state.hidden, state.cell) if node.op == "LSTM" else (state.hidden,)
    return _Run(sequence, tuple(_shaped(steps, each, (1, batch, layer.hidden)) for each in last))


def _shaped(steps: Steps, x: str, shape: Shape) -> str:
    return steps.add("Reshape", [x, steps.constant(np.array(shape, np.int64))], shape)


def _side_by_side(steps: Steps, parts: List[str], axis: int) -> str:
    if len(parts) == 1:
        return parts[0]
    shape = list(steps.shape(parts[0]))
    shape[axis] *= len(parts)
    return steps.add("Concat", parts, tuple(shape), axis=axis)
