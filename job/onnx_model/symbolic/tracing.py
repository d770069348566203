"""What is done otherwise while a network is traced, so that its trace holds what ONNX can say."""
from typing import Any, Callable, Optional, Tuple

import torch
import torch.nn.functional as F

from job.user_code.beside_trace import beside_trace


def untraced(method: Callable[..., Any]) -> Callable[..., Any]:
    """Sizes as plain numbers: traced ones compute as tensors do, and 8 ** -0.5 of a size comes out as 0 or 1."""
    def run(*args: Any) -> Any:
        with beside_trace():
            return method(*args)
    return run


def with_fixed_sizes(interpolate: Callable[..., Any]) -> Callable[..., Any]:
    """F.interpolate whose output size is plain numbers: traced ones cannot be exported."""
    def fixed(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, **since):
        if scale_factor is not None:
            factors = scale_factor if isinstance(scale_factor, (list, tuple)) else [scale_factor] * (input.dim() - 2)
            size = [int(int(input.size(axis + 2)) * float(factor)) for axis, factor in enumerate(factors)]
        elif isinstance(size, (list, tuple)):
            size = [int(each) for each in size]
        elif size is not None:
            size = [int(size)] * (input.dim() - 2)
        return interpolate(input, size=size, mode=mode, align_corners=align_corners, **since)
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


_OF_BAGS = {"sum": lambda rows: rows.sum(1), "mean": lambda rows: rows.mean(1), "max": lambda rows: rows.max(1)[0]}


def taken_apart(embedding_bag: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """F.embedding_bag of bags that are the rows of a matrix: the exporter knows an embedding, and a sum of many."""
    def bags(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
             per_sample_weights=None):
        if input.dim() != 2 or max_norm is not None or mode not in _OF_BAGS:
            return embedding_bag(input, weight, offsets, max_norm, norm_type, scale_grad_by_freq, mode, sparse,
                                 per_sample_weights)
        rows = F.embedding(input, weight)
        return _OF_BAGS[mode](rows if per_sample_weights is None else rows * per_sample_weights.unsqueeze(2))
    return bags


def keeping_text(run_symbolic: Callable[..., Any]) -> Callable[..., Any]:
    """The exporter fails at a constant of text; left as it is, the symbolic that takes it can read it, or is refused."""
    def run(g: Any, node: Any, *args: Any) -> Any:
        if node.kind() == "prim::Constant" and not node.mustBeNone() and node.kindOf("value") == "s":
            return None
        return run_symbolic(g, node, *args)
    return run


def unbound(tensor: torch.Tensor, dim: int = 0, axis: Optional[int] = None) -> Tuple[torch.Tensor, ...]:
    """Tensor.unbind, element by element: the exporter cannot take a list apart. `axis` is NumPy's name for `dim`."""
    dim = dim if axis is None else axis
    return tuple(tensor.select(dim, place) for place in range(tensor.size(dim)))
