"""What PyTorch has come to mean otherwise since 1.1, for code whose weights a later one saved.

The same line of code is another network to it: `grid_sample` without `align_corners`, a quotient of whole numbers, a
padding that goes round. Which of them was trained the checkpoint's format tells: since 1.6 `torch.save` writes zips.
"""
import functools
from typing import Any, Callable, Optional, Set, Tuple

import torch
import torch.nn.functional as F
from torch import nn

_FORMATS_SINCE_1_6 = ("torch-zip", "safetensors", "sharded")
_SAMPLED_BY_SCALE = ("nearest", "linear", "bilinear", "bicubic", "trilinear")
_CONVOLUTIONS = ((nn.Conv1d, "conv1d"), (nn.Conv2d, "conv2d"), (nn.Conv3d, "conv3d"))


class _Meaning:
    is_todays = False
    is_told = True   # by the format, or since the code is ours
    doubted = set()  # type: Set[str]  # what has run, and would mean something else


def mean_as_saved(checkpoint_format: str) -> None:
    """From here on, until the next checkpoint."""
    _Meaning.is_todays = _Meaning.is_told = checkpoint_format in _FORMATS_SINCE_1_6
    _Meaning.doubted = set()


def mean_as_written() -> None:
    """For code of our own, which is PyTorch 1.1's."""
    _Meaning.is_todays, _Meaning.is_told, _Meaning.doubted = False, True, set()


def doubts() -> Tuple[str, ...]:
    """A sentence on what has run and meant what it does to PyTorch 1.1, where a later one may have saved the weights."""
    if not _Meaning.doubted:
        return ()
    return ("{} mean what they do to PyTorch 1.1, since this format does not tell who saved the weights: if a later PyTorch "
            "trained them, save them again with 1.6 or later".format(", ".join(sorted(_Meaning.doubted))),)


def _todays(what: str) -> bool:
    """Whether what the code leaves open means what it does today."""
    if not _Meaning.is_told:
        _Meaning.doubted.add(what)
    return _Meaning.is_todays


def provide() -> None:
    """In the places of PyTorch's own, once."""
    if hasattr(F.grid_sample, "of_1_1"):
        return
    for name, made in (("grid_sample", _grid_sample), ("affine_grid", _affine_grid), ("interpolate", _interpolate)):
        setattr(F, name, _in_place_of(getattr(F, name), made))
    for layer, name in _CONVOLUTIONS:
        layer.forward = _in_place_of(layer.forward, functools.partial(_convolved, name))
    for name, made in (("__truediv__", _quotient), ("__rtruediv__", _quotient), ("__floordiv__", _whole_quotient)):
        setattr(torch.Tensor, name, _in_place_of(getattr(torch.Tensor, name), made))
    torch.div = torch.Tensor.div = _in_place_of(torch.div, _quotient)


def _in_place_of(of_1_1: Callable[..., Any], made: Callable[..., Any]) -> Callable[..., Any]:
    """`made` is given PyTorch 1.1's own first."""
    @functools.wraps(of_1_1, assigned=("__doc__",), updated=())
    def run(*args: Any, **kwargs: Any) -> Any:
        return made(of_1_1, *args, **kwargs)
    run.of_1_1 = of_1_1
    return run


def _grid_sample(of_1_1: Callable[..., Any], input: torch.Tensor, grid: torch.Tensor, mode: str = "bilinear",
                 padding_mode: str = "zeros", align_corners: Optional[bool] = None) -> torch.Tensor:
    """PyTorch 1.1 takes -1 and 1 for the centres of the outermost pixels, since 1.3 they are their outer edges."""
    if not _of_edges("grid_sample", align_corners):
        return of_1_1(input, grid, mode, padding_mode)
    sizes = [int(size) for size in input.shape[2:]][::-1]
    if 1 in sizes:
        raise RuntimeError("grid_sample with align_corners=False of a map of one pixel, which PyTorch 1.1 cannot say")
    sizes = torch.tensor(sizes, dtype=torch.float32)
    return of_1_1(input, ((grid + 1) * sizes - 1) / (sizes - 1) - 1, mode, padding_mode)


