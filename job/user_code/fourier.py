"""torch.fft, stft and istft: matrices of sines and cosines of a fixed size."""
from typing import Any, Callable, Optional, Sequence, Union

import numpy as np
import torch
import torch.nn.functional as F

from job.onnx_model.transforms import LONGEST, waves
from job.user_code.beside_trace import beside_trace
from job.user_code.complex_numbers import Complex
from job.user_code.meaning import add, replace
from job.user_code.newer_reductions import axes_of
from job.user_code.not_here import NotHere

_Number = Union[torch.Tensor, Complex]
_Sizes = Optional[Sequence[int]]
_POWERS = {"forward": (1.0, 0.0), "ortho": (0.5, 0.5), None: (0.0, 1.0), "backward": (0.0, 1.0)}  # of 1 / size, there and back


def fft(input: _Number, n: Optional[int] = None, dim: int = -1, norm: Optional[str] = None) -> Complex:
    return _turned(input, n, dim, _power(norm, 0), 1)


def ifft(input: _Number, n: Optional[int] = None, dim: int = -1, norm: Optional[str] = None) -> Complex:
    return _turned(input, n, dim, _power(norm, 1), -1)


def rfft(input: torch.Tensor, n: Optional[int] = None, dim: int = -1, norm: Optional[str] = None) -> Complex:
    size = _checked(n or int(input.shape[dim]))
    return _turned(input, size, dim, _power(norm, 0), 1, size // 2 + 1)


def irfft(input: _Number, n: Optional[int] = None, dim: int = -1, norm: Optional[str] = None) -> torch.Tensor:
    size = _checked(n or 2 * (int(input.shape[dim]) - 1))
    bins = size // 2 + 1
    weights = np.array([1.0 if 2 * each in (0, size) else 2.0 for each in range(bins)]) * size ** -_power(norm, 1)
    cosines, sines = (_matrix(each * weights[:, None]) for each in waves(size, bins))
    if not isinstance(input, Complex):
        return _along(dim, lambda x: _cut(x, bins) @ cosines, input)
    return _along(dim, lambda x, y: _cut(x, bins) @ cosines + _cut(y, bins) @ sines, input.real, input.imag)


def _turned(input: _Number, n: Optional[int], dim: int, power: float, sign: int, bins: Optional[int] = None) -> Complex:
    """By exp(-2 pi i k n / size), or with the other sign."""
    size = _checked(n or int(input.shape[dim]))
    real, imag = waves(size, bins or size) * float(size) ** -power
    real, imag = _matrix(real.T), _matrix(sign * imag.T)
    if not isinstance(input, Complex):
        return Complex(*(_along(dim, lambda x, by=by: _cut(x, size) @ by, input) for by in (real, imag)))
    return Complex(_along(dim, lambda x, y: _cut(x, size) @ real - _cut(y, size) @ imag, input.real, input.imag),
                   _along(dim, lambda x, y: _cut(x, size) @ imag + _cut(y, size) @ real, input.real, input.imag))


def _along(dim: int, made: Callable[..., torch.Tensor], *parts: torch.Tensor) -> torch.Tensor:
    """Of the axis as if it were the last."""
    turned = [part.to(torch.float32).transpose(dim, -1) for part in parts]
    return made(*turned).transpose(dim, -1)


def _cut(x: torch.Tensor, size: int) -> torch.Tensor:
    """The first so many of the last axis, or zeros behind it."""
    there = int(x.shape[-1])
    return F.pad(x, (0, size - there)) if there < size else x.narrow(-1, 0, size) if there > size else x


def _matrix(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))


def _checked(size: int) -> int:
    if size > LONGEST:
        raise NotHere("a Fourier transform of {} numbers becomes a matrix of their square: at most {}".format(size, LONGEST))
    return int(size)


def _power(norm: Optional[str], back: int) -> float:
    if norm not in _POWERS:
        raise RuntimeError("Invalid normalization mode: {!r}".format(norm))
    return _POWERS[norm][back]


def _one_by_one(each: Callable[..., Any], last: Callable[..., Any], back: bool) -> Callable[..., Any]:
    """Of several axes: there the last is the first to be turned, and back it is the last."""
    def turned(input: _Number, s: _Sizes = None, dim: Optional[Sequence[int]] = None, norm: Optional[str] = None) -> _Number:
        rank = input.dim()
        axes = [axis % rank for axis in (range(-len(s or range(rank)), 0) if dim is None else dim)]
        sizes = [None if size == -1 else size for size in s or [-1] * len(axes)]
        pairs = list(zip(axes, sizes))
        ways = [each] * (len(pairs) - 1) + [last]
        for way, (axis, size) in zip(ways, pairs) if back else reversed(list(zip(ways, pairs))):
            input = way(input, size, axis, norm)
        return input
    return turned


