"""Convolutions: everything that may be asked of one together, and transposed ones."""
from torch import nn
import torch.nn.functional as F
import torch

from tests.operators.case import Case, of

_PLAIN = [
    ("grouped, strided and padded", dict(kernel_size=3, groups=2, stride=2, padding=1)),
    ("grouped, dilated", dict(kernel_size=3, groups=3, dilation=2, padding=2)),
    ("grouped, unequal all",
     dict(kernel_size=(3, 2), groups=2, stride=(2, 1), padding=(2, 1), dilation=(1, 3))),
    ("grouped, dilated and strided", dict(kernel_size=3, groups=2, stride=2, dilation=2, padding=1)),
    ("multiplier, strided", dict(kernel_size=3, groups=6, stride=2, padding=1)),
    ("multiplier, strided and dilated", dict(kernel_size=3, groups=6, stride=2, padding=2, dilation=2)),
    ("multiplier, unequal", dict(kernel_size=(3, 5), groups=6, padding=(0, 2))),
    ("multiplier, unequal strides and dilations",
     dict(kernel_size=3, groups=6, stride=(1, 3), padding=(3, 1), dilation=(2, 1))),
    ("dilated and strided, unequal",
     dict(kernel_size=(3, 2), stride=(2, 3), dilation=(3, 2), padding=(1, 3))),
    ("stride beyond the kernel", dict(kernel_size=2, stride=3)),
    ("padding beyond the kernel", dict(kernel_size=2, padding=3)),
    ("a kernel as large as the map", dict(kernel_size=(9, 7))),
    ("a kernel larger than the map", dict(kernel_size=(11, 9), padding=2)),
    ("a row", dict(kernel_size=(1, 5), padding=(0, 2))),
    ("a column, strided", dict(kernel_size=(5, 1), stride=(2, 1), padding=(2, 0))),
    ("dilation far out", dict(kernel_size=3, dilation=(4, 3), padding=(4, 3))),
]

_TRANSPOSED = [
    ("plain", dict(kernel_size=3)), ("strided", dict(kernel_size=3, stride=2)),
    ("padded", dict(kernel_size=4, stride=2, padding=1)),
    ("output padding", dict(kernel_size=3, stride=3, padding=1, output_padding=2)),
    ("output padding on one axis", dict(kernel_size=3, stride=2, padding=1, output_padding=(1, 0))),
    ("stride beyond the kernel", dict(kernel_size=2, stride=3)),
    ("stride beyond the kernel, unequal",
     dict(kernel_size=(1, 2), stride=(3, 4), padding=(0, 1), output_padding=(2, 1))),
    ("1x1, strided", dict(kernel_size=1, stride=2)),
    ("dilated", dict(kernel_size=3, dilation=2)),
    ("dilated, strided, padded", dict(kernel_size=3, dilation=2, stride=2, padding=1, output_padding=1)),
    ("dilated unequally", dict(kernel_size=(3, 2), dilation=(1, 3), stride=(2, 1))),
    ("grouped", dict(kernel_size=3, stride=2, padding=1, groups=2)),
    ("grouped, output padding", dict(kernel_size=3, stride=2, padding=1, output_padding=1, groups=3)),
    ("depthwise", dict(kernel_size=4, stride=2, padding=1, groups=6)),
    ("depthwise, dilated", dict(kernel_size=3, dilation=2, groups=6)),
    ("no bias", dict(kernel_size=3, stride=2, bias=False)),
    ("grouped and dilated", dict(kernel_size=3, stride=2, dilation=2, groups=2, padding=2)),
    ("padding that leaves little", dict(kernel_size=3, padding=2)),
    ("output padding as large as the stride", dict(kernel_size=2, dilation=3, output_padding=1)),
]


