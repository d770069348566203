"""What PyTorch has since 1.1 to move, join and take apart axes with, said in what 1.1 has."""
from typing import Any, Callable, Optional, Sequence, Tuple, Union

import numpy as np
import torch

from job.user_code.meaning import add, replace
from job.user_code.newer_reductions import Axes, axes_of

_Pieces = Union[int, Sequence[int]]


def broadcast_to(input: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    return input.expand(size)


def broadcast_shapes(*shapes: Any) -> torch.Size:
    given = [(shape,) if isinstance(shape, int) else tuple(map(int, shape)) for shape in shapes]
    return torch.Size(np.broadcast(*(np.empty(shape, np.bool_) for shape in given)).shape if len(given) > 1 else given[0])


def concat(tensors: Sequence[torch.Tensor], dim: int = 0) -> torch.Tensor:
    return torch.cat(tensors, dim)


def hstack(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    tensors = [atleast_1d(each) for each in tensors]
    return torch.cat(tensors, min(1, tensors[0].dim() - 1))


def vstack(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([atleast_2d(each) for each in tensors], 0)


def dstack(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([atleast_3d(each) for each in tensors], 2)


def column_stack(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([each.reshape(-1, 1) if each.dim() < 2 else each for each in tensors], 1)


def atleast_1d(input: torch.Tensor) -> torch.Tensor:
    return input if input.dim() else input.reshape(1)


def atleast_2d(input: torch.Tensor) -> torch.Tensor:
    return input if input.dim() > 1 else atleast_1d(input).unsqueeze(0)


def atleast_3d(input: torch.Tensor) -> torch.Tensor:
    return input if input.dim() > 2 else atleast_2d(input).unsqueeze(-1)


def tensor_split(input: torch.Tensor, indices_or_sections: _Pieces, dim: int = 0) -> Tuple[torch.Tensor, ...]:
    """Into so many pieces, the first ones longer by one where they are not equal; or before each of the places."""
    size, pieces = int(input.shape[dim]), indices_or_sections
    if isinstance(pieces, int):
        shorter, longer = divmod(size, pieces)
        ends = [shorter * number + min(number, longer) for number in range(1, pieces)]
    else:
        ends = [slice(0, int(place)).indices(size)[1] for place in pieces]
    return tuple(input.narrow(dim, start, max(end - start, 0)) for start, end in zip([0] + ends, ends + [size]))


def _split_along(axis: int, function: str) -> Callable[..., Tuple[torch.Tensor, ...]]:
    def split(input: torch.Tensor, indices_or_sections: _Pieces) -> Tuple[torch.Tensor, ...]:
        dim = min(axis, input.dim() - 1)
        if isinstance(indices_or_sections, int) and int(input.shape[dim]) % indices_or_sections:
            raise RuntimeError("{} into {} of {}".format(function, indices_or_sections, int(input.shape[dim])))
        return tensor_split(input, indices_or_sections, dim)
    return split


def movedim(input: torch.Tensor, source: Axes, destination: Axes) -> torch.Tensor:
    taken, put = (axes_of(each, input) for each in (source, destination))
    others = iter(axis for axis in range(input.dim()) if axis not in taken)
    moved = dict(zip(put, taken))
    return input.permute(*(moved[axis] if axis in moved else next(others) for axis in range(input.dim())))


def permute(input: torch.Tensor, dims: Sequence[int]) -> torch.Tensor:
    return input.permute(*dims)


def swapaxes(input: torch.Tensor, axis0: int, axis1: int) -> torch.Tensor:
    return input.transpose(axis0, axis1)


def ravel(input: torch.Tensor) -> torch.Tensor:
    return input.reshape(-1)


def fliplr(input: torch.Tensor) -> torch.Tensor:
    return input.flip(1)


def flipud(input: torch.Tensor) -> torch.Tensor:
    return input.flip(0)


def tile(input: torch.Tensor, *dims: Any) -> torch.Tensor:
    dims = tuple(dims[0]) if len(dims) == 1 and not isinstance(dims[0], int) else dims
    return input.repeat(*([1] * (input.dim() - len(dims)) + list(dims)))


def unflatten(input: torch.Tensor, dim: int, sizes: Sequence[int]) -> torch.Tensor:
    axis, = axes_of(dim, input)
    return input.reshape(list(input.shape[:axis]) + list(sizes) + list(input.shape[axis + 1:]))


def diff(input: torch.Tensor, n: int = 1, dim: int = -1, prepend: Optional[torch.Tensor] = None,
         append: Optional[torch.Tensor] = None) -> torch.Tensor:
    ends = [each for each in (prepend, input, append) if each is not None]
    input = torch.cat(ends, dim) if len(ends) > 1 else input
    for _ in range(n):
        last = int(input.shape[dim]) - 1
        input = input.narrow(dim, 1, last) - input.narrow(dim, 0, last)
    return input


def outer(input: torch.Tensor, vec2: torch.Tensor) -> torch.Tensor:
    return input.unsqueeze(1) * vec2


def inner(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Of the last axes, each of one with each of the other."""
    if not input.dim() or not other.dim():
        return input * other
    size = int(input.shape[-1])
    made = torch.matmul(input.reshape(-1, size), other.reshape(-1, size).transpose(0, 1))
    return made.reshape(list(input.shape[:-1]) + list(other.shape[:-1]))


def take_along_dim(input: torch.Tensor, indices: torch.Tensor, dim: Optional[int] = None) -> torch.Tensor:
    """As torch.gather, of what is broadcast to one another along the other axes."""
    if dim is None:
        return torch.gather(input.reshape(-1), 0, indices.reshape(-1))
    axis, = axes_of(dim, input)
    sizes = [max(pair) for pair in zip(map(int, input.shape), map(int, indices.shape))]
    wide, deep = list(sizes), list(sizes)
    wide[axis], deep[axis] = int(input.shape[axis]), int(indices.shape[axis])
    return torch.gather(input.expand(wide), axis, indices.expand(deep))


def _turned(input: torch.Tensor) -> torch.Tensor:
    return input.permute(tuple(reversed(range(input.dim())))) if input.dim() else input


def _matrices_turned(input: torch.Tensor) -> torch.Tensor:
    return input.transpose(-2, -1)


def _broadcast(of_1_1: Any, *tensors: Any) -> Sequence[torch.Tensor]:
    """One by one, which is exported."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    size = broadcast_shapes(*(each.shape for each in given))
    return tuple(each.expand(size) for each in given)


def _meshgrid(of_1_1: Any, *tensors: Any, indexing: str = "ij") -> Sequence[torch.Tensor]:
    """1.1 knows the one that counts rows first."""
    given = list(tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors)
    if indexing == "ij" or len(given) < 2:
        return of_1_1(*given)
    if indexing != "xy":
        raise RuntimeError("meshgrid's indexing is ij or xy, not {!r}".format(indexing))
    second, first, *rest = of_1_1(*given[1::-1], *given[2:])
    return (first, second, *rest)


def _in_any_format(of_1_1: Any, input: torch.Tensor, *given: Any, memory_format: Any = None, **named: Any) -> torch.Tensor:
    """How it lies in memory changes no value."""
    return of_1_1(input, *given, **named)


def _to(of_1_1: Any, input: torch.Tensor, *given: Any, memory_format: Any = None, **named: Any) -> torch.Tensor:
    return of_1_1(input, *given, **named) if given or named else input


_OF_TENSORS = dict({each.__name__: each for each in (
    broadcast_to, diff, fliplr, flipud, inner, movedim, outer, ravel, swapaxes, take_along_dim, tensor_split, tile, unflatten)},
    moveaxis=movedim, swapdims=swapaxes,
    **{name: _split_along(axis, name) for axis, name in enumerate(("vsplit", "hsplit", "dsplit"))})
PROVIDED = (
    (torch, dict(_OF_TENSORS, **{each.__name__: each for each in (
        atleast_1d, atleast_2d, atleast_3d, broadcast_shapes, column_stack, concat, dstack, hstack, permute, vstack)},
        concatenate=concat, row_stack=vstack, channels_last="channels_last", contiguous_format="contiguous_format")),
    (torch.Tensor, dict(_OF_TENSORS, T=property(_turned), mT=property(_matrices_turned), mH=property(_matrices_turned),
                        adjoint=_matrices_turned, ndim=property(torch.Tensor.dim))))


def provide() -> None:
    """Where PyTorch has them now."""
    replace(torch, "meshgrid", _meshgrid)
    replace(torch, "broadcast_tensors", _broadcast)
    for name in ("contiguous", "clone"):
        replace(torch.Tensor, name, _in_any_format)
    replace(torch.Tensor, "to", _to)
    for owner, values in PROVIDED:
        add(owner, values)
