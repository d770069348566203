"""Convolutions that PyTorch 1.1 ends at: MKL-DNN writes machine code for each, which wide kernels make "too big" for it.

Which these are depends on the processor, so each is tried. They are computed as PyTorch computes what MKL-DNN is not
asked for.
"""
import functools
from typing import Any, Callable, List, Optional

import torch
import torch.nn.functional as F

from job.user_code.beside_trace import beside_trace

_TOO_BIG = "code is too big"
_NARROW = 16  # so wide a kernel is never too big: on the widest registers it begins at 31


def provide() -> None:
    """For whoever calls them of torch.nn.functional, as PyTorch's own modules do."""
    for name, axes in (("conv1d", 1), ("conv2d", 2)):
        if not _is_of_any_width(getattr(F, name)):
            setattr(F, name, of_any_width(getattr(F, name), axes))


def _is_of_any_width(function: Any) -> bool:
    """It, or what it is around."""
    return hasattr(function, "of_any_width") or hasattr(function, "of_1_1") and _is_of_any_width(function.of_1_1)


def of_any_width(convolution: Callable[..., torch.Tensor], axes: int) -> Callable[..., torch.Tensor]:
    @functools.lru_cache(maxsize=None)
    def is_too_big(x_shape: Any, weight_shape: Any, *steps: Any) -> bool:
        """Tried on zeros."""
        try:
            with beside_trace():
                convolution(torch.zeros(x_shape), torch.zeros(weight_shape), None, *steps)
        except RuntimeError as error:
            return _TOO_BIG in str(error)
        return False

    @functools.wraps(convolution)
    def run(input: torch.Tensor, weight: torch.Tensor, bias: Optional[torch.Tensor] = None, stride: Any = 1,
            padding: Any = 0, dilation: Any = 1, groups: int = 1) -> torch.Tensor:
        if isinstance(padding, str):
            return convolution(input, weight, bias, stride, padding, dilation, groups)
        steps = _sizes(stride, axes), _sizes(padding, axes)
        if weight.shape[-1] > _NARROW and groups == 1 and _sizes(dilation, axes) == (1,) * axes and is_too_big(
                tuple(map(int, input.shape)), tuple(map(int, weight.shape)), *steps):
            return _without_code(input, weight, bias, *map(list, steps))
        return convolution(input, weight, bias, stride, padding, dilation, groups)
    run.of_any_width = True
    return run


def _without_code(x: torch.Tensor, weight: torch.Tensor, bias: Optional[torch.Tensor], stride: List[int],
                  padding: List[int]) -> torch.Tensor:
    if x.dim() == 4:
        return torch._C._nn.thnn_conv2d(x, weight, list(map(int, weight.shape[2:])), bias, stride, padding)
    return _without_code(x.unsqueeze(2), weight.unsqueeze(2), bias, [1] + stride, [0] + padding).squeeze(2)


def _sizes(value: Any, axes: int) -> Any:
    given = tuple(map(int, value)) if isinstance(value, (tuple, list)) else (int(value),)
    return given if len(given) == axes else given * axes
