"""What PyTorch has come to mean otherwise since 1.1, for code whose weights a later one saved.

The same line of code is another network to it: `grid_sample` without `align_corners`, a quotient of whole numbers.
"""
from typing import Any, Callable, Optional, Tuple

import torch
import torch.nn.functional as F

from job.user_code.meaning import means_todays, replace
from job.user_code.not_here import NotHere
from job.user_code.promoted_types import by_place, is_whole

_SAMPLED_BY_SCALE = ("nearest", "linear", "bilinear", "bicubic", "trilinear")


def provide() -> None:
    """In the places of PyTorch's own."""
    for name, made in (("grid_sample", _grid_sample), ("affine_grid", _affine_grid), ("interpolate", _interpolate)):
        replace(F, name, made)
    replace(F, "pad", _pad)
    for name in ("__truediv__", "__rtruediv__", "div"):
        replace(torch.Tensor, name, _quotient)
    replace(torch.Tensor, "__floordiv__", _whole_quotient)
    replace(torch, "div", _quotient)
    replace(torch, "full", _full)


def _grid_sample(of_1_1: Callable[..., Any], input: torch.Tensor, grid: torch.Tensor, mode: str = "bilinear",
                 padding_mode: str = "zeros", align_corners: Optional[bool] = None) -> torch.Tensor:
    """PyTorch 1.1 takes -1 and 1 for the centres of the outermost pixels, since 1.3 they are their outer edges."""
    if not _of_edges("grid_sample", align_corners):
        return of_1_1(input, grid, mode, padding_mode)
    sizes = [int(size) for size in input.shape[2:]][::-1]
    if 1 in sizes:
        raise NotHere("grid_sample with align_corners=False of a map of one pixel, which PyTorch 1.1 cannot say")
    sizes = torch.tensor(sizes, dtype=torch.float32)
    if padding_mode == "reflection":
        grid, padding_mode = _between_edges(grid), "border"
    return of_1_1(input, ((grid + 1) * sizes - 1) / (sizes - 1) - 1, mode, padding_mode)


def _between_edges(grid: torch.Tensor) -> torch.Tensor:
    """Turned back at -1 and 1; PyTorch 1.1 turns back at the centres of the outermost pixels."""
    return 1 - (grid + 1 - 4 * torch.floor((grid + 1) / 4) - 2).abs()


def _affine_grid(of_1_1: Callable[..., Any], theta: torch.Tensor, size: Any,
                 align_corners: Optional[bool] = None) -> torch.Tensor:
    if not _of_edges("affine_grid", align_corners):
        return of_1_1(theta, torch.Size(size))
    inward = [(int(each) - 1) / int(each) for each in list(size)[2:]][::-1] + [1.0]
    return of_1_1(theta * torch.tensor(inward), torch.Size(size))


def _of_edges(function: str, align_corners: Optional[bool]) -> bool:
    return means_todays(function + " without align_corners") if align_corners is None else not align_corners


def _interpolate(of_1_1: Callable[..., Any], input: torch.Tensor, size: Any = None, scale_factor: Any = None,
                 mode: str = "nearest", align_corners: Optional[bool] = None, recompute_scale_factor: Optional[bool] = None,
                 antialias: bool = False) -> torch.Tensor:
    """Since 1.6 pixels lie by the scale that is said, before by the quotient of the sizes."""
    if antialias:
        raise NotHere("interpolate with antialias=True, which PyTorch 1.1 does not have")
    if mode == "nearest-exact":
        mode = _nearest(input, size, scale_factor)
    by_scale = scale_factor is not None and mode in _SAMPLED_BY_SCALE and not align_corners
    cut = _cut_by(input, scale_factor) if by_scale else None
    if cut and (means_todays("interpolate by a scale that leaves no whole number of pixels") if recompute_scale_factor is None
                else not recompute_scale_factor):
        raise NotHere("interpolate of {} pixels by {}, no whole number of them, which PyTorch 1.1 cannot say: give size, "
                      "or train with recompute_scale_factor=True".format(*cut))
    return of_1_1(input, size=size, scale_factor=scale_factor, mode=mode, align_corners=align_corners)


