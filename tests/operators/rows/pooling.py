"""Pools in the forms that the exporter or TensorFlow Lite has no word for."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import SEQUENCE, Case, Lambda, functions, of

_NEGATIVE = Lambda(lambda x: -x.abs() - 1)


def _negative(pool):
    return lambda: nn.Sequential(_NEGATIVE, pool())


_ADAPTIVE = [
    Case("adaptive {} of {}".format(kind, size), (lambda pool, size: lambda: pool(size))(pool, size))
    for kind, pool in (("average", nn.AdaptiveAvgPool2d), ("max", nn.AdaptiveMaxPool2d))
    for size in ((5, 3), (2, 5), (7, 7), (1, 4), (9, 7), (11, 10), (None, 3), (4, None), 1, 4)
] + [
    Case("adaptive {} of a sequence, {}".format(kind, size),
         (lambda pool, size: lambda: pool(size))(pool, size), [(2, 6, 11)])
    for kind,
    pool in (("average", nn.AdaptiveAvgPool1d), ("max", nn.AdaptiveMaxPool1d)) for size in (1, 3, 4, 11, 13)
]

_MAX = [
    Case("max, dilated", lambda: nn.MaxPool2d(3, 1, dilation=2)),
    Case("max, dilated and strided", lambda: nn.MaxPool2d(3, 2, dilation=2)),
    Case("max, dilated unequally", lambda: nn.MaxPool2d((3, 2), (1, 2), dilation=(2, 3))),
    Case("max, dilated and padded", lambda: nn.MaxPool2d(3, 2, 1, dilation=2)),
    Case("max, dilated and padded, of a negative map", _negative(lambda: nn.MaxPool2d(3, 2, 1, dilation=2))),
    Case("max, dilated, padded, ceil",
         _negative(lambda: nn.MaxPool2d(3, 2, 1, dilation=2, ceil_mode=True)), [(2, 6, 10, 8)]),
    Case("max, dilated, one-dimensional", lambda: nn.MaxPool1d(3, 2, 1, dilation=2), [(2, 6, 11)]),
    Case("max, ceil and padded", _negative(lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True)), [(2, 6, 10, 8)]),
    Case("max, ceil, unequal", _negative(lambda: nn.MaxPool2d((2, 3), (3, 2), (1, 0), ceil_mode=True))),
    Case("max, ceil, one-dimensional", lambda: nn.MaxPool1d(3, 2, ceil_mode=True), [(2, 6, 10)]),
    Case("max, stride beyond the kernel", lambda: nn.MaxPool2d(2, 3)),
    Case("max with indices, not used", of(lambda x: F.max_pool2d(x, 2, return_indices=True)[0])),
    Case("max with indices",
         of(lambda x: F.max_pool2d(x, 2, return_indices=True)), outputs=2, refused="MaxPool"),
]

_AVERAGE = [
    Case("average, ceil and padding counted", lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True), [(2, 6, 10, 8)]),
    Case("average, ceil and padding counted, unequal",
         lambda: nn.AvgPool2d((3, 2), (2, 3), (1, 0), ceil_mode=True)),
    Case("average, ceil and padding not counted",
         lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), [(2, 6, 10, 8)]),
    Case("average, ceil, one-dimensional", lambda: nn.AvgPool1d(3, 2, 1, ceil_mode=True), [(2, 6, 10)]),
    Case("average, padding not counted, one-dimensional",
         lambda: nn.AvgPool1d(3, 2, 1, count_include_pad=False), [(2, 6, 10)]),
    Case("average, stride beyond the kernel", lambda: nn.AvgPool2d(2, 3)),
    Case("average, unequal", lambda: nn.AvgPool2d((3, 2), (1, 2), (1, 0))),
]

ROWS = _ADAPTIVE + _MAX + _AVERAGE + [
    Case("LPPool 2", lambda: nn.LPPool2d(2, 2)), Case("LPPool 1", lambda: nn.LPPool2d(1, (2, 3), 2)),
    Case("LPPool 2, ceil", lambda: nn.LPPool2d(2, 3, 2, ceil_mode=True), [(2, 6, 10, 8)]),
    Case("LPPool 3", lambda: nn.Sequential(Lambda(torch.abs), nn.LPPool2d(3, 2))),
    Case("LPPool 2 of a sequence", lambda: nn.LPPool1d(2, 3, 2), [(2, 6, 11)]),
    Case("local response, odd", lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=1.5)),
    Case("local response, as defaults say", lambda: nn.LocalResponseNorm(5)),
    Case("local response, even", lambda: nn.LocalResponseNorm(4, alpha=0.5)),
    Case("local response after relu",
         lambda: nn.Sequential(nn.Conv2d(6, 5, 3), nn.ReLU(), nn.LocalResponseNorm(2, 0.3))),
    Case("local response of a sequence", lambda: nn.LocalResponseNorm(3, 0.5), [SEQUENCE]),
] + functions(
    ("average of rows", lambda x: F.avg_pool2d(x, (x.size(2), 1))),
    ("average over all, by size", lambda x: F.avg_pool2d(x, x.size()[2:])),
    ("max over all, by size", lambda x: F.max_pool2d(x, x.size()[2:])),
    ("adaptive average to another's size", lambda x: F.adaptive_avg_pool2d(x, x[:, :, ::2, :5].shape[2:])),
)