def _affine_grid(of_1_1: Callable[..., Any], theta: torch.Tensor, size: Any,
                 align_corners: Optional[bool] = None) -> torch.Tensor:
    if not _of_edges("affine_grid", align_corners):
        return of_1_1(theta, torch.Size(size))
    inward = [(int(each) - 1) / int(each) for each in list(size)[2:]][::-1] + [1.0]
    return of_1_1(theta * torch.tensor(inward), torch.Size(size))


def _of_edges(function: str, align_corners: Optional[bool]) -> bool:
    return _todays(function + " without align_corners") if align_corners is None else not align_corners


def _interpolate(of_1_1: Callable[..., Any], input: torch.Tensor, size: Any = None, scale_factor: Any = None,
                 mode: str = "nearest", align_corners: Optional[bool] = None, recompute_scale_factor: Optional[bool] = None,
                 antialias: bool = False) -> torch.Tensor:
    """Since 1.6 pixels lie by the scale that is said, before by the quotient of the sizes."""
    if antialias:
        raise RuntimeError("interpolate with antialias=True, which PyTorch 1.1 does not have")
    by_scale = scale_factor is not None and mode in _SAMPLED_BY_SCALE and not align_corners
    cut = _cut_by(input, scale_factor) if by_scale else None
    if cut and (_todays("interpolate by a scale that leaves no whole number of pixels") if recompute_scale_factor is None
                else not recompute_scale_factor):
        raise RuntimeError("interpolate of {} pixels by {}, no whole number of them, which PyTorch 1.1 cannot say: give size, "
                           "or train with recompute_scale_factor=True".format(*cut))
    return of_1_1(input, size=size, scale_factor=scale_factor, mode=mode, align_corners=align_corners)


def _cut_by(input: torch.Tensor, scale_factor: Any) -> Optional[Tuple[int, float]]:
    """The first size, and its scale, whose product is no whole number."""
    factors = scale_factor if isinstance(scale_factor, (list, tuple)) else [scale_factor] * (input.dim() - 2)
    scaled = [(int(pixels), float(factor)) for pixels, factor in zip(input.shape[2:], factors)]
    return next(((pixels, factor) for pixels, factor in scaled if int(pixels * factor) != pixels * factor), None)


def _convolved(name: str, of_1_1: Callable[..., Any], layer: nn.Module, input: torch.Tensor) -> torch.Tensor:
    """PyTorch 1.1 pads with zeros where it does not know the mode, and goes round by half as much as is said since 1.5."""
    is_known = layer.padding_mode == "zeros" or (
        layer.padding_mode == "circular" and not _todays("convolutions with padding_mode=circular"))
    if is_known and not isinstance(layer.padding, str):
        return of_1_1(layer, input)
    pads = [pad for each in reversed(_ends(layer)) for pad in each]
    if any(pads):
        input = F.pad(input, pads, mode="constant" if layer.padding_mode == "zeros" else layer.padding_mode)
    return getattr(F, name)(input, layer.weight, layer.bias, layer.stride, 0, layer.dilation, layer.groups)


def _ends(layer: nn.Module) -> Tuple[Tuple[int, int], ...]:
    """What is padded before and behind each axis; `padding` may be a word since 1.9."""
    if layer.padding != "same":
        sizes = (0,) * len(layer.kernel_size) if layer.padding == "valid" else layer.padding
        return tuple((size, size) for size in sizes)
    reaches = [spread * (taps - 1) for taps, spread in zip(layer.kernel_size, layer.dilation)]
    return tuple((reach // 2, reach - reach // 2) for reach in reaches)


def _quotient(of_1_1: Callable[..., Any], value: Any, other: Any, **kwargs: Any) -> Any:
    """Of whole numbers too it is a fraction since 1.6."""
    if _is_whole(value) and _is_whole(other) and _todays("quotients of whole numbers"):
        value, other = (each.float() if isinstance(each, torch.Tensor) else float(each) for each in (value, other))
    return of_1_1(value, other, **kwargs)


def _whole_quotient(of_1_1: Callable[..., Any], value: torch.Tensor, other: Any) -> torch.Tensor:
    """Which is a quotient to PyTorch 1.1 as well."""
    quotient = torch.Tensor.__truediv__.of_1_1(value, other)
    return quotient.trunc() if quotient.dtype.is_floating_point else quotient


def _is_whole(value: Any) -> bool:
    return not value.dtype.is_floating_point if isinstance(value, torch.Tensor) else isinstance(value, int)
