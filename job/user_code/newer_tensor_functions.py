"""Functions of tensors that PyTorch has since 1.1, and modules of one alone, for code that was written with them.

They are said in those that 1.1 has.
"""
import math
from typing import Any, Optional, Sequence, Tuple, Union

import torch
import torch.nn.functional as F
from torch import nn

from job.user_code.meaning import add, replace

Axes = Union[int, Sequence[int]]


def amax(input: torch.Tensor, dim: Axes = (), keepdim: bool = False) -> torch.Tensor:
    for axis in _from_the_last(dim, input):
        input = input.max(axis, keepdim=keepdim)[0]
    return input


def amin(input: torch.Tensor, dim: Axes = (), keepdim: bool = False) -> torch.Tensor:
    for axis in _from_the_last(dim, input):
        input = input.min(axis, keepdim=keepdim)[0]
    return input


def broadcast_to(input: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    return input.expand(size)


def clip(input: torch.Tensor, min: Optional[float] = None, max: Optional[float] = None) -> torch.Tensor:
    return torch.clamp(input, min=min, max=max)


def concat(tensors: Sequence[torch.Tensor], dim: int = 0) -> torch.Tensor:
    return torch.cat(tensors, dim)


def hstack(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat(tensors, min(1, tensors[0].dim() - 1))


def vstack(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([each.unsqueeze(0) if each.dim() == 1 else each for each in tensors], 0)


def count_nonzero(input: torch.Tensor, dim: Optional[Axes] = None) -> torch.Tensor:
    return _truth(input).sum() if dim is None else _truth(input).sum(dim)


def ravel(input: torch.Tensor) -> torch.Tensor:
    return input.reshape(-1)


def exp2(input: torch.Tensor) -> torch.Tensor:
    return torch.exp(input * math.log(2))


def floor_divide(input: torch.Tensor, other: Any) -> torch.Tensor:
    return input // other


def logical_and(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return _truth(input) & _truth(other)


def logical_not(input: torch.Tensor) -> torch.Tensor:
    return input == 0


def logical_or(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return _truth(input) | _truth(other)


def maximum(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.max(input, other)


def minimum(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.min(input, other)


def movedim(input: torch.Tensor, source: Axes, destination: Axes) -> torch.Tensor:
    taken, put = (_axes(each, input) for each in (source, destination))
    others = iter(axis for axis in range(input.dim()) if axis not in taken)
    moved = dict(zip(put, taken))
    return input.permute(*(moved[axis] if axis in moved else next(others) for axis in range(input.dim())))


def outer(input: torch.Tensor, vec2: torch.Tensor) -> torch.Tensor:
    return input.unsqueeze(1) * vec2


def permute(input: torch.Tensor, dims: Sequence[int]) -> torch.Tensor:
    return input.permute(*dims)


def square(input: torch.Tensor) -> torch.Tensor:
    return input * input


def swapaxes(input: torch.Tensor, axis0: int, axis1: int) -> torch.Tensor:
    return input.transpose(axis0, axis1)


def tile(input: torch.Tensor, *dims: Any) -> torch.Tensor:
    dims = tuple(dims[0]) if len(dims) == 1 and not isinstance(dims[0], int) else dims
    return input.repeat(*([1] * (input.dim() - len(dims)) + list(dims)))


def true_divide(input: torch.Tensor, other: Any) -> torch.Tensor:
    return input / other


def unflatten(input: torch.Tensor, dim: int, sizes: Sequence[int]) -> torch.Tensor:
    axis, = _axes(dim, input)
    return input.reshape(list(input.shape[:axis]) + list(sizes) + list(input.shape[axis + 1:]))


def pixel_unshuffle(input: torch.Tensor, downscale_factor: int) -> torch.Tensor:
    """[N, C, H r, W r] -> [N, C r r, H, W]"""
    step, (batch, channels, height, width) = downscale_factor, input.shape
    cells = input.reshape(batch, channels, height // step, step, width // step, step).permute(0, 1, 3, 5, 2, 4)
    return cells.reshape(batch, channels * step * step, height // step, width // step)


def scaled_dot_product_attention(
        query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: Optional[torch.Tensor] = None,
        dropout_p: float = 0.0, is_causal: bool = False, scale: Optional[float] = None) -> torch.Tensor:
    """A mask of truth values says what is looked at; one of numbers is added."""
    scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.tril(torch.ones(int(query.shape[-2]), int(key.shape[-2]))) > 0
    if attn_mask is not None:
        is_truth = not attn_mask.dtype.is_floating_point
        scores = scores.masked_fill(attn_mask == 0, float("-inf")) if is_truth else scores + attn_mask
    return F.dropout(torch.softmax(scores, -1), dropout_p) @ value


def trunc_normal_(tensor: torch.Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
                  generator: Any = None) -> torch.Tensor:
    """Of a checkpoint's tensors nothing is left of it."""
    low, high = (math.erf((end - mean) / std / math.sqrt(2)) for end in (a, b))
    with torch.no_grad():
        return tensor.uniform_(low, high).erfinv_().mul_(std * math.sqrt(2)).add_(mean).clamp_(a, b)


class Flatten(nn.Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return input.flatten(self.start_dim, self.end_dim)


def _meshgrid(of_1_1: Any, *tensors: Any, indexing: str = "ij") -> Sequence[torch.Tensor]:
    """1.1 knows the one that counts rows first."""
    given = list(tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors)
    if indexing == "ij" or len(given) < 2:
        return of_1_1(*given)
    if indexing != "xy":
        raise RuntimeError("meshgrid's indexing is ij or xy, not {!r}".format(indexing))
    second, first, *rest = of_1_1(*given[1::-1], *given[2:])
    return (first, second, *rest)


class PixelUnshuffle(nn.Module):
    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return pixel_unshuffle(input, self.downscale_factor)


class Unflatten(nn.Module):
    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return unflatten(input, self.dim, self.unflattened_size)


def _in_any_format(of_1_1: Any, input: torch.Tensor, *given: Any, memory_format: Any = None, **named: Any) -> torch.Tensor:
    """How it lies in memory changes no value."""
    return of_1_1(input, *given, **named)


def _turned(input: torch.Tensor) -> torch.Tensor:
    return input.permute(tuple(reversed(range(input.dim())))) if input.dim() else input


def _matrices_turned(input: torch.Tensor) -> torch.Tensor:
    return input.transpose(-2, -1)


def _truth(input: torch.Tensor) -> torch.Tensor:
    return input != 0


def _axes(dim: Axes, input: torch.Tensor) -> Tuple[int, ...]:
    given = (dim,) if isinstance(dim, int) else tuple(dim)
    return tuple(axis % input.dim() for axis in given)


def _from_the_last(dim: Axes, input: torch.Tensor) -> Sequence[int]:
    """All, where none is given."""
    return sorted(_axes(dim, input) or range(input.dim()), reverse=True)


_OF_TENSORS = {each.__name__: each for each in (
    amax, amin, broadcast_to, clip, count_nonzero, exp2, floor_divide, logical_and, logical_not, logical_or, maximum, minimum,
    movedim, outer, ravel, square, swapaxes, tile, true_divide, unflatten)}
_PROVIDED = (
    (torch, dict(_OF_TENSORS, concat=concat, permute=permute, hstack=hstack, vstack=vstack, channels_last="channels_last",
                 contiguous_format="contiguous_format")),
    (torch.Tensor, dict(_OF_TENSORS, bool=_truth, T=property(_turned), mT=property(_matrices_turned))),
    (F, {each.__name__: each for each in (pixel_unshuffle, scaled_dot_product_attention)}),
    (nn, {each.__name__: each for each in (Flatten, PixelUnshuffle, Unflatten)}), (nn.init, {"trunc_normal_": trunc_normal_}))
_OTHER_NAMES = {"absolute": "abs", "divide": "div", "moveaxis": "movedim", "multiply": "mul", "negative": "neg",
                "subtract": "sub", "swapdims": "swapaxes"}


def provide() -> None:
    """Puts each where PyTorch has it now."""
    replace(torch, "meshgrid", _meshgrid)
    for name in ("contiguous", "clone"):
        replace(torch.Tensor, name, _in_any_format)
    for place, values in _PROVIDED:
        add(place, values)
    for place in (torch, torch.Tensor):
        add(place, {name: getattr(place, known) for name, known in _OTHER_NAMES.items()})
