"""GRU, LSTM, RNN: the steps of each direction are a loop, of which a .tflite gets a copy for each step."""
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from job.axes import as_pytorch
from job.keras_model.activation import Activation, Operand, as_onnx
from job.keras_model.layers import Linear, Shaped, layer_name, operation, weighted
from job.keras_model.registry import Operator, converts, only, only_each
from job.recurrence import CELLS, FUNCTIONS, Arithmetic, Recurrence, State, recurrent_weights
from job.tensorflow_model.loops import Loop

MOST_STEPS = 4096  # of them a .tflite has 50,000 operators and 9 MB
_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
_COMPUTED = {"Add": tf.add, "Mul": tf.multiply, "Relu": tf.nn.relu, "Sigmoid": tf.sigmoid, "Sub": tf.subtract,
             "Tanh": tf.tanh}


class _Computed(Arithmetic):
    """By TensorFlow; `weights` are the layer's variables."""

    def __init__(self, weights: Sequence[Any]) -> None:
        self._weights = weights

    def laid(self, op: str, *inputs: Any) -> Any:
        return _COMPUTED[op](*inputs)

    def linear(self, number: int, x: Any) -> Any:
        weight, bias = self._weights[2 * number:2 * number + 2]
        if x is None:
            return tf.reshape(bias, (1, -1))
        return tf.nn.bias_add(tf.matmul(x, weight, transpose_b=True), bias)

    def parts(self, x: Any, count: int) -> Sequence[Any]:
        return tf.split(x, count, axis=-1)

    def peephole(self, number: int, x: Any) -> Any:
        return self.each("Mul", x, tf.split(self._weights[-1], 3)[number])


