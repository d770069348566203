"""Drawers of what image networks are made of, several layers at a time."""
import random
from typing import Optional

import torch
import torch.nn.functional as F
from torch import nn

from tests.fuzz.draws import Draw, Values, draws
from tests.fuzz.layers import norm


class Residual(nn.Module):
    """Two convolutions with BatchNorm, added to what came in; with a stride, beside a 1x1 convolution."""

    def __init__(self, channels: int, stride: int, group: int, activation: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, groups=group, bias=False), norm(nn.BatchNorm2d, channels), activation,
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), norm(nn.BatchNorm2d, channels))
        self.beside = (nn.Sequential() if stride == 1 else
                       nn.Sequential(nn.Conv2d(channels, channels, 1, stride, bias=False), norm(nn.BatchNorm2d, channels)))
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.body(x) + self.beside(x))


class InvertedResidual(nn.Module):
    """Wide in the middle and depthwise there, with squeeze and excite."""

    def __init__(self, channels: int, width: int, kernel: int) -> None:
        super().__init__()
        wide = channels * width
        self.first = nn.Sequential(nn.Conv2d(channels, wide, 1, bias=False), norm(nn.BatchNorm2d, wide), nn.ReLU6())
        self.depthwise = nn.Sequential(nn.Conv2d(wide, wide, kernel, padding=kernel // 2, groups=wide, bias=False),
                                       norm(nn.BatchNorm2d, wide))
        self.squeeze, self.excite = nn.Linear(wide, 3), nn.Linear(3, wide)
        self.last = nn.Conv2d(wide, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.depthwise(self.first(x))
        scale = self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(y, 1).view(y.size(0), -1))))
        y = y * (F.relu6(scale + 3) / 6).view(y.size(0), y.size(1), 1, 1)
        return x + self.last(y * F.relu6(y + 3) / 6)


class Attention(nn.Module):
    """Of several heads, over a sequence [N, tokens, width]."""

    def __init__(self, width: int, heads: int, together: bool) -> None:
        super().__init__()
        self.qkv, self.out, self.heads, self.together = nn.Linear(width, 3 * width), nn.Linear(width, width), heads, together

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        split = batch, tokens, self.heads, width // self.heads
        if self.together:
            q, k, v = self.qkv(x).view(split[:2] + (3,) + split[2:]).permute(2, 0, 3, 1, 4).unbind(0)
        else:
            q, k, v = (part.contiguous().view(split).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        weights = F.softmax(q.matmul(k.transpose(-2, -1)) * split[3] ** -0.5, dim=-1)
        return x + self.out(weights.matmul(v).transpose(1, 2).contiguous().view(batch, tokens, width))


@draws("residual block", 2, ranks=(4,))
def residual(r: random.Random, values: Values) -> Draw:
    channels = values.x.shape[1]
    group = r.choice([1, 1] + [size for size in range(2, channels + 1) if channels % size == 0])
    return values.step(Residual(channels, r.choice((1, 1, 2)), group, r.choice((nn.ReLU(), nn.LeakyReLU(0.1), nn.ELU()))))


@draws("inverted residual block", 1, ranks=(4,))
def inverted_residual(r: random.Random, values: Values) -> Draw:
    return values.step(InvertedResidual(values.x.shape[1], r.randint(1, 3), r.choice((3, 5))))


@draws("attention", 1, ranks=(3,))
def attention(r: random.Random, values: Values) -> Optional[Draw]:
    width = values.x.shape[2]
    heads = [size for size in range(1, 5) if width % size == 0]
    return values.step(Attention(width, r.choice(heads), r.random() < 0.5)) if width > 1 else None


@draws("patches", 1, ranks=(4,))
def patches(r: random.Random, values: Values) -> Optional[Draw]:
    """A map cut into a sequence of tokens, or every pixel one."""
    size = r.randint(1, 3)
    if min(values.x.shape[2:]) < size:
        return None
    width = r.choice((4, 6, 8))
    conv = nn.Conv2d(values.x.shape[1], width, size, size)
    return values.step(Tokens(conv))


class Tokens(nn.Module):
    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x).flatten(2).transpose(1, 2)
