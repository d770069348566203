"""Recurrent layers and their cells as ONNX's LSTM, GRU and RNN: torch 1.1 says neither batch_first nor layers without
biases, gives both directions of an RNN one activation, and knows no cells."""
from typing import Any, List, NamedTuple, Sequence, Tuple

import torch
from torch.onnx.symbolic import _unpack_list, unused

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, constant_tensor, integer, sizes, sliced

# PyTorch's gates in ONNX's order: input, output, forget, cell; update, reset, new.
_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}


class _Kind(NamedTuple):
    op: str
    attributes: Any = {}


_LSTM = _Kind("LSTM")
_GRU = _Kind("GRU", {"linear_before_reset_i": 1})
_TANH, _RELU = (_Kind("RNN", {"activations_s": [function]}) for function in ("Tanh", "Relu"))


class _Stack(NamedTuple):
    """What comes after the input and the states, as ATen has it; a cell is a stack of one layer."""

    weights: Sequence[Any]
    biased: bool = True
    layers: int = 1
    bidirectional: bool = False
    batch_first: bool = False


@exports("lstm")
def lstm(g: Any, x: Any, states: Any, weights: Any, *rest: Any) -> Any:
    return _layers(g, _LSTM, x, _unpack_list(states), _stack(weights, rest))


@exports("gru")
def gru(g: Any, x: Any, state: Any, weights: Any, *rest: Any) -> Any:
    return _layers(g, _GRU, x, [state], _stack(weights, rest))


@exports("rnn_tanh")
def rnn_tanh(g: Any, x: Any, state: Any, weights: Any, *rest: Any) -> Any:
    return _layers(g, _TANH, x, [state], _stack(weights, rest))


@exports("rnn_relu")
def rnn_relu(g: Any, x: Any, state: Any, weights: Any, *rest: Any) -> Any:
    return _layers(g, _RELU, x, [state], _stack(weights, rest))


@exports("lstm_cell")
def lstm_cell(g: Any, x: Any, states: Any, *weights: Any) -> Any:
    return _cell(g, _LSTM, x, _unpack_list(states), weights)


@exports("gru_cell")
def gru_cell(g: Any, x: Any, state: Any, *weights: Any) -> Any:
    return _cell(g, _GRU, x, [state], weights)[0]


@exports("rnn_tanh_cell")
def rnn_tanh_cell(g: Any, x: Any, state: Any, *weights: Any) -> Any:
    return _cell(g, _TANH, x, [state], weights)[0]


@exports("rnn_relu_cell")
def rnn_relu_cell(g: Any, x: Any, state: Any, *weights: Any) -> Any:
    return _cell(g, _RELU, x, [state], weights)[0]


def _stack(weights: Any, rest: Sequence[Any]) -> _Stack:
    """`rest`: has_biases, num_layers, dropout, train, bidirectional, batch_first. A packed sequence has its weights in
    another place, so that reading them as a list fails: it is refused by name."""
    biased, layers, _, _, bidirectional, batch_first = rest
    return _Stack(_unpack_list(weights), bool(integer(biased)), integer(layers), bool(integer(bidirectional)),
                  bool(integer(batch_first)))


def _cell(g: Any, kind: _Kind, x: Any, states: Sequence[Any], weights: Sequence[Any]) -> Tuple[Any, ...]:
    """One step: a sequence of one. Biases that a cell has not are None."""
    given = [weight for weight in weights if not weight.node().mustBeNone()]
    sequence, *states = (g.op("Unsqueeze", each, axes_i=[0]) for each in [x] + list(states))
    _, *last = _layers(g, kind, sequence, states, _Stack(given, biased=len(given) == 4))
    return tuple(g.op("Squeeze", state, axes_i=[0]) for state in last)


def _layers(g: Any, kind: _Kind, x: Any, states: Sequence[Any], stack: _Stack) -> Tuple[Any, ...]:
    """x [T,N,I], states [L*D,N,H] -> [T,N,D*H] and the last states; x and what it becomes are [N,T,*] if batch_first."""
    x = g.op("Transpose", x, perm_i=[1, 0, 2]) if stack.batch_first else x
    states = [_kept(g, state) for state in states]
    directions, count = 1 + stack.bidirectional, 4 if stack.biased else 2
    lasts = []
    for layer in range(stack.layers):
        numbers = range(layer * directions, (layer + 1) * directions)
        weights = [stack.weights[number * count:(number + 1) * count] for number in numbers]
        first = [state if stack.layers == 1 else sliced(g, state, 0, numbers[0], numbers[-1] + 1) for state in states]
        x, *last = _layer(g, kind, x, first, weights)
        lasts.append(last)
    x = g.op("Transpose", x, perm_i=[1, 0, 2]) if stack.batch_first else x
    return (x,) + tuple(_joined(g, parts) for parts in zip(*lasts))


def _kept(g: Any, state: Any) -> Any:
    """The exporter takes any constant for the zeros that a layer begins with where nothing is said."""
    value = constant_tensor(state)
    return state if value is not None and not bool((value != 0).any()) else g.op("Identity", state)


def _layer(g: Any, kind: _Kind, x: Any, states: Sequence[Any], weights: Sequence[Sequence[Any]]) -> List[Any]:
    """`weights`: of each direction those of the input and of the state, and the biases of both where there are any."""
    hidden = sizes(weights[0][1])[1]
    both = [[_in_order(g, kind, hidden, weight) for weight in one] for one in weights]
    operands = [_joined(g, [g.op("Unsqueeze", one[place], axes_i=[0]) for one in both]) for place in (0, 1)]
    biases = [g.op("Unsqueeze", _joined(g, one[2:]), axes_i=[0]) for one in both if one[2:]]
    operands.append(_joined(g, biases) if biases else constant(g, [[0.0] * (2 * sizes(weights[0][1])[0])] * len(both)))
    attributes = dict(kind.attributes, hidden_size_i=hidden, direction_s="bidirectional" if len(both) == 2 else "forward")
    if "activations_s" in attributes:
        attributes["activations_s"] = attributes["activations_s"] * len(both)
    everywhere = unused(g)  # no lengths: every sequence is as long as the tensor
    made = g.op(kind.op, x, *operands, everywhere, *states, outputs=1 + len(states), **attributes)
    if len(both) == 1:
        return [g.op("Squeeze", made[0], axes_i=[1])] + list(made[1:])
    sequence = g.op("Transpose", made[0], perm_i=[0, 2, 1, 3])
    return [g.op("Reshape", sequence, constant(g, [0, 0, -1], torch.int64))] + list(made[1:])


def _in_order(g: Any, kind: _Kind, hidden: int, weight: Any) -> Any:
    return _joined(g, [sliced(g, weight, 0, gate * hidden, (gate + 1) * hidden) for gate in _GATES[kind.op]])


def _joined(g: Any, parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else g.op("Concat", *parts, axis_i=0)
