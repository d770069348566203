"""Writing to a tensor in place, so that a trace holds what became of it and of what it is a part of."""
import functools
from typing import Any, Callable, Iterator, Tuple

import torch

from job.onnx_model.symbolic.tracing import untraced
from job.user_code.beside_trace import is_traced

# That leave the shape as it is.
IN_PLACE = (
    "__iadd__ __idiv__ __imul__ __isub__ __itruediv__ abs_ add_ addcdiv_ addcmul_ celu_ ceil_ clamp_ clamp_max_ clamp_min_"
    " copy_ div_ elu_ exp_ fill_ floor_ hardtanh_ index_fill_ leaky_relu_ log_ masked_fill_ mul_ neg_ pow_ reciprocal_"
    " relu_ round_ rsqrt_ scatter_ scatter_add_ selu_ sigmoid_ sqrt_ sub_ tanh_ threshold_ zero_"
).split()


def written(write: Callable[..., None]) -> Callable[..., None]:
    """tensor[index] = value as a new tensor in the old one's place: what is written to a part of it leaves no trace."""
    def set_item(tensor: torch.Tensor, index: Any, value: Any) -> None:
        if not is_traced():
            return write(tensor, index, value)
        places = untraced(_places)(tensor, index)
        new = value if isinstance(value, torch.Tensor) else torch.tensor(value)
        _replace(tensor, places, new.to(tensor.dtype).expand(places.shape))
    return set_item


def through_views(operator: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """An operator that changes its first tensor in place: what that is a view of has changed with it, and a trace
    does not see it."""
    @functools.wraps(operator)
    def run(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        changed = operator(tensor, *args, **kwargs)
        if is_traced():
            _seen_in_base(tensor)
        return changed
    return run


def in_place_operators() -> Iterator[Tuple[Any, str, Any]]:
    """Where PyTorch keeps each, its name, and the same one seen through views."""
    for owner in (torch.Tensor, torch, torch._C._nn):
        for name in IN_PLACE:
            if hasattr(owner, name):
                yield owner, name, through_views(getattr(owner, name))


def _seen_in_base(tensor: torch.Tensor) -> None:
    if tensor._base is not None:
        _replace(tensor._base, untraced(_places_of_view)(tensor._base, tensor), tensor)


def _replace(tensor: torch.Tensor, places: torch.Tensor, new: torch.Tensor) -> None:
    source = untraced(_sources)(tensor, places)
    whole = torch.cat([tensor.reshape(-1), new.reshape(-1)])
    tensor.copy_(whole.index_select(0, source).reshape(tensor.shape))


def _places(tensor: torch.Tensor, index: Any) -> torch.Tensor:
    """Of the elements that an index means, counted through the whole tensor."""
    return torch.arange(tensor.numel()).reshape(tensor.shape)[index]


def _places_of_view(base: torch.Tensor, view: torch.Tensor) -> torch.Tensor:
    """Of the elements of a view, counted through what it is a view of."""
    stored = torch.zeros(base.storage().size(), dtype=torch.int64)
    inside = stored.as_strided(base.size(), base.stride(), base.storage_offset())
    inside.copy_(torch.arange(base.numel()).reshape(base.shape))
    return stored.as_strided(view.size(), view.stride(), view.storage_offset())


def _sources(tensor: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """For each element of the tensor: itself, or the one written to it, which follow all of its own."""
    source = torch.arange(tensor.numel())
    source[places.reshape(-1)] = torch.arange(places.numel()) + tensor.numel()
    return source
