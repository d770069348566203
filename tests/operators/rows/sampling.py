"""Places that the network computes itself: elements picked, maps warped, maxima put back."""
import torch
import torch.nn.functional as F

from tests.operators.case import Case, functions, of


def _flow(x: torch.Tensor) -> torch.Tensor:
    """A grid of which some places lie beyond the map."""
    return torch.tanh(x[:, :2] * 0.7).permute(0, 2, 3, 1) * 1.3


def _theta(x: torch.Tensor) -> torch.Tensor:
    return x.mean(3)[:, :2, :3] * 0.4 + torch.tensor([[1.0, 0, 0], [0, 1.0, 0]])


_FIXED = torch.rand(2, 4, 5, 2, generator=torch.Generator().manual_seed(3)) * 2.6 - 1.3

_WARPS = functions(
    ("grid_sample", lambda x: F.grid_sample(x, _flow(x))),
    ("grid_sample to the border", lambda x: F.grid_sample(x, _flow(x), padding_mode="border")),
    ("grid_sample at fixed places", lambda x: F.grid_sample(x, _FIXED)),
    ("grid_sample at fixed places to the border", lambda x: F.grid_sample(x, _FIXED, padding_mode="border")),
    ("spatial transformer", lambda x: F.grid_sample(x, F.affine_grid(_theta(x), torch.Size((2, 6, 5, 11))))),
    ("affine_grid of one row", lambda x: F.affine_grid(_theta(x), torch.Size((2, 6, 1, 4)))),
) + [case._replace(refused="grid_sampler") for case in functions(
    ("grid_sample reflected", lambda x: F.grid_sample(x, _flow(x), padding_mode="reflection")),
    ("grid_sample of the nearest", lambda x: F.grid_sample(x, _flow(x), mode="nearest")),
)]

_PICKS = functions(
    ("gather by topk", lambda x: x.gather(2, (x * 2 - x * x).topk(3, 2)[1])),
    ("gather by argmax", lambda x: x.gather(1, x.argmax(1, keepdim=True))),
    ("gather by constants", lambda x: x.gather(3, torch.arange(2 * 6 * 9 * 3).reshape(2, 6, 9, 3) % 7)),
    ("the best points", lambda x: x.view(2, 6, 63).gather(2, x.view(2, 6, 63).sum(1).topk(5)[1][:, None].expand(2, 6, 5))),
    ("rows by topk", lambda x: x[0].view(6, 63)[x[0].view(6, 63).sum(1).topk(2)[1]]),
    ("pixels by two indices", lambda x: x[:, :, x[0, 0].max(1)[1], x[1, 1].max(1)[1]]),
    ("one channel of each", lambda x: x[torch.arange(2), x[:, :, 0, 0].max(1)[1]]),
    ("counted from the end", lambda x: x[:, (x[0, 0].max(1)[1].float() - 3).long()]),
)


def _unpooled(kernel: int, *window: int, ceil_mode: bool = False):
    def run(x: torch.Tensor) -> torch.Tensor:
        pooled, places = F.max_pool2d(x, kernel, *window, ceil_mode=ceil_mode, return_indices=True)
        return F.max_unpool2d(torch.tanh(pooled) * 2 + 1, places, kernel, *window, output_size=x.size())
    return run


_UNPOOLED = [
    Case("unpool", of(_unpooled(2)), [(2, 3, 8, 6)]),
    Case("unpool, pixels left over", of(_unpooled(2))),
    Case("unpool of threes", of(_unpooled(3))),
    Case("unpool of threes, ceil_mode", of(_unpooled(3, ceil_mode=True))),
    Case("unpool, ceil_mode", of(_unpooled(2, ceil_mode=True))),
    Case("unpool where several are largest", of(lambda x: _unpooled(2)(x.relu()))),
    Case("unpool, overlapping", of(_unpooled(3, 2, 1)), refused="operator MaxUnpool: not in a form"),
    Case("indices that are not read", of(lambda x: F.max_pool2d(x, 3, 2, 1, return_indices=True)[0])),
    Case("indices as numbers", of(lambda x: F.max_pool2d(x, 2, return_indices=True)[1].float()), refused="MaxPool with indices"),
]

ROWS = _WARPS + _PICKS + _UNPOOLED