def _of_two_axes(several: Callable[..., Any]) -> Callable[..., Any]:
    def turned(input: _Number, s: _Sizes = None, dim: Sequence[int] = (-2, -1), norm: Optional[str] = None) -> _Number:
        return several(input, s, dim, norm)
    return turned


def fftfreq(n: int, d: float = 1.0, **_: Any) -> torch.Tensor:
    return _matrix(np.fft.fftfreq(n, d))


def rfftfreq(n: int, d: float = 1.0, **_: Any) -> torch.Tensor:
    return _matrix(np.fft.rfftfreq(n, d))


def fftshift(input: _Number, dim: Any = None) -> _Number:
    axes = list(range(input.dim())) if dim is None else list(axes_of(dim, input))
    return input.roll([int(input.shape[axis]) // 2 for axis in axes], axes)


def ifftshift(input: _Number, dim: Any = None) -> _Number:
    axes = list(range(input.dim())) if dim is None else list(axes_of(dim, input))
    return input.roll([-(int(input.shape[axis]) // 2) for axis in axes], axes)


_SEVERAL = {"fftn": _one_by_one(fft, fft, False), "ifftn": _one_by_one(ifft, ifft, True),
            "rfftn": _one_by_one(fft, rfft, False), "irfftn": _one_by_one(ifft, irfft, True)}
FUNCTIONS = dict({each.__name__: each for each in (fft, fftfreq, fftshift, ifft, ifftshift, irfft, rfft, rfftfreq)}, **_SEVERAL,
                 **{name[:-1] + "2": _of_two_axes(several) for name, several in _SEVERAL.items()})


def _short_times(of_1_1: Callable[..., Any], input: torch.Tensor, n_fft: int, hop_length: Optional[int] = None,
                 win_length: Optional[int] = None, window: Optional[torch.Tensor] = None, center: bool = True,
                 pad_mode: str = "reflect", normalized: bool = False, onesided: Optional[bool] = None,
                 return_complex: Optional[bool] = None, align_to_window: Optional[bool] = None) -> _Number:
    if align_to_window:
        raise NotHere("stft with align_to_window=True, which does not convert")
    if window is None and win_length not in (None, n_fft):
        window = torch.ones(win_length)
    made = of_1_1(input, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided is not False)
    return Complex(made.select(-1, 0), made.select(-1, 1)) if return_complex else made


def istft(input: Complex, n_fft: int, hop_length: Optional[int] = None, win_length: Optional[int] = None,
          window: Optional[torch.Tensor] = None, center: bool = True, normalized: bool = False, onesided: Optional[bool] = None,
          length: Optional[int] = None, return_complex: bool = False) -> torch.Tensor:
    """[N, bins, frames] -> [N, samples]: what the frames say one above another, by what their windows come to."""
    if return_complex or onesided is False:
        raise NotHere("istft to complex numbers does not convert")
    step, frames = hop_length or n_fft // 4, int(input.shape[-1])
    with beside_trace():
        seen = _window(window, win_length or n_fft, n_fft)
    said = irfft(input, n_fft, -2, "ortho" if normalized else None) * seen.unsqueeze(1)
    rows = said if said.dim() == 3 else said.unsqueeze(0)
    summed = F.conv_transpose1d(rows, torch.eye(n_fft).unsqueeze(1), stride=step).squeeze(1)
    start = n_fft // 2 if center else 0
    whole = n_fft + step * (frames - 1)
    end = start + length if length is not None else whole - start
    last = min(end, whole)
    times = _seen(seen.numpy(), frames, step)[start:last]
    if times.min() < 1e-11:
        raise RuntimeError("istft: the windows leave numbers out: window overlap add min: {}".format(times.min()))
    kept = _cut(summed.narrow(-1, start, last - start) / _matrix(times), end - start)
    return kept if said.dim() == 3 else kept.squeeze(0)


def _window(window: Optional[torch.Tensor], width: int, size: int) -> torch.Tensor:
    given = torch.ones(width) if window is None else window.detach()
    before = (size - width) // 2
    return F.pad(given, (before, size - width - before))


def _seen(window: np.ndarray, frames: int, step: int) -> np.ndarray:
    total = np.zeros(len(window) + step * (frames - 1))
    for frame in range(frames):
        total[frame * step:frame * step + len(window)] += window.astype(np.float64) ** 2
    return total


def provide() -> None:
    """Where PyTorch has them now."""
    for owner in (torch, torch.Tensor):
        replace(owner, "stft", _short_times)
        add(owner, {"istft": istft})
    Complex.istft = istft
