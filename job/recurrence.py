"""One step of a recurrent layer, as ONNX defines it, whatever computes it: a TensorFlow graph, or operators of a .tflite."""
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

FUNCTIONS = ("Relu", "Sigmoid", "Tanh")  # of the gates, by ONNX's names


class State(NamedTuple):
    """None is zeros: then what would be multiplied with them, or added to, is not."""

    hidden: Any = None  # [N,H]
    cell: Any = None    # of an LSTM


class Recurrence(NamedTuple):
    """One direction of a layer, but for its weights; the products with what it reads are made before."""

    cell: str     # ONNX's operator
    length: int   # steps
    batch: int
    hidden: int
    functions: Tuple[str, ...]
    linear_before_reset: bool = False
    backwards: bool = False
    peepholes: bool = False

    @property
    def states(self) -> int:
        """How many there are from step to step."""
        return 2 if self.cell == "LSTM" else 1

    @property
    def times(self) -> Sequence[int]:
        """The steps, in the order that they are made."""
        return range(self.length)[::-1] if self.backwards else range(self.length)

    def step(self, by: "Arithmetic", given: Any, state: State) -> State:
        """`given` [N, gates H] is W x + b of the step."""
        return CELLS[self.cell].step(self, by, given, state)


class Arithmetic:
    """What computes the steps, of whatever kind its tensors are; None is zeros."""

    def each(self, op: str, *inputs: Any) -> Any:
        """Add, Mul, Sub or one of FUNCTIONS; zeros are never taken from, nor is a function of them asked for."""
        if None not in inputs:
            return self.laid(op, *inputs)
        return None if op == "Mul" else next((x for x in inputs if x is not None), None)

    def laid(self, op: str, *inputs: Any) -> Any:
        raise NotImplementedError

    def linear(self, number: int, x: Any) -> Any:
        """The recurrent product of that number, R x + b."""
        raise NotImplementedError

    def parts(self, x: Any, count: int) -> Sequence[Any]:
        """So many equal parts of the last axis."""
        raise NotImplementedError

    def peephole(self, number: int, x: Any) -> Any:
        """The product with the peephole of that number."""
        raise NotImplementedError


class Cell(NamedTuple):
    step: Callable[[Recurrence, Arithmetic, Any, State], State]
    functions: Tuple[str, ...]  # ONNX's defaults
    products: Tuple[int, ...]   # recurrent products: how many gates each is for


def recurrent_weights(cell: str, recurrent: np.ndarray, bias: np.ndarray) -> List[np.ndarray]:
    """The weights [gates H, H] and the bias of each recurrent product, one after another."""
    products = CELLS[cell].products
    hidden = len(recurrent) // sum(products)
    ends = np.cumsum(products)[:-1] * hidden
    return [each for pair in zip(np.split(recurrent, ends), np.split(bias, ends)) for each in pair]


def _plain(spec: Recurrence, by: Arithmetic, given: Any, state: State) -> State:
    """H = f(x + R H)"""
    return State(by.each(spec.functions[0], by.each("Add", given, by.linear(0, state.hidden))))


def _gated(spec: Recurrence, by: Arithmetic, given: Any, state: State) -> State:
    """z, r = f(x + R H); h = g(x + R (r H)), or g(x + r (R H)); H = h + z (H - h)"""
    update, reset, new = by.parts(given, 3)
    both = by.parts(by.linear(0, state.hidden), 2)
    update, reset = (by.each(spec.functions[0], by.each("Add", one, other)) for one, other in zip((update, reset), both))
    if spec.linear_before_reset:
        kept = by.each("Mul", reset, by.linear(1, state.hidden))
    else:
        kept = by.linear(1, by.each("Mul", reset, state.hidden))
    new = by.each(spec.functions[1], by.each("Add", new, kept))
    if state.hidden is None:
        return State(by.each("Sub", new, by.each("Mul", update, new)))
    return State(by.each("Add", new, by.each("Mul", update, by.each("Sub", state.hidden, new))))


def _long_short(spec: Recurrence, by: Arithmetic, given: Any, state: State) -> State:
    """i, f = f(x + R H + P C); C = f C + i g(x + R H); o = f(x + R H + P C); H = o h(C)"""
    enter, leave, forget, new = by.parts(by.each("Add", given, by.linear(0, state.hidden)), 4)

    def opened(gate: Any, cell: Any, number: int) -> Any:
        gate = by.each("Add", gate, by.peephole(number, cell)) if spec.peepholes else gate
        return by.each(spec.functions[0], gate)
    enter, forget = opened(enter, state.cell, 0), opened(forget, state.cell, 2)
    cell = by.each("Add", by.each("Mul", forget, state.cell), by.each("Mul", enter, by.each(spec.functions[1], new)))
    return State(by.each("Mul", opened(leave, cell, 1), by.each(spec.functions[2], cell)), cell)


CELLS = {
    "RNN": Cell(_plain, ("Tanh",), (1,)),
    "GRU": Cell(_gated, ("Sigmoid", "Tanh"), (2, 1)),
    "LSTM": Cell(_long_short, ("Sigmoid", "Tanh", "Tanh"), (4,)),
}  # type: Dict[str, Cell]
