"""A .tflite has the steps of a loop one after another: TensorFlow Lite 1.14 runs no loop that later ones do, and its own
recurrent operators keep their state from one run to the next.

    before: given [T*N, gates H] -> CUSTOM:loop/0/0 -> y [T*N, H]
    after:  given -> SPLIT -> for each step: FULLY_CONNECTED of the state, gates, the next state -> CONCATENATION -> y
"""
from collections import Counter
from typing import Dict, Mapping, Optional, Sequence, Tuple

import numpy as np

from job.recurrence import Arithmetic, State
from job.tensorflow_model.flatbuffer.operators import CUSTOM
from job.tensorflow_model.flatbuffer.options import KINDS, NONE, new_options
from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile
from job.tensorflow_model.freeze import FrozenLoop
from job.tensorflow_model.loops import stand_in
from job.tensorflow_model.plumbing.growing_file import GrowingFile

_NAMES = {"Add": "ADD", "Mul": "MUL", "Relu": "RELU", "Sigmoid": "LOGISTIC", "Sub": "SUB", "Tanh": "TANH"}
_BINARY = ("Add", "Mul", "Sub")
_SPLIT_VERSION = 3  # as toco 1.14 has it
_PLAIN = new_options(())


def unrolled(file: TFLiteFile, loops: Sequence[FrozenLoop]) -> TFLiteFile:
    """Inputs and outputs, and what else toco has made, stay as they are."""
    growing = GrowingFile(file)
    names = {"{}:{}".format(CUSTOM, stand_in(number, place)): (number, place)
             for number in range(len(loops)) for place in range(len(State._fields) + 1)}
    wanted = {}  # type: Dict[int, Dict[int, int]]  # by loop, what is read of all that it makes: place -> tensor
    for operator in file.operators:
        if operator.name in names:
            number, place = names[operator.name]
            wanted.setdefault(number, {})[place] = operator.outputs[0]
    for operator in file.operators:
        if operator.name not in names:
            growing.add(operator)
            continue
        number, _ = names[operator.name]
        if number in wanted:  # else it is laid already
            _lay(growing, loops[number], operator.inputs, wanted.pop(number))
    return growing.file()


def _lay(growing: GrowingFile, loop: FrozenLoop, inputs: Sequence[int], wanted: Mapping[int, int]) -> None:
    spec, (given, *first) = loop.recurrence, inputs
    by = _Laid(growing, loop.weights, loop.name)
    steps = by.steps(given, spec.length)
    state = State(*first)
    made = {}  # type: Dict[int, int]
    for time in spec.times:
        by.at(time)
        state = spec.step(by, steps[time], state)
        made[time] = state.hidden
    same = {last: wanted[place] for place, last in enumerate(state, 1) if place in wanted}
    growing.rename(same)
    if 0 in wanted:
        hidden = tuple(same.get(made[time], made[time]) for time in range(spec.length))
        growing.add(Operator("CONCATENATION", hidden, (wanted[0],), options=_PLAIN, options_kind=KINDS["CONCATENATION"]))


class _Laid(Arithmetic):
    """By operators of a .tflite, whose tensors are called after the step."""

    def __init__(self, growing: GrowingFile, weights: Sequence[np.ndarray], name: str) -> None:
        self._growing, self._name, self._step = growing, name, name
        self._made_so_far = Counter()  # type: Counter  # in this step, by operator
        self._weights = [growing.constant(weight, name + "/weights") for weight in weights]
        self._biases = [self._computed(bias) for bias in self._weights[1::2]]
        self._axes = [growing.constant(np.array(axis, np.int32), name + "/axis") for axis in range(2)]
        self._peepholes = ()  # type: Sequence[int]

    def at(self, time: int) -> None:
        self._step, self._made_so_far = "{}/{}".format(self._name, time), Counter()

    def laid(self, op: str, *inputs: int) -> int:
        options = _PLAIN if op in _BINARY else NONE
        return self._made(_NAMES[op], inputs, self._growing.tensors[inputs[0]].shape, options)

    def linear(self, number: int, x: Optional[int]) -> int:
        weight, bias = self._weights[2 * number:2 * number + 2]
        if x is None:
            return bias
        bias = self._biases[number]
        shape = (self._growing.tensors[x].shape[0], self._growing.tensors[weight].shape[0])
        return self._made("FULLY_CONNECTED", (x, weight, bias), shape, _PLAIN)

    def parts(self, x: int, count: int) -> Sequence[int]:
        if len(self._growing.tensors[x].content):
            return self._constant_parts(x, count)
        return self._split(x, 1, count)

    def steps(self, given: int, count: int) -> Sequence[int]:
        return self._split(given, 0, count)

    def peephole(self, number: int, x: Optional[int]) -> Optional[int]:
        self._peepholes = self._peepholes or self._constant_parts(self._weights[-1], 3)
        return self.each("Mul", x, self._peepholes[number])

    def _constant_parts(self, x: int, count: int) -> Sequence[int]:
        tensor = self._growing.tensors[x]
        return [self._growing.constant(part, tensor.name) for part in np.split(tensor.values(), count)]

    def _computed(self, bias: int) -> int:
        """The same numbers, of which XNNPACK knows no more that they are constant. It leaves the products to TensorFlow Lite
        then: its own would need a copy of the weights for each step."""
        tensor = self._growing.tensors[bias]
        zeros = self._growing.constant(np.zeros(tensor.shape, np.float32), tensor.name)
        return self.each("Add", bias, zeros)

    def _split(self, x: int, axis: int, count: int) -> Sequence[int]:
        shape = list(self._growing.tensors[x].shape)
        shape[axis] //= count
        made = tuple(self._tensor("SPLIT", tuple(shape)) for _ in range(count))
        self._growing.add(Operator("SPLIT", (self._axes[axis], x), made, version=_SPLIT_VERSION,
                                   options=new_options((count,)), options_kind=KINDS["SPLIT"]))
        return made

    def _made(self, name: str, inputs: Tuple[int, ...], shape: Tuple[int, ...], options: bytes) -> int:
        made = self._tensor(name, shape)
        self._growing.add(Operator(name, inputs, (made,), options=options, options_kind=KINDS[name] if options else 0))
        return made

    def _tensor(self, operator: str, shape: Tuple[int, ...]) -> int:
        self._made_so_far[operator] += 1
        return self._growing.made("{}/{}_{}".format(self._step, operator.lower(), self._made_so_far[operator]), shape)