class _Steps(Shaped):
    """[T*N, gates H] and the first states, or zeros -> the hidden states [T*N, H], and the last of each state [N, H]."""

    def __init__(self, recurrence: Recurrence, weights: Sequence[np.ndarray], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._recurrence, self._shapes = recurrence, [weight.shape for weight in weights]

    def build(self, input_shape: Any) -> None:
        self._own = [self.add_weight("weight_{}".format(number), shape, initializer="zeros")
                     for number, shape in enumerate(self._shapes)]

    def result(self, inputs: Any) -> List[Any]:
        given, *first = inputs if isinstance(inputs, list) else [inputs]
        spec = self._recurrence
        made = [tf.identity(each) for each in self._made(given, first)]
        if spec.length > 1:
            self.loop = Loop(self.name, given.name, tuple(each.name for each in first), tuple(each.op.name for each in made),
                             tuple(read.op.inputs[0].op.name for read in self._own), spec)
        return made

    def _made(self, given: Any, first: Sequence[Any]) -> List[Any]:
        spec, by = self._recurrence, _Computed(self._own)
        if spec.length == 1:
            state = spec.step(by, given, State(*first))
            return [state.hidden] + _all_of(state)
        first = tuple(first) or (tf.zeros((spec.batch, spec.hidden)),) * spec.states
        steps = tf.reshape(given, (spec.length, spec.batch, -1))

        def step(number: Any, parts: Tuple[Any, ...], sequence: Any) -> Tuple[Any, ...]:
            time = spec.length - 1 - number if spec.backwards else number
            after = spec.step(by, steps[time], State(*parts))
            return number + 1, tuple(_all_of(after)), sequence.write(time, after.hidden)
        empty = tf.TensorArray(tf.float32, spec.length, element_shape=(spec.batch, spec.hidden))
        _, last, sequence = tf.while_loop(lambda number, *_: number < spec.length, step, (0, first, empty),
                                          back_prop=False, parallel_iterations=1)
        return [tf.reshape(sequence.stack(), (spec.length * spec.batch, spec.hidden))] + list(last)


def _all_of(state: State) -> List[Any]:
    return [part for part in state if part is not None]


def _refuse(operator: Operator) -> Optional[str]:
    """sequences of several lengths; more than 4096 steps"""
    if len(operator.input_shapes) > 4 and operator.input_shapes[4] is not None:
        return "{} of sequences of several lengths".format(operator.op)
    if operator.input_shape[0] > MOST_STEPS:
        return ("{} of {} steps, where up to {} convert (each is a dozen operators: give the sequence in parts, with the states "
                "as inputs and outputs)".format(operator.op, operator.input_shape[0], MOST_STEPS))
    return None


@converts("GRU", "LSTM", "RNN", constants=(1, 2, 3, 7), refuse=_refuse, attributes={
    "activations": only_each(*FUNCTIONS), "direction": None, "hidden_size": None, "input_forget": only(0),
    "linear_before_reset": only(0, 1)})
def recurrent(operator: Operator, x: Activation, weight: np.ndarray, recurrent: np.ndarray,
              bias: Optional[np.ndarray] = None, _: Any = None, hidden: Optional[Operand] = None,
              cell: Optional[Operand] = None, peepholes: Optional[np.ndarray] = None) -> Tuple[Activation, ...]:
    """Its output's batch is the second axis: it is tied."""
    x, runs = as_onnx(x), []
    states = _states(operator, x, [hidden, cell] if operator.op == "LSTM" else [hidden])
    for number, spec in enumerate(_directions(operator, peepholes is not None)):
        biases = np.zeros(2 * len(weight[number]), np.float32) if bias is None else bias[number]
        into, within = np.split(biases, 2)
        layer = Linear(weight[number].shape, True, name=layer_name(operator.name + ".given"))
        flat = operation(lambda t: tf.reshape(t, (spec.length * spec.batch, weight.shape[2])), x.numbers, operator.name + ".flat")
        given = weighted(layer, flat, (weight[number], into))
        weights = recurrent_weights(spec.cell, recurrent[number], within) + ([] if peepholes is None else [peepholes[number]])
        steps = _Steps(spec, weights, name=layer_name(operator.name))
        runs.append(weighted(steps, [given] + [each[number] for each in states], weights))
    sequence, *last = (_side_by_side(operator, parts, shape, number) for number, (parts, shape)
                       in enumerate(zip(zip(*runs), operator.output_shapes)))
    return tuple([sequence] + last)


def _directions(operator: Operator, peepholes: bool) -> List[Recurrence]:
    cell, (length, batch, _) = CELLS[operator.op], operator.input_shape
    directions = _DIRECTIONS[operator.attributes.get("direction", "forward")]
    functions = tuple(operator.attributes.get("activations", cell.functions * len(directions)))
    count = len(cell.functions)
    return [Recurrence(operator.op, length, batch, operator.input_shapes[2][2], functions[number * count:][:count],
                       bool(operator.attributes.get("linear_before_reset", 0)), backwards, peepholes)
            for number, backwards in enumerate(directions)]


def _states(operator: Operator, x: Activation, first: Sequence[Optional[Operand]]) -> List[Sequence[Any]]:
    """The first of each state, for each direction, [N,H]; nothing where all are zeros."""
    if all(each is None or isinstance(each, np.ndarray) and not each.any() for each in first):
        return []
    count, batch, hidden = operator.input_shapes[1][0], operator.input_shape[1], operator.input_shapes[2][2]
    zeros = np.zeros((count, batch, hidden), np.float32)
    return [_parted(operator, x, zeros if each is None else each, count) for each in first]


def _parted(operator: Operator, x: Activation, first: Operand, count: int) -> Sequence[Any]:
    name = operator.name + ".first"
    if isinstance(first, np.ndarray):
        parts = operation(lambda _: [tf.constant(each) for each in first], x.tensor, name)
    else:
        parts = operation(lambda t: tf.unstack(t, count), as_onnx(first).tensor, name)
    return parts if isinstance(parts, list) else [parts]


def _side_by_side(operator: Operator, parts: Sequence[Any], shape: Sequence[int], number: int) -> Activation:
    """[T*N, H] of each direction as [T,D,N,H], or [N,H] as [D,N,H]."""
    axis = len(shape) - 3
    each = tuple(1 if place == axis else size for place, size in enumerate(shape))
    tensor = operation(lambda *tensors: tf.concat([tf.reshape(part, each) for part in tensors], axis), list(parts),
                       operator.name + ".made")
    return Activation(tensor, as_pytorch(len(shape)), fixed_by=operator.name)