def _modulated(style: torch.Tensor) -> torch.Tensor:
    """A constant map, by a kernel that the style scales, channel by channel."""
    grid = torch.linspace(-2, 2, 6 * 5 * 4).sin().view(1, 6, 5, 4)
    kernel = torch.linspace(-3, 3, 5 * 6 * 9).cos().view(1, 5, 6, 3, 3) * style.view(1, 1, 6, 1, 1)
    scale = torch.rsqrt(kernel.pow(2).sum([2, 3, 4]) + 1e-8)
    return F.conv2d(grid, (kernel * scale.view(1, 5, 1, 1, 1)).view(5, 6, 3, 3), padding=1)


ROWS = [
    Case("conv, {}{}".format(name, ", no bias" if bias is False else ""),
         (lambda options: lambda: nn.Conv2d(6, 12, **options))(dict(options, bias=bias)))
    for name, options in _PLAIN for bias in (True, False)
] + [
    Case("transposed, " + name, (lambda options: lambda: nn.ConvTranspose2d(6, 6, **options))(options),
         refused="output_padding" if name == "output padding as large as the stride" else None)
    for name, options in _TRANSPOSED
] + [
    Case("{} channels, each alone".format(channels), (lambda count: lambda: nn.Conv2d(count, count, 1, groups=count))(channels),
         [(1, channels, 2, 3)], refused="each convolved alone" if channels > 4832 else None) for channels in (4832, 4833)
] + [
    Case("one channel to {}".format(channels), (lambda count: lambda: nn.Conv2d(1, count, 1))(channels), [(1, 1, 2, 3)],
         refused="each convolved alone" if channels > 4832 else None) for channels in (4832, 4833)
] + [
    Case("transposed of a sequence",
         lambda: nn.ConvTranspose1d(6, 5, 3, stride=2, padding=1, output_padding=1), [(2, 6, 11)]),
    Case("transposed of a sequence, dilated, grouped",
         lambda: nn.ConvTranspose1d(6, 4, 3, dilation=2, groups=2), [(2, 6, 11)]),
    Case("transposed, relu, conv",
         lambda: nn.Sequential(nn.ConvTranspose2d(6, 4, 4, 2, 1), nn.ReLU(), nn.Conv2d(4, 5, 3))),
    Case("of a sequence, all",
         lambda: nn.Conv1d(6, 12, 3, stride=2, padding=3, dilation=2, groups=3), [(2, 6, 11)]),
    Case("functional, with a kernel of its own",
         of(lambda x: F.conv2d(x, torch.linspace(-1, 1, 6 * 5 * 9).view(5, 6, 3, 3), padding=1))),
    Case("blur of each channel",
         of(lambda x: F.conv2d(x, torch.tensor([[1., 2, 1], [2, 4, 2], [1, 2, 1]]).expand(6, 1, 3, 3) / 16, groups=6))),
    Case("a computed kernel", of(lambda x, y: F.conv2d(x, y)), [(2, 6, 9, 7), (5, 6, 3, 3)]),
    Case("a computed kernel and bias, strided",
         of(lambda x, y: F.conv2d(x, y, y.mean([1, 2, 3]), 2, 1)), [(2, 6, 9, 7), (5, 6, 3, 3)]),
    Case("a computed kernel of one", of(lambda x, y: F.conv2d(x, y)), [(2, 6, 9, 7), (5, 6, 1, 1)]),
    Case("a template of each channel, dilated",
         of(lambda x, y: F.conv2d(x, y, padding=2, dilation=(2, 1), groups=6)), [(2, 6, 9, 7), (6, 1, 3, 4)]),
    Case("a template in a map",
         of(lambda x, y: F.conv2d(x.view(1, 12, 9, 7), y.view(12, 1, 4, 3), groups=12).view(2, 6, 6, 5)),
         [(2, 6, 9, 7), (2, 6, 4, 3)]),
    Case("a generator's modulated kernel", of(lambda style: _modulated(style)), [(1, 6)]),
    Case("a computed kernel of groups",
         of(lambda x, y: F.conv2d(x, y, groups=2)), [(2, 6, 9, 7), (4, 3, 3, 3)], refused="computed"),
    Case("a computed kernel of a sequence", of(lambda x, y: F.conv1d(x, y)), [(2, 6, 9), (4, 6, 3)], refused="computed"),
]
