"""Recurrent layers and cells: of one direction and both, stacked, without biases, batch first, from given states."""
from typing import Any, Callable

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from job.keras_model.recurrent import MOST_STEPS
from tests.operators.case import Case, drawn

STEPS = (4, 2, 6)  # length, batch, features
STATES = (1, 2, 5)


class _Steps(nn.Module):
    """A cell over a sequence."""

    def __init__(self, build: Callable[..., nn.Module], **kwargs: Any) -> None:
        super().__init__()
        self.cell = build(6, 5, **kwargs)

    def forward(self, sequence: torch.Tensor) -> Any:
        state = None
        for x in sequence.unbind(0):
            state = self.cell(x, state)
        return state


class _Sequence(nn.Module):
    """A layer's sequence alone, into a linear layer, as a reader of text has it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        self.layer = nn.LSTM(6, 5, **kwargs)
        self.linear = nn.Linear(5 * (1 + self.layer.bidirectional), 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sequence, _ = self.layer(x)
        length, batch, features = sequence.size()
        return self.linear(sequence.contiguous().view(length * batch, features)).view(length, batch, -1)


def _flat(build: Callable[..., nn.Module], *args: Any, **kwargs: Any) -> Callable[[], nn.Module]:
    return lambda: _FlatStates(drawn(build, *args, **kwargs)())


class _FlatStates(nn.Module):
    """The sequence and the last states, as one tuple."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor, *states: torch.Tensor) -> Any:
        sequence, last = self.layer(x, states) if len(states) == 2 else self.layer(x, *states)
        return (sequence,) + (last if isinstance(last, tuple) else (last,))


class _Begun(nn.Module):
    """From a state that is written in the code, each number another."""

    def __init__(self, build: Callable[..., nn.Module], **kwargs: Any) -> None:
        super().__init__()
        self.layer = build(6, 5, **kwargs)

    def forward(self, x: torch.Tensor) -> Any:
        state = torch.arange(float(2 * self.layer.num_layers * 5)).reshape(-1, 2, 5) / 7
        sequence, last = self.layer(x, (state, -state) if isinstance(self.layer, nn.LSTM) else state)
        return (sequence,) + (last if isinstance(last, tuple) else (last,))


class _Packed(nn.Module):
    """Sequences of several lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.LSTM(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(pack_padded_sequence(x, torch.tensor([4, 3])))[1][0]


ROWS = [
    Case("lstm", _flat(nn.LSTM, 6, 5), [STEPS], outputs=3),
    Case("lstm from states", _flat(nn.LSTM, 6, 5), [STEPS, STATES, STATES], outputs=3),
    Case("lstm of two layers and directions", _flat(nn.LSTM, 6, 5, num_layers=2, bidirectional=True), [STEPS], outputs=3),
    Case("lstm without biases, batch first", _flat(nn.LSTM, 6, 5, bias=False, batch_first=True), [STEPS], outputs=3),
    Case("lstm into linear", drawn(_Sequence, bidirectional=True), [STEPS]),
    Case("gru", _flat(nn.GRU, 6, 5), [STEPS], outputs=2),
    Case("gru from a state, batch first", _flat(nn.GRU, 6, 5, batch_first=True), [(2, 4, 6), STATES], outputs=2),
    Case("gru of both directions", _flat(nn.GRU, 6, 5, bidirectional=True, bias=False), [STEPS], outputs=2),
    Case("gru from what is written", drawn(_Begun, nn.GRU), [STEPS], outputs=2),
    Case("lstm from what is written, two layers", drawn(_Begun, nn.LSTM, num_layers=2), [STEPS], outputs=3),
    Case("rnn from what is written", drawn(_Begun, nn.RNN), [STEPS], outputs=2),
    Case("rnn of both directions", _flat(nn.RNN, 6, 5, bidirectional=True), [STEPS], outputs=2),
    Case("rnn with relu, two layers", _flat(nn.RNN, 6, 5, nonlinearity="relu", num_layers=2), [STEPS], outputs=2),
    Case("lstm cell", drawn(_Steps, nn.LSTMCell), [STEPS], outputs=2),
    Case("lstm cell without biases", drawn(_Steps, nn.LSTMCell, bias=False), [STEPS], outputs=2),
    Case("gru cell", drawn(_Steps, nn.GRUCell), [STEPS]),
    Case("rnn cell", drawn(_Steps, nn.RNNCell), [STEPS]),
    Case("rnn cell with relu", drawn(_Steps, nn.RNNCell, nonlinearity="relu"), [STEPS]),
    Case("a packed sequence", _Packed, [STEPS], refused="prim::PackPadded"),
    Case("lstm of many steps", drawn(_Sequence, bidirectional=True), [(300, 2, 6)]),
    Case("gru of many steps", _flat(nn.GRU, 6, 5, num_layers=2, batch_first=True), [(2, 300, 6)], outputs=2),
    Case("lstm of too many steps", drawn(_Sequence), [(MOST_STEPS + 1, 1, 6)], refused="up to 4096"),
]