def _nearest(input: torch.Tensor, size: Any, scale_factor: Any) -> str:
    """Where each pixel becomes a whole number of them, both ways of telling the nearest are one."""
    before = [int(pixels) for pixels in input.shape[2:]]
    given = scale_factor if size is None else size
    given = list(given) if isinstance(given, (list, tuple)) else [given] * len(before)
    ratios = given if size is None else [int(pixels) / each for pixels, each in zip(given, before)]
    if any(ratio != int(ratio) for ratio in ratios):
        raise NotHere("interpolate with mode='nearest-exact' by no whole number, which PyTorch 1.1 does not have")
    return "nearest"


def _cut_by(input: torch.Tensor, scale_factor: Any) -> Optional[Tuple[int, float]]:
    """The first size, and its scale, whose product is no whole number."""
    factors = scale_factor if isinstance(scale_factor, (list, tuple)) else [scale_factor] * (input.dim() - 2)
    scaled = [(int(pixels), float(factor)) for pixels, factor in zip(input.shape[2:], factors)]
    return next(((pixels, factor) for pixels, factor in scaled if int(pixels * factor) != pixels * factor), None)


@by_place
def _quotient(of_1_1: Callable[..., Any], value: Any, other: Any, rounding_mode: Optional[str] = None, **kwargs: Any) -> Any:
    """Of whole numbers too it is a fraction since 1.6."""
    if rounding_mode is not None:
        return _rounded_quotient(of_1_1, value, other, rounding_mode)
    arrays = [each for each in (value, other) if isinstance(each, torch.Tensor) and each.dim()]
    if is_whole(value) and is_whole(other) and means_todays("quotients of whole numbers", is_doubtful=bool(arrays)):
        value, other = (each.float() if isinstance(each, torch.Tensor) else float(each) for each in (value, other))
    return of_1_1(value, other, **kwargs)


def _rounded_quotient(of_1_1: Callable[..., Any], value: torch.Tensor, other: Any, rounding_mode: str) -> torch.Tensor:
    """PyTorch 1.1 itself cuts what is whole."""
    if rounding_mode == "floor":
        return value // other
    if rounding_mode != "trunc":
        raise RuntimeError("div's rounding_mode is None, floor or trunc, not {!r}".format(rounding_mode))
    quotient = of_1_1(value, other)
    return quotient if is_whole(value) and is_whole(other) else quotient.trunc()


def _whole_quotient(of_1_1: Callable[..., Any], value: torch.Tensor, other: Any) -> torch.Tensor:
    """A quotient to PyTorch 1.1, which cuts it; since 1.13 the next whole number below."""
    divided = torch.Tensor.__truediv__.of_1_1
    if not (is_whole(value) and is_whole(other)):
        quotient = divided(value, other)
        return quotient.floor() if means_todays("quotients below zero", is_doubtful=False) else quotient.trunc()
    if means_todays("quotients below zero", is_doubtful=False):
        value = value - value % other
    return divided(value, other)


def _full(of_1_1: Callable[..., Any], size: Any, fill_value: Any, **kwargs: Any) -> torch.Tensor:
    """Of a whole number it is whole since 1.7."""
    if isinstance(fill_value, int) and kwargs.get("dtype") is None and kwargs.get("out") is None and means_todays(
            "torch.full of a whole number", is_doubtful=False):
        kwargs["dtype"] = torch.uint8 if isinstance(fill_value, bool) else torch.int64
    return of_1_1(size, fill_value, **kwargs)


def _pad(of_1_1: Callable[..., Any], input: torch.Tensor, pad: Any, mode: str = "constant",
         value: Optional[float] = None) -> torch.Tensor:
    """None is zero by now; and going round, PyTorch 1.1 errs where only one end is padded."""
    if mode != "circular" or not means_todays("padding that goes round at one end", is_doubtful=0 in pad):
        return of_1_1(input, list(pad), mode, 0 if value is None else value)
    for number in range(len(pad) // 2):
        axis, (before, behind) = input.dim() - 1 - number, pad[2 * number:2 * number + 2]
        size = int(input.shape[axis])
        parts = [input.narrow(axis, size - before, before)] if before else []
        parts += [input] + ([input.narrow(axis, 0, behind)] if behind else [])
        input = torch.cat(parts, axis) if len(parts) > 1 else input
    return input
