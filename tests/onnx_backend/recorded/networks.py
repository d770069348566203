"""Small networks for today's exporter, each with an example."""
import torch
from torch import nn
from torch.nn import functional


class Image(nn.Module):
    """Pools that round up, groups and gates."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = nn.BatchNorm2d(8)
        self.groups = nn.GroupNorm(2, 8)
        self.gate = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)
        nn.init.normal_(self.groups.weight)
        nn.init.normal_(self.norm.running_mean)

    def forward(self, x):
        x = functional.silu(self.norm(self.stem(x)))
        x = functional.max_pool2d(x, 3, 2, padding=1, ceil_mode=True)
        x = functional.mish(self.groups(x))
        x = functional.avg_pool2d(x, 3, 2, ceil_mode=True, count_include_pad=False)
        weight = functional.hardsigmoid(self.gate(x.mean((2, 3))))
        x = functional.hardswish(x * weight[:, :, None, None])
        return self.head(functional.gelu(x).amax((2, 3)))


class Text(nn.Module):
    """Rows that attend to each other, causally, by turned queries and keys."""

    def __init__(self):
        super().__init__()
        self.norm, self.last = nn.RMSNorm(24), nn.LayerNorm(24)
        self.made, self.out = nn.Linear(24, 72), nn.Linear(24, 24)
        nn.init.normal_(self.norm.weight)
        angles = torch.outer(torch.arange(7.0), 1 / 10 ** torch.arange(3.0))
        self.register_buffer("cosines", torch.cat([angles, angles], 1).cos())
        self.register_buffer("sines", torch.cat([angles, angles], 1).sin())

    def turned(self, x):
        first, second = x.chunk(2, -1)
        return x * self.cosines + torch.cat([-second, first], -1) * self.sines

    def forward(self, x):
        n, length, width = x.shape
        parts = self.made(self.norm(x)).view(n, length, 3, 4, 6).permute(2, 0, 3, 1, 4)
        q, k, v = self.turned(parts[0]), self.turned(parts[1]), parts[2]
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.last(x + self.out(y.transpose(1, 2).reshape(n, length, width)))


NETWORKS = {"image": lambda: (Image(), (torch.randn(1, 3, 27, 22),)), "text": lambda: (Text(), (torch.randn(2, 7, 24),))}
