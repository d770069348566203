"""Shapes: views, axes moved, put in and left out, repetition, joining."""
import torch
from torch import nn

from tests.operators.case import SEQUENCE, Case, Lambda, functions, of

_VIEWS = functions(
    ("view with -1", lambda x: x.view(2, -1, 7)),
    ("view of the batch's rest", lambda x: x.view(x.size(0), -1)),
    ("view of channels and rows", lambda x: x.view(2, 54, 7)),
    ("reshape of a transposed map", lambda x: x.transpose(1, 2).reshape(2, 9, 42)),
    ("reshape with -1 first", lambda x: x.reshape(-1, 9, 7)), ("flatten", torch.flatten),
    ("flatten from 1", lambda x: torch.flatten(x, 1)), ("flatten from 2", lambda x: x.flatten(2)),
    ("flatten 1 to 2", lambda x: x.flatten(1, 2)), ("flatten negative", lambda x: x.flatten(-2)),
    ("squeeze all", lambda x: x[:, :1].squeeze()), ("squeeze one", lambda x: x[:, :1].squeeze(1)),
    ("squeeze nothing", lambda x: x.squeeze(1) * 2), ("squeeze negative", lambda x: x[..., :1].squeeze(-1)),
    ("unsqueeze negative", lambda x: x.mean(3).unsqueeze(-1) + x),
    ("unsqueeze in the middle", lambda x: x.mean(1).unsqueeze(1) * x),
    ("unsqueeze twice", lambda x: x.mean([2, 3]).unsqueeze(2).unsqueeze(3) * x),
    ("permute all", lambda x: x.permute(0, 3, 1, 2)),
    ("permute negative", lambda x: x.permute(0, -1, -3, -2)),
    ("transpose negative", lambda x: x.transpose(-1, -2)),
    ("transpose of the batch", lambda x: x.transpose(0, 1) * 2),
    ("there and back", lambda x: x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) * 2),
    ("tokens", lambda x: x.flatten(2).transpose(1, 2)),
    ("tokens and back", lambda x: x.flatten(2).transpose(1, 2).transpose(1, 2).view(2, 6, 9, 7) * 2),
    ("rows as the batch", lambda x: x.permute(0, 2, 1, 3).contiguous().view(18, 6, 7)),
    ("windows",
     lambda x: x[:, :, :8, :6].reshape(2, 6, 4, 2, 2, 3).permute(0, 2, 4, 3, 5, 1).contiguous().view(16, 6, 6)),
    ("repeat", lambda x: x.repeat(1, 1, 2, 3)),
    ("repeat of more axes", lambda x: x.mean([2, 3]).repeat(3, 1, 1)),
    ("repeat the batch", lambda x: x.repeat(2, 1, 1, 1)),
    ("expand", lambda x: x.mean(1, keepdim=True).expand(2, 6, 9, 7) + x),
    ("expand with -1", lambda x: x[:, :, :1].expand(-1, -1, 4, -1) * 2),
    ("expand to a new axis", lambda x: x.mean([2, 3]).expand(3, 2, 6)),
    ("repeat interleave", lambda x: x.repeat_interleave(2, 1)),
    ("stack", lambda x: torch.stack([x[:, 0], x[:, 1]], 1)),
    ("stack at the end", lambda x: torch.stack([x[:, 0], x[:, 1] * 2], -1)),
    ("stack negative", lambda x: torch.stack([x.mean(1), x.max(1)[0]], -2)),
    ("cat negative", lambda x: torch.cat([x, x * 2], -1)), ("cat of one", lambda x: torch.cat([x], 1) * 2),
    ("cat of the batch", lambda x: torch.cat([x, x * 2], 0)),
    ("cat of five", lambda x: torch.cat([x, x * 2, x + 1, x.abs(), -x], 1)),
    ("contiguous", lambda x: x.contiguous() * 2), ("t", lambda x: x.mean([2, 3]).t()),
    ("numpy's transpose", lambda x: x.mean(1).permute(0, 2, 1)),
    ("mean of tokens", lambda x: x.flatten(2).mean(-1)),
    ("unflatten", lambda x: x.view(2, 3, 2, 63)),
    ("merge heads", lambda x: x.transpose(1, 2).contiguous().view(2, 9, -1)),
)
ROWS = _VIEWS + [
    Case("rank 5, summed", of(lambda x: x.view(2, 2, 3, 9, 7).sum(1))),
    Case("rank 5, softmax over radix",
         of(lambda x: (x.view(2, 2, 3, 9, 7).softmax(1) * x.view(2, 2, 3, 9, 7)).sum(1))),
    Case("meshed",
         of(lambda x: torch.stack(torch.meshgrid(torch.arange(9.0), torch.arange(7.0))).unsqueeze(0)[:, 0] * x[:, 0])),
    Case("a sequence turned", of(lambda x: x.transpose(1, 2).contiguous()), [SEQUENCE]),
    Case("a vector as a map",
         of(lambda x: x.view(2, 6, 1, 1).expand(2, 6, 3, 4) * torch.ones(3, 4).cumsum(0)), [(2, 6)]),
    Case("a vector folded",
         lambda: nn.Sequential(nn.Linear(6, 24), Lambda(lambda x: x.view(-1, 4, 3, 2)), nn.ConvTranspose2d(4, 5, 3, 2)),
         [(2, 6)]),
    Case("rows summed into a head",
         lambda: nn.Sequential(nn.Conv2d(6, 5, 3), Lambda(lambda x: x.mean(2).transpose(1, 2)), nn.Linear(5, 4))),
    Case("dense on every pixel", lambda: _Pixels()),
]


class _Pixels(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, channels, height, width = x.shape
        pixels = self.linear(x.permute(0, 2, 3, 1).reshape(-1, channels))
        return pixels.view(batch, height, width, -1).permute(0, 3, 1, 2)
