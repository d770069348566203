"""Convolutions that pad by words ("same", "valid") or by a mode, as today's PyTorch does."""
from typing import Any, Callable, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import nn

from job.user_code.meaning import means_todays, replace

_Ends = Sequence[Tuple[int, int]]  # what is padded before and behind each axis


def provide() -> None:
    """In the places of PyTorch's own."""
    for axes, layer in enumerate((nn.Conv1d, nn.Conv2d, nn.Conv3d), 1):
        replace(F, _name(axes), _by_words)
        replace(layer, "forward", _convolved)


def _name(axes: int) -> str:
    return "conv{}d".format(axes)


def _by_words(of_1_1: Callable[..., Any], input: torch.Tensor, weight: torch.Tensor, bias: Optional[torch.Tensor] = None,
              stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> torch.Tensor:
    if not isinstance(padding, str):
        return of_1_1(input, weight, bias, stride, padding, dilation, groups)
    taps = tuple(map(int, weight.shape[2:]))
    spreads = tuple(dilation) if isinstance(dilation, (tuple, list)) else (dilation,) * len(taps)
    return _padded(input, weight, bias, stride, _ends(padding, taps, spreads), "constant", dilation, groups)


def _convolved(of_1_1: Callable[..., Any], layer: nn.Module, input: torch.Tensor) -> torch.Tensor:
    """PyTorch 1.1 pads with zeros where it does not know the mode, and goes round by half as much as is said since 1.5."""
    is_known = layer.padding_mode == "zeros" or (
        layer.padding_mode == "circular" and not means_todays("convolutions with padding_mode=circular"))
    if is_known and not isinstance(layer.padding, str):
        return of_1_1(layer, input)
    ends = _ends(layer.padding, layer.kernel_size, layer.dilation)
    mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
    return _padded(input, layer.weight, layer.bias, layer.stride, ends, mode, layer.dilation, layer.groups)


def _padded(input: torch.Tensor, weight: torch.Tensor, bias: Optional[torch.Tensor], stride: Any, ends: _Ends, mode: str,
            dilation: Any, groups: int) -> torch.Tensor:
    """By the function that stands for the convolution, which may take wide kernels another way."""
    pads = [pad for each in reversed(ends) for pad in each]
    convolution = getattr(F, _name(len(ends)))
    return convolution(F.pad(input, pads, mode=mode) if any(pads) else input, weight, bias, stride, 0, dilation, groups)


def _ends(padding: Any, kernel_size: Sequence[int], dilation: Sequence[int]) -> _Ends:
    """`padding` may be a word since 1.9."""
    if padding != "same":
        sizes = (0,) * len(kernel_size) if padding == "valid" else padding
        return tuple((size, size) for size in sizes)
    reaches = [spread * (taps - 1) for taps, spread in zip(kernel_size, dilation)]
    return tuple((reach // 2, reach - reach // 2) for reach in reaches)
