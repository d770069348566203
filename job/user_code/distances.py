"""How far vectors are from each other, as today's PyTorch tells it."""
from typing import Any, Callable, Optional

import torch
import torch.nn.functional as F

from job.user_code.meaning import means_todays, replace


def provide() -> None:
    """In the places of PyTorch's own. Modules look them up there."""
    replace(F, "pairwise_distance", _pairwise)
    replace(F, "cosine_similarity", _cosine)
    replace(torch, "cdist", _each_to_each)


def _pairwise(of_1_1: Callable[..., Any], x1: torch.Tensor, x2: torch.Tensor, p: float = 2.0, eps: float = 1e-6,
              keepdim: bool = False) -> torch.Tensor:
    """Of the vectors along the last axis; to PyTorch 1.1 these lie along the second."""
    axes = max(x1.dim(), x2.dim())
    if means_todays("pairwise_distance of other than two axes", is_doubtful=axes != 2):
        return torch.norm(x1 - x2 + eps, p, -1, keepdim)
    return of_1_1(x1, x2, p, eps, keepdim)


def _cosine(of_1_1: Callable[..., Any], x1: torch.Tensor, x2: torch.Tensor, dim: int = 1, eps: float = 1e-8) -> torch.Tensor:
    """Today's holds each length above eps, and 1.1 their product above its square."""
    if not means_todays("cosine_similarity", is_doubtful=False):
        return of_1_1(x1, x2, dim, eps)
    one, other = (each / torch.clamp(torch.norm(each, 2, dim, True), min=eps) for each in torch.broadcast_tensors(x1, x2))
    return (one * other).sum(dim)


def _each_to_each(of_1_1: Callable[..., Any], x1: torch.Tensor, x2: torch.Tensor, p: float = 2.0,
                  compute_mode: Optional[str] = None) -> torch.Tensor:
    """[..., P, M] and [..., R, M] -> [..., P, R]; 1.1 knows no axes before these."""
    difference = (x1.unsqueeze(-2) - x2.unsqueeze(-3)).abs()
    if p == 0:
        return (difference != 0).float().sum(-1)
    if p == float("inf"):
        return difference.max(-1)[0]
    return difference.sum(-1) if p == 1 else torch.norm(difference, p, -1)
