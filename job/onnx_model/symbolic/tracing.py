"""What is done otherwise while a network is traced, so that its trace holds what ONNX can say."""
from typing import Any, Callable, Iterator, Tuple

import torch
import torch.nn.functional as F


def untraced(method: Callable[..., Any]) -> Callable[..., Any]:
    """Sizes as plain numbers: traced ones compute as tensors do, and 8 ** -0.5 of a size comes out as 0 or 1."""
    def run(*args: Any) -> Any:
        state = torch._C._get_tracing_state()
        torch._C._set_tracing_state(None)
        try:
            return method(*args)
        finally:
            torch._C._set_tracing_state(state)
    return run


def with_fixed_sizes(interpolate: Callable[..., Any]) -> Callable[..., Any]:
    """F.interpolate whose output size is plain numbers: traced ones cannot be exported."""
    def fixed(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
        if scale_factor is not None:
            factors = scale_factor if isinstance(scale_factor, (list, tuple)) else [scale_factor] * (input.dim() - 2)
            size = [int(int(input.size(axis + 2)) * float(factor)) for axis, factor in enumerate(factors)]
        elif isinstance(size, (list, tuple)):
            size = [int(each) for each in size]
        elif size is not None:
            size = [int(size)] * (input.dim() - 2)
        return interpolate(input, size=size, mode=mode, align_corners=align_corners)
    return fixed


def local_response_norm(input: torch.Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75,
                        k: float = 1.0) -> torch.Tensor:
    """F.local_response_norm: the sum over neighbouring channels as a convolution, not as a pool of volumes."""
    channels, ones = input.size(1), [1] * (input.dim() - 2)
    distance = torch.arange(channels)[None, :] - torch.arange(channels)[:, None]
    near = (distance >= -(size // 2)) & (distance <= (size - 1) // 2)
    kernel = (near.float() * (alpha / size)).reshape([channels, channels] + ones)
    convolve = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}[input.dim()]
    return input / (convolve(input * input, kernel) + k) ** beta


class _Context:
    """What a backward would need is kept nowhere."""

    def __init__(self, inputs: int) -> None:
        self.needs_input_grad = (False,) * inputs

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        pass

    mark_non_differentiable = mark_dirty


def inlined(function: Any, *args: Any) -> Any:
    """Function.apply of autograd: a function with a backward of its own is traced as the operators of its forward."""
    return function.forward(_Context(len(args)), *args)


def keeping_text(run_symbolic: Callable[..., Any]) -> Callable[..., Any]:
    """The exporter fails at a constant of text; left as it is, the symbolic that takes it can read it, or is refused."""
    def run(g: Any, node: Any, *args: Any) -> Any:
        if node.kind() == "prim::Constant" and not node.mustBeNone() and node.kindOf("value") == "s":
            return None
        return run_symbolic(g, node, *args)
    return run


def unbound(tensor: torch.Tensor, dim: int = 0) -> Tuple[torch.Tensor, ...]:
    """Tensor.unbind, element by element: the exporter cannot take a list apart."""
    return tuple(tensor.select(dim, place) for place in range(tensor.size(dim)))


def written(write: Callable[..., None]) -> Callable[..., None]:
    """tensor[index] = value as a new tensor in the old one's place: what is written to a part of it leaves no trace.
    Where the tensor is a view of another, that one is another from here on too."""
    def set_item(tensor: torch.Tensor, index: Any, value: Any) -> None:
        if torch._C._get_tracing_state() is None:
            return write(tensor, index, value)
        places = untraced(_places)(tensor, index)
        new = value if isinstance(value, torch.Tensor) else torch.tensor(value)
        _replace(tensor, places, new.to(tensor.dtype).expand(places.shape))
        if tensor._base is not None:
            _replace(tensor._base, untraced(_places_of_view)(tensor._base, tensor), tensor)
    return set_item


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
