"""A network of a kind that image models are not: word indices beside a vector, and a head of indices."""
import torch
from torch import nn


class Ranked(nn.Module):
    """ids [N, 5] int64, x [N, 6] -> scores [N, 7] and the index of the best [N]."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(20, 6)
        self.scores = nn.Linear(6, 7)

    def forward(self, ids: torch.Tensor, x: torch.Tensor):
        scores = self.scores(torch.tanh(self.words(ids) * x.unsqueeze(1)).mean(1))
        return {"scores": scores, "best": scores.argmax(1)}


class Outer(nn.Module):
    """a [3, 4], b [5]: no axis in common -> their products [3, 5]."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(4, 1)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return self.left(a) * b
