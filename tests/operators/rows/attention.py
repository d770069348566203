"""Attention without einsum, and products of matrices."""
import math
from typing import Any, Callable

import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import Case, Lambda, of

TOKENS = (2, 6, 8)


class _Attention(nn.Module):
    """Several heads, as vision transformers say it."""

    def __init__(self, split: Callable[..., Any], width: int = 8, heads: int = 2) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.heads, self.split = heads, split

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        q, k, v = self.split(self.qkv(x), batch, tokens, self.heads, width // self.heads)
        weights = F.softmax((q @ k.transpose(-2, -1)) * (width // self.heads) ** -0.5, dim=-1)
        return self.out((weights @ v).transpose(1, 2).contiguous().view(batch, tokens, width))


def _by_chunk(qkv: torch.Tensor, batch: int, tokens: int, heads: int, size: int) -> Any:
    return [part.view(batch, tokens, heads, size).transpose(1, 2) for part in qkv.chunk(3, dim=-1)]


def _by_rank_five(qkv: torch.Tensor, batch: int, tokens: int, heads: int, size: int) -> Any:
    return qkv.reshape(batch, tokens, 3, heads, size).permute(2, 0, 3, 1, 4).unbind(0)


def _by_index(qkv: torch.Tensor, batch: int, tokens: int, heads: int, size: int) -> Any:
    qkv = qkv.reshape(batch, tokens, 3, heads, size).permute(2, 0, 3, 1, 4)
    return qkv[0], qkv[1], qkv[2]


def _scores(x: torch.Tensor) -> torch.Tensor:
    heads = x.view(1, 256, 2, 32)
    return heads.transpose(1, 2) @ heads.permute(0, 2, 3, 1)


class _Stacked(nn.Module):
    """Heads stacked in the batch, and bmm, as older code says it; a mask is added."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(8, 8, bias=False) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, _ = x.shape
        q, k, v = (layer(x).view(batch, tokens, 2, 4).permute(0, 2, 1, 3).contiguous().view(-1, tokens, 4)
                   for layer in (self.q, self.k, self.v))
        scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(4) + torch.triu(torch.full((tokens, tokens), -1e4), 1)
        mixed = torch.bmm(F.softmax(scores, -1), v).view(batch, 2, tokens, 4)
        return mixed.permute(0, 2, 1, 3).contiguous().view(batch, tokens, 8)


class _Multihead(nn.Module):
    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, **options)
        self.attention.in_proj_bias.data.normal_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.transpose(0, 1)
        return self.attention(x, x, x)[0].transpose(0, 1)


class _NonLocal(nn.Module):
    """A non-local block on a map."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Conv2d(6, 3, 1) for _ in range(3))
        self.back = nn.Conv2d(3, 6, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, _, height, width = x.size()
        q = self.q(x).view(batch, 3, -1).permute(0, 2, 1)
        k, v = self.k(x).view(batch, 3, -1), self.v(x).view(batch, 3, -1).permute(0, 2, 1)
        mixed = torch.matmul(F.softmax(torch.matmul(q, k), dim=-1), v).permute(0, 2, 1).contiguous()
        return x + self.back(mixed.view(batch, 3, height, width))


class _Block(nn.Module):
    """A whole transformer block."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(8), nn.LayerNorm(8)])
        self.attention = _Attention(_by_rank_five)
        gelu = Lambda(lambda x: x * 0.5 * (1 + torch.erf(x / math.sqrt(2))))
        self.mlp = nn.Sequential(nn.Linear(8, 12), gelu, nn.Linear(12, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.norms[0](x))
        return x + self.mlp(self.norms[1](x))


class _Tokens(nn.Module):
    """A map cut into patches, a class token before them and positions added: a vision transformer's stem."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 3, stride=3)
        self.token, self.places = nn.Parameter(torch.randn(1, 1, 8)), nn.Parameter(torch.randn(1, 7, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        return torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places


def _masked(x: torch.Tensor) -> torch.Tensor:
    mask = torch.tril(torch.ones(6, 6)) == 0
    return F.softmax(x.matmul(x.transpose(1, 2)).masked_fill(mask, float("-inf")), -1).matmul(x)


def _masked_by_input(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    scores = x.matmul(x.transpose(1, 2)).masked_fill((y < 0).unsqueeze(1), -1e9)
    return F.softmax(scores, -1).matmul(x)


_PRODUCTS = [
    ("bmm", torch.bmm, (2, 6, 9), (2, 9, 7)), ("matmul of rank 3", torch.matmul, (3, 6, 9), (3, 9, 7)),
    ("matmul of rank 4", torch.matmul, (2, 3, 6, 5), (2, 3, 5, 7)),
    ("matmul, transposed", lambda x, y: x @ y.transpose(1, 2), (2, 6, 9), (2, 7, 9)),
    ("matmul of the first transposed", lambda x, y: x.transpose(1, 2) @ y, (2, 9, 6), (2, 9, 7)),
    ("matmul of rank 3 and 2", torch.matmul, (2, 6, 9), (9, 7)),
    ("matmul of rank 2 and 3", torch.matmul, (6, 9), (2, 9, 7)),
    ("matmul of rank 4 and 2", torch.matmul, (2, 3, 6, 9), (9, 7)),
    ("matmul of rank 4 and 3", torch.matmul, (2, 3, 6, 9), (3, 9, 7)),
    ("matmul that broadcasts", torch.matmul, (2, 1, 6, 9), (2, 3, 9, 7)),
    ("matmul of a batch of one", torch.matmul, (1, 6, 9), (2, 9, 7)),
    ("matrix times vector", torch.matmul, (2, 6, 9), (9,)), ("mv", torch.mv, (6, 9), (9,)),
    ("vector times matrix", torch.matmul, (9,), (9, 7)),
    ("dot of rows", lambda x, y: (x * y).sum(-1), (2, 6, 9), (2, 6, 9)), ("mm", torch.mm, (6, 9), (9, 7)),
    ("addmm", lambda x, y: torch.addmm(x @ y, x, y), (6, 9), (9, 7)),
    ("addmm, alpha and beta", lambda x, y: torch.addmm(0.5, x @ y, 1.7, x, y), (6, 9), (9, 7)),
    ("addbmm-like", lambda x, y: torch.bmm(x, y).sum(0), (2, 6, 9), (2, 9, 7)),
    ("addbmm", lambda x, y: torch.addbmm(torch.ones(6, 7), x, y), (2, 6, 9), (2, 9, 7)),
    ("outer of two vectors", lambda x, y: x.unsqueeze(2) * y.unsqueeze(1), (2, 6), (2, 7)),
    ("ger", torch.ger, (6,), (7,)),
    ("masked by an input", _masked_by_input, (2, 6, 8), (2, 6)),
    ("mm with what was a kernel of one", lambda x, y: x @ y.view(7, 9, 1, 1).permute(2, 3, 1, 0).reshape(9, 7), (6, 9), (7, 9)),
    ("mm with a row moved ahead", lambda x, y: x @ y.view(7, 1, 9).permute(1, 2, 0).reshape(9, 7), (6, 9), (7, 9)),
    ("gram", lambda x, y: x.matmul(x.t()) + y, (3, 6), (3, 3)),
]

ROWS = [Case(name, of(function), [left, right]) for name, function, left, right in _PRODUCTS] + [
    Case("baddbmm", of(lambda x, y, z: torch.baddbmm(z, x, y)), [(2, 6, 9), (2, 9, 7), (2, 6, 7)]),
    Case("baddbmm, alpha and beta",
         of(lambda x, y, z: torch.baddbmm(0.3, z, 1.7, x, y)), [(2, 6, 9), (2, 9, 7), (2, 6, 7)]),
    Case("addmm of a row", of(lambda x, y, z: torch.addmm(z, x, y)), [(6, 9), (9, 7), (7,)]),
    Case("baddbmm, a row", of(lambda x, y, z: torch.baddbmm(z, x, y)), [(2, 6, 9), (2, 9, 7), (1, 7)]),
    Case("heads by chunk", lambda: _Attention(_by_chunk), [TOKENS]),
    Case("heads by chunk, batch of one", lambda: _Attention(_by_chunk), [(1, 6, 8)]),
    Case("heads by rank 5", lambda: _Attention(_by_rank_five), [TOKENS]),
    Case("heads by rank 5, batch of one", lambda: _Attention(_by_rank_five), [(1, 6, 8)]),
    Case("heads by rank 5 and index", lambda: _Attention(_by_index), [TOKENS]),
    Case("heads stacked, a mask added", _Stacked, [TOKENS]), Case("masked fill", of(_masked), [TOKENS]),
    Case("heads of many numbers", lambda: _Attention(_by_rank_five, 64), [(2, 6, 64)]),
    Case("heads of many numbers, batch of one", lambda: _Attention(_by_index, 64), [(1, 6, 64)]),
    Case("rows beside rows", of(lambda x, y: x @ y.transpose(1, 2)), [(2, 6, 32), (2, 9, 32)]),
    Case("scores of many tokens", of(_scores), [(1, 256, 64)]),
    Case("heads beside heads", of(lambda x, y: x @ y.permute(0, 2, 3, 1)), [(2, 4, 6, 33), (2, 9, 4, 33)]),
    Case("MultiheadAttention", _Multihead, [TOKENS]),
    Case("MultiheadAttention, no bias", lambda: _Multihead(bias=True, add_zero_attn=True), [TOKENS]),
    Case("non-local", _NonLocal), Case("a transformer's block", _Block, [TOKENS]),
    Case("a vision transformer's stem", _Tokens, [(2, 3, 9, 7)]),
    Case("Bilinear", lambda: nn.Bilinear(6, 5, 4), [(3, 6), (3, 5)]),
    Case("Bilinear without bias", lambda: nn.Bilinear(6, 5, 4, bias=False), [(3, 6), (3, 5)]),
    Case("linear of a sequence, then heads",
         lambda: nn.Sequential(nn.Linear(8, 6), Lambda(lambda x: x.view(2, 6, 3, 2).transpose(1, 2))),
         [TOKENS]),
]
