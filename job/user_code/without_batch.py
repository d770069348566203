"""Convolutions, pools and recurrent layers of one sample without an axis of batch, as PyTorch takes it since 1.11."""
from typing import Any, Callable

import torch
import torch.nn.functional as F
from torch import nn

from job.user_code.meaning import replace

_OF_MAPS = ("conv{}d", "conv_transpose{}d", "max_pool{}d", "avg_pool{}d", "adaptive_max_pool{}d", "adaptive_avg_pool{}d")


def provide() -> None:
    """Around what is in the places of PyTorch's own."""
    for axes in (1, 2, 3):
        for name in _OF_MAPS:
            replace(F, name.format(axes), _OF_ONE[axes])
    for layer, axes in ((nn.Conv1d, 1), (nn.Conv2d, 2), (nn.Conv3d, 3)):
        replace(layer, "forward", _LAYER_OF_ONE[axes])
    replace(F, "pixel_shuffle", _OF_ONE[2])
    replace(F, "pixel_unshuffle", _OF_ONE[2])
    replace(F, "pad", _padded)
    for kind in (nn.RNN, nn.GRU, nn.LSTM):
        replace(kind, "forward", _in_turn)
    for kind in (nn.RNNCell, nn.GRUCell, nn.LSTMCell):
        replace(kind, "forward", _one_step)


def _of_one(axes: int) -> Callable[..., Any]:
    def asked(of_1_1: Callable[..., Any], *given: Any, **named: Any) -> Any:
        x = given[0] if given else named.pop("input")
        if x.dim() != axes + 1:
            return of_1_1(x, *given[1:], **named)
        return _without(of_1_1(x.unsqueeze(0), *given[1:], **named), 0)
    return asked


def _layer_of_one(axes: int) -> Callable[..., Any]:
    """Here, since what is padded in front of it has no batch either."""
    def asked(of_1_1: Callable[..., Any], layer: nn.Module, input: torch.Tensor) -> torch.Tensor:
        if input.dim() != axes + 1:
            return of_1_1(layer, input)
        return of_1_1(layer, input.unsqueeze(0)).squeeze(0)
    return asked


def _without(made: Any, axis: int) -> Any:
    """Of each tensor, where there are two."""
    return type(made)(_without(each, axis) for each in made) if isinstance(made, (tuple, list)) else made.squeeze(axis)


def _padded(of_1_1: Callable[..., Any], input: torch.Tensor, pad: Any, mode: str = "constant", value: Any = None) -> torch.Tensor:
    if mode == "constant" or input.dim() != len(pad) // 2 + 1:
        return of_1_1(input, pad, mode, value)
    return of_1_1(input.unsqueeze(0), pad, mode, value).squeeze(0)


def _in_turn(of_1_1: Callable[..., Any], layer: nn.RNNBase, input: Any, hx: Any = None) -> Any:
    """A sequence [L, C] -> [L, H], and its last state without a batch."""
    if not isinstance(input, torch.Tensor) or input.dim() != 2:
        return of_1_1(layer, input, hx)
    if hx is not None:
        hx = tuple(each.unsqueeze(1) for each in hx) if isinstance(hx, (tuple, list)) else hx.unsqueeze(1)
    made, last = of_1_1(layer, input.unsqueeze(0 if layer.batch_first else 1), hx)
    return made.squeeze(0 if layer.batch_first else 1), _without(last, 1)


def _one_step(of_1_1: Callable[..., Any], cell: nn.Module, input: torch.Tensor, hx: Any = None) -> Any:
    if input.dim() != 1:
        return of_1_1(cell, input, hx)
    if hx is not None:
        hx = tuple(each.unsqueeze(0) for each in hx) if isinstance(hx, (tuple, list)) else hx.unsqueeze(0)
    return _without(of_1_1(cell, input.unsqueeze(0), hx), 0)


_OF_ONE = {axes: _of_one(axes) for axes in (1, 2, 3)}
_LAYER_OF_ONE = {axes: _layer_of_one(axes) for axes in (1, 2, 3)}
