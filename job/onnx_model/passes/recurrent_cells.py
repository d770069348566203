"""One step of a recurrent layer, as ONNX defines it: the gates of W x + b as they are given, and the next state."""
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.onnx_model.graph import Node, View
from job.onnx_model.steps import Steps

Array = Optional[np.ndarray]


class State(NamedTuple):
    hidden: str  # [N,H]
    cell: str    # of an LSTM


class Cell(NamedTuple):
    step: Callable[..., State]  # (steps, given, state, recurrent, bias, peepholes, functions, linear_before_reset)
    functions: Tuple[str, ...]  # ONNX's defaults


def zeros_or(steps: Steps, node: Node, view: View, place: int, number: int, shape: Tuple[int, int]) -> str:
    """The first state of a direction."""
    name = node.inputs[place] if place < len(node.inputs) else ""
    if not name:
        return steps.knows(steps.constant(np.zeros(shape, np.float32)), shape)
    steps.knows(name, view.shape(name))
    return steps.add("Gather", [name, steps.constant(np.array(number, np.int64))], shape, axis=0)


def _each(steps: Steps, op: str, *inputs: str) -> str:
    return steps.add(op, inputs, steps.shape(inputs[0]))


def _scaled(steps: Steps, x: str, factor: np.ndarray) -> str:
    return steps.add("Mul", [x, steps.constant(factor)], steps.shape(x))


def _plain(steps: Steps, given: str, state: State, recurrent: np.ndarray, bias: np.ndarray, _: Array,
           functions: Sequence[str], __: int) -> State:
    """H = f(x + R H)"""
    total = _each(steps, "Add", given, steps.linear(state.hidden, recurrent, bias))
    return state._replace(hidden=_each(steps, functions[0], total))


def _gated(steps: Steps, given: str, state: State, recurrent: np.ndarray, bias: np.ndarray, _: Array,
           functions: Sequence[str], linear_before_reset: int) -> State:
    """z, r = f(x + R H); h = g(x + R (r H)), or g(x + r (R H)); H = h + z (H - h)"""
    size = 2 * len(bias) // 3
    update, reset, new = steps.parts(given, 1, 3)
    both = steps.linear(state.hidden, recurrent[:size], bias[:size])
    update, reset = (_each(steps, functions[0], _each(steps, "Add", one, other))
                     for one, other in zip((update, reset), steps.parts(both, 1, 2)))
    if linear_before_reset:
        kept = _each(steps, "Mul", reset, steps.linear(state.hidden, recurrent[size:], bias[size:]))
    else:
        kept = steps.linear(_each(steps, "Mul", reset, state.hidden), recurrent[size:], bias[size:])
    new = _each(steps, functions[1], _each(steps, "Add", new, kept))
    change = _each(steps, "Mul", update, _each(steps, "Sub", state.hidden, new))
    return state._replace(hidden=_each(steps, "Add", new, change))


def _long_short(steps: Steps, given: str, state: State, recurrent: np.ndarray, bias: np.ndarray, peepholes: Array,
                functions: Sequence[str], _: int) -> State:
    """i, f = f(x + R H + P C); C = f C + i g(x + R H); o = f(x + R H + P C); H = o h(C)"""
    total = _each(steps, "Add", given, steps.linear(state.hidden, recurrent, bias))
    enter, leave, forget, new = steps.parts(total, 1, 4)
    seen = [None] * 3 if peepholes is None else np.split(peepholes, 3)  # type: Any

    def opened(gate: str, cell: str, peephole: Array) -> str:
        gate = gate if peephole is None else _each(steps, "Add", gate, _scaled(steps, cell, peephole))
        return _each(steps, functions[0], gate)
    enter, forget = opened(enter, state.cell, seen[0]), opened(forget, state.cell, seen[2])
    cell = _each(steps, "Add", _each(steps, "Mul", forget, state.cell),
                 _each(steps, "Mul", enter, _each(steps, functions[1], new)))
    hidden = _each(steps, "Mul", opened(leave, cell, seen[1]), _each(steps, functions[2], cell))
    return State(hidden, cell)


CELLS = {
    "RNN": Cell(_plain, ("Tanh",)),
    "GRU": Cell(_gated, ("Sigmoid", "Tanh")),
    "LSTM": Cell(_long_short, ("Sigmoid", "Tanh", "Tanh")),
}  # type: Dict[str, Cell]
