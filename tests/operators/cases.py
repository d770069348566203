"""One row an operator and form of it: what it is made of, and whether it converts or is refused by name."""
from typing import Any, Callable, Tuple

import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import MAP, Case, Lambda, of


def norm(channels: int) -> nn.Module:
    """BatchNorm with random statistics: fresh ones hide what is forgotten."""
    module = nn.BatchNorm2d(channels)
    for tensor in (module.weight.data, module.running_var):
        tensor.uniform_(0.5, 2)
    for tensor in (module.bias.data, module.running_mean):
        tensor.normal_()
    return module


def conv(*args: Any, **kwargs: Any) -> Callable[[], nn.Module]:
    return lambda: nn.Conv2d(*args, **kwargs)


CONVOLUTIONS = [
    Case("plain", conv(6, 5, 3)),
    Case("no bias", conv(6, 5, 3, bias=False)),
    Case("same padding", conv(6, 5, 3, padding=1)),
    Case("unequal kernel and padding", conv(6, 5, (3, 5), padding=(1, 2))),
    Case("stride 2 on odd sizes", conv(6, 5, 3, stride=2, padding=1)),
    Case("stride 2 on even sizes", conv(6, 5, 3, stride=2, padding=1), [(2, 6, 10, 8)]),
    Case("unequal strides", conv(6, 5, 3, stride=(2, 3), padding=1)),
    Case("padding that is not SAME", conv(6, 5, 3, padding=2)),
    Case("padding on one axis", conv(6, 5, 3, padding=(0, 2))),
    Case("1x1 with padding", conv(6, 5, 1, padding=1)),
    Case("even kernel", conv(6, 5, 4, stride=2, padding=1)),
    Case("dilated", conv(6, 5, 3, dilation=2, padding=2)),
    Case("dilated unequally", conv(6, 5, 3, dilation=(1, 2), padding=1)),
    Case("dilated without padding", conv(6, 5, 3, dilation=(2, 3))),
    Case("dilated and strided", conv(6, 5, 3, dilation=2, stride=2, padding=2)),
    Case("depthwise", conv(6, 6, 3, padding=1, groups=6)),
    Case("depthwise strided", conv(6, 6, 3, stride=2, padding=1, groups=6)),
    Case("depthwise unequally strided", conv(6, 6, 3, stride=(1, 2), padding=1, groups=6)),
    Case("depthwise multiplier", conv(6, 12, 3, padding=1, groups=6, bias=False)),
    Case("depthwise dilated", conv(6, 6, 3, padding=2, dilation=2, groups=6)),
    Case("depthwise dilated unequally", conv(6, 6, 3, padding=2, dilation=(2, 1), groups=6)),
    Case("depthwise padded otherwise", conv(6, 6, (3, 5), padding=(2, 1), groups=6)),
    Case("depthwise dilated without padding", conv(6, 12, 3, dilation=2, groups=6)),
    Case("depthwise dilated, padded on one axis", conv(6, 6, 3, padding=(1, 0), dilation=2, groups=6), [(2, 6, 5, 7)]),
    Case("one channel in", conv(1, 4, 3, padding=1), [(2, 1, 9, 7)]),
    Case("grouped", conv(6, 10, 3, padding=1, groups=2)),
    Case("grouped, strided, dilated, no bias", conv(6, 9, 3, padding=2, dilation=2, groups=3, bias=False)),
    Case("batch norm folded", lambda: nn.Sequential(nn.Conv2d(6, 5, 3, bias=False), norm(5), nn.ReLU())),
    Case("batch norm alone", lambda: norm(6)),
    Case("batch norm before", lambda: nn.Sequential(norm(6), nn.ReLU(), nn.Conv2d(6, 5, 3, padding=1))),
    Case("batch norm without parameters", lambda: nn.Sequential(nn.Conv2d(6, 5, 3), nn.BatchNorm2d(5, affine=False))),
    Case("batch norm of a shared map", lambda: _Shared()),
    Case("transposed", lambda: nn.ConvTranspose2d(6, 5, 3)),
    Case("transposed, strided", lambda: nn.ConvTranspose2d(6, 5, 4, stride=2, padding=1)),
    Case("transposed, output padding", lambda: nn.ConvTranspose2d(6, 5, 3, stride=2, padding=1, output_padding=1)),
    Case("transposed, unequal", lambda: nn.ConvTranspose2d(6, 5, (3, 2), stride=(2, 3), padding=(0, 1), bias=False)),
    Case("transposed, grouped", lambda: nn.ConvTranspose2d(6, 4, 3, stride=2, groups=2)),
    Case("transposed, dilated", lambda: nn.ConvTranspose2d(6, 4, 3, dilation=2)),
    Case("one-dimensional", lambda: nn.Conv1d(6, 5, 3, stride=2, padding=1), [(2, 6, 11)]),
    Case("one-dimensional grouped", lambda: nn.Conv1d(6, 6, 3, dilation=2, groups=6), [(2, 6, 11)]),
    Case("one-dimensional, activation", lambda: nn.Sequential(nn.Conv1d(6, 5, 3), nn.ReLU()), [(2, 6, 11)]),
    Case("one-dimensional, slopes, norm", lambda: nn.Sequential(nn.Conv1d(6, 5, 3), _prelu(5), _norm1d(5)), [(2, 6, 11)]),
    Case("one-dimensional of batch and channels swapped",
         lambda: nn.Sequential(_Constant((6, 4, 7), lambda x, c: torch.cat([x.permute(1, 0, 2), c], 1)), nn.Conv1d(6, 5, 1)),
         [(2, 6, 7)]),
    Case("one-dimensional, its batch of one tied",
         lambda: nn.Sequential(_Constant((1, 6, 4), lambda x, c: torch.cat([x, c], 2)), nn.Conv1d(6, 5, 3)), [(1, 6, 7)]),
    Case("times a number a column", lambda: nn.Sequential(nn.Conv2d(6, 5, 3), _Constant((1, 1, 1, 5)))),
    Case("one channel times a number a column", lambda: nn.Sequential(nn.Conv2d(6, 1, 3), _Constant((1, 1, 1, 5)))),
    Case("subtracted from a number", lambda: nn.Sequential(nn.Conv2d(6, 5, 3), Lambda(lambda x: 2 - x))),
    Case("plus a whole map", lambda: nn.Sequential(nn.Conv2d(6, 5, 3), _Constant((5, 7, 5), lambda x, c: x + c))),
    Case("three-dimensional", lambda: nn.Conv3d(3, 4, 3), [(1, 3, 5, 6, 7)]),
]

POOLS = [
    Case("max", lambda: nn.MaxPool2d(2)),
    Case("max, padded", lambda: nn.MaxPool2d(3, 2, 1)),
    Case("max, padded, of a negative map", lambda: nn.Sequential(Lambda(lambda x: -x.abs() - 1), nn.MaxPool2d(3, 2, 1)),
         [(2, 6, 8, 10)]),
    Case("max, padded, after relu", lambda: nn.Sequential(nn.ReLU(), nn.MaxPool2d(3, 2, 1)), [(2, 6, 8, 10)]),
    Case("max, unequal", lambda: nn.MaxPool2d((3, 2), (1, 2), (1, 0))),
    Case("max, ceil", lambda: nn.MaxPool2d(3, 2, ceil_mode=True), [(2, 6, 8, 10)]),
    Case("max, ceil, of a negative map",
         lambda: nn.Sequential(Lambda(lambda x: -x.abs() - 1), nn.MaxPool2d(3, 2, ceil_mode=True)), [(2, 6, 8, 10)]),
    Case("max, ceil where sizes divide", lambda: nn.MaxPool2d(3, 2, ceil_mode=True)),
    Case("max, dilated", lambda: nn.MaxPool2d(3, 1, dilation=2)),
    Case("average", lambda: nn.AvgPool2d(2)),
    Case("average, padding counted", lambda: nn.AvgPool2d(3, 2, 1)),
    Case("average, padding not counted", lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False)),
    Case("average, padding not counted, not SAME", lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), [(2, 6, 8, 10)]),
    Case("average, ceil", lambda: nn.AvgPool2d(3, 2, ceil_mode=True), [(2, 6, 8, 10)]),
    Case("average over all", lambda: nn.AvgPool2d((9, 7))),
    Case("adaptive average to one", lambda: nn.AdaptiveAvgPool2d(1)),
    Case("adaptive average that divides", lambda: nn.AdaptiveAvgPool2d((3, 1))),
    Case("adaptive average that does not", lambda: nn.AdaptiveAvgPool2d((4, 3))),
    Case("adaptive average that enlarges", lambda: nn.AdaptiveAvgPool2d((12, 7))),
    Case("adaptive max", lambda: nn.AdaptiveMaxPool2d((4, 3))),
    Case("adaptive max to one", lambda: nn.AdaptiveMaxPool2d(1)),
    Case("mean over both", of(lambda x: x.mean([2, 3]))),
    Case("mean kept", of(lambda x: x.mean([2, 3], keepdim=True) * x)),
    Case("mean over negative axes", of(lambda x: x.mean([-1, -2]))),
    Case("mean over channels", of(lambda x: x.mean(1))),
    Case("mean over channels kept", of(lambda x: x - x.mean(1, keepdim=True))),
    Case("mean of mean", of(lambda x: x.mean(3).mean(2))),
    Case("sum over rows", of(lambda x: x.sum(2))),
    Case("max over channels", of(lambda x: x.max(1)[0])),
    Case("one-dimensional max", lambda: nn.MaxPool1d(3, 2, 1), [(2, 6, 11)]),
    Case("one-dimensional average", lambda: nn.AvgPool1d(3, 2), [(2, 6, 11)]),
    Case("one-dimensional average, activation", lambda: nn.Sequential(nn.AvgPool1d(4, 2), nn.Hardtanh()), [(2, 6, 11)]),
    Case("average, ceil, larger than the map", lambda: nn.AvgPool2d(3, 3, (0, 1), ceil_mode=True), [(2, 6, 1, 2)]),
    Case("average, ceil, one window beyond the map", lambda: nn.AvgPool2d(1, 3, ceil_mode=True), [(2, 6, 9, 4)],
         refused="nothing but padding"),
    Case("average, larger than the map", lambda: nn.AvgPool2d(3, 3), [(2, 6, 1, 2)], refused="larger than the map"),
    Case("lrn", lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=1.5)),
]

POINTWISE = [
    Case(name, of(function)) for name, function in [
        ("relu", F.relu), ("relu6", F.relu6), ("hardtanh", F.hardtanh), ("sigmoid", torch.sigmoid), ("tanh", torch.tanh),
        ("hardtanh 0 to 3", lambda x: F.hardtanh(x, 0, 3)), ("clamp", lambda x: x.clamp(-0.5, 0.7)),
        ("clamp below", lambda x: x.clamp(min=-0.3)), ("clamp above", lambda x: x.clamp(max=0.3)),
        ("leaky relu", lambda x: F.leaky_relu(x, 0.2)), ("elu", F.elu), ("elu 0.7", lambda x: F.elu(x, 0.7)),
        ("selu", F.selu), ("softplus", F.softplus), ("exp", torch.exp), ("neg", lambda x: -x), ("abs", torch.abs),
        ("h-swish", lambda x: x * F.relu6(x + 3) / 6), ("h-sigmoid", lambda x: F.relu6(x + 3) / 6),
        ("swish", lambda x: x * torch.sigmoid(x)), 
        ("gelu by tanh", lambda x: 0.5 * x * (1 + torch.tanh(0.79788456 * (x + 0.044715 * x * x * x)))),
        ("power", lambda x: x.abs() ** 1.5), ("square", lambda x: x ** 2), ("square root", lambda x: (x * x + 1).sqrt()),
        ("log", lambda x: (x * x + 1).log()), ("reciprocal", lambda x: 1 / (x * x + 1)), ("softsign", F.softsign),
        ("log sigmoid", F.logsigmoid), ("sin", torch.sin),
        ("floor", torch.floor),
    ]
] + [
    Case("gelu by erf", of(lambda x: x * 0.5 * (1 + torch.erf(x / 1.41421)))),
    Case("threshold", of(lambda x: F.threshold(x, 0.1, 0.1))),
    Case("prelu, one slope", lambda: nn.PReLU(init=0.3)),
    Case("prelu, a slope a channel", lambda: _prelu(6)),
]

ELEMENTWISE = [
    Case("add a scalar", of(lambda x: x + 3)), Case("subtract from a scalar", of(lambda x: 2 - x)),
    Case("divide by a scalar", of(lambda x: x / 7)), Case("divide a scalar", of(lambda x: 2 / (x * x + 1))),
    Case("times itself", of(lambda x: x * x)),
    Case("a row of constants", lambda: _Constant((1, 1, 1, 7))), Case("a column of constants", lambda: _Constant((1, 1, 9, 1))),
    Case("a constant a channel", lambda: _Constant((1, 6, 1, 1))), Case("a whole constant", lambda: _Constant((6, 9, 7))),
    Case("a flat constant", lambda: _Constant((7,))),
    Case("two maps", of(lambda x, y: x * y + x - y), [MAP, MAP]),
    Case("a map and a vector of channels", of(lambda x, y: x * y), [MAP, (2, 6, 1, 1)]),
    Case("a map and a plane", of(lambda x, y: x + y), [MAP, (2, 1, 9, 7)]),
    Case("a map and its transpose", of(lambda x, y: x + y.transpose(2, 3)), [MAP, (2, 6, 7, 9)]),
    Case("max of two", of(lambda x, y: torch.max(x, y)), [MAP, MAP]),
    Case("min of two", of(lambda x, y: torch.min(x, y)), [MAP, MAP]),
    Case("where", of(lambda x, y: torch.where(x > y, x, y * 2)), [MAP, MAP]),
    Case("a flat head added to a map", of(lambda x, y: x + y.view(2, 6, 1, 1)), [MAP, (2, 6)]),
    Case("division of maps", of(lambda x, y: x / (y * y + 1)), [MAP, MAP]),
]

LINEAR = [
    Case("linear", lambda: nn.Linear(6, 5), [(2, 6)]),
    Case("linear without bias", lambda: nn.Linear(6, 5, bias=False), [(2, 6)]),
    Case("linear, plus a row for each of the batch", lambda: nn.Sequential(nn.Linear(6, 5), _Constant((2, 5))), [(2, 6)]),
    Case("flatten, linear", lambda: nn.Sequential(_Flatten(), nn.Linear(6 * 9 * 7, 5))),
    Case("flatten, relu, dropout, linear",
         lambda: nn.Sequential(_Flatten(), nn.ReLU(), nn.Dropout(), nn.Linear(6 * 9 * 7, 5))),
    Case("flatten, two linear heads", lambda: _TwoHeads(), outputs=2),
    Case("conv, flatten, linear, linear",
         lambda: nn.Sequential(nn.Conv2d(6, 4, 3), nn.ReLU(), _Flatten(), nn.Linear(4 * 7 * 5, 8), nn.ReLU(), nn.Linear(8, 3))),
    Case("pool, flatten, linear", lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), _Flatten(), nn.Linear(6, 5))),
    Case("flatten of a flat map used twice", of(lambda x: x.view(2, -1) * 2 + x.view(2, -1))),
    Case("linear, batch norm", lambda: nn.Sequential(nn.Linear(6, 5), _norm1d(5), nn.ReLU(), nn.Linear(5, 4)), [(2, 6)]),
    Case("batch norm of a vector", lambda: _norm1d(6), [(2, 6)]),
    Case("batch norm of a sequence", lambda: _norm1d(6), [(2, 6, 7)]),
    Case("batch norm of a sequence of one", lambda: _norm1d(6), [(2, 6, 1)]),
    Case("linear, batch norm as a sequence of one",
         lambda: nn.Sequential(nn.Linear(6, 5), Lambda(lambda x: x.unsqueeze(2)), _norm1d(5), Lambda(lambda x: x.squeeze(2))),
         [(2, 6)]),
    Case("linear over the last axis of a map", lambda: nn.Linear(7, 5)),
    Case("linear over a sequence", lambda: nn.Linear(7, 5), [(2, 6, 7)]),
    Case("squeeze and excite", lambda: _SqueezeExcite(6)),
    Case("matrix product", of(lambda x, y: x.matmul(y)), [(2, 6, 9), (2, 9, 7)]),
    Case("matrix product of heads", of(lambda x, y: x.matmul(y)), [(2, 5, 6, 9), (2, 5, 9, 7)]),
    Case("matrix product of heads, one in the batch", of(lambda x, y: x.matmul(y)), [(1, 5, 6, 9), (1, 5, 9, 7)]),
    Case("attention", of(lambda x: F.softmax(x.matmul(x.transpose(1, 2)) / 3, dim=-1).matmul(x)), [(2, 6, 9)]),
]

SHAPES = [
    Case("flatten to the output", lambda: _Flatten()),
    Case("flatten a convolution", lambda: nn.Sequential(nn.Conv2d(6, 4, 3), _Flatten())),
    Case("reshape of channels", of(lambda x: x.view(2, 3, 2, 63))),
    Case("channel shuffle", of(lambda x: x.view(2, 3, 2, 9, 7).transpose(1, 2).contiguous().view(2, 6, 9, 7))),
    Case("pixel shuffle", of(lambda x: F.pixel_shuffle(x, 2)), [(2, 8, 5, 7)]),
    Case("permute", of(lambda x: x.permute(0, 2, 3, 1))), Case("permute to the output", of(lambda x: x.permute(0, 3, 1, 2))),
    Case("permute, linear, permute back",
            lambda: nn.Sequential(Lambda(lambda x: x.permute(0, 2, 3, 1)), nn.Linear(6, 5),
                                  Lambda(lambda x: x.permute(0, 3, 1, 2)))),
    Case("transpose of rank 5", of(lambda x: x.view(2, 2, 3, 9, 7).permute(0, 3, 1, 4, 2))),
    Case("transpose of the batch", of(lambda x: x.transpose(0, 1)), [(3, 4)]),
    Case("squeeze", of(lambda x: x.squeeze(2)), [(2, 6, 1, 7)]), Case("unsqueeze", of(lambda x: x.unsqueeze(2)), [(2, 6, 7)]),
    Case("concat channels", of(lambda x, y: torch.cat([x, y], 1)), [MAP, (2, 4, 9, 7)]),
    Case("concat rows", of(lambda x, y: torch.cat([x, y], 2)), [MAP, (2, 6, 4, 7)]),
    Case("concat columns", of(lambda x, y: torch.cat([x, y, x], 3)), [MAP, (2, 6, 9, 4)]),
    Case("concat three", of(lambda x, y: torch.cat([x, y, x * 2], 1)), [MAP, (2, 4, 9, 7)]),
    Case("concat with a constant", lambda: _Constant((2, 4, 9, 7), lambda x, c: torch.cat([x, c], 1))),
    Case("stack", of(lambda x, y: torch.stack([x, y], 1)), [(2, 6, 9), (2, 6, 9)]),
    Case("slice channels", of(lambda x: x[:, 1:4])), Case("slice rows from the end", of(lambda x: x[:, :, -4:-1])),
    Case("slice with a step", of(lambda x: x[:, :, 1::2])),
    Case("pick a channel", of(lambda x: x[:, 2])), Case("pick a column", of(lambda x: x[:, :, :, 3])),
    Case("swap channels by index", of(lambda x: x[:, [2, 1, 0]]), [(2, 3, 9, 7)]),
    Case("chunk", of(lambda x: x.chunk(2, 1)), outputs=2), Case("split", of(lambda x: x.split([1, 2, 3], 1)), outputs=3),
    Case("pad", of(lambda x: F.pad(x, (1, 2, 3, 0)))), Case("pad with a value", of(lambda x: F.pad(x, (1, 2, 0, 1), value=2.5))),
    Case("pad negative", of(lambda x: F.pad(x, (-1, 2, 0, -2)))),
    Case("reflection pad",
            lambda: nn.ReflectionPad2d((1, 2, 3, 2))), Case("replication pad", lambda: nn.ReplicationPad2d((1, 2, 3, 0))),
    Case("nearest upsample", lambda: nn.Upsample(scale_factor=2)),
    Case("bilinear upsample", lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)),
    Case("bilinear upsample, corners not aligned", lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)),
    Case("interpolate to a size", of(lambda x: F.interpolate(x, size=(18, 21)))),
    Case("bilinear to a size", of(lambda x: F.interpolate(x, size=(13, 17), mode="bilinear", align_corners=True))),
    Case("expand", of(lambda x: x.expand(2, 6, 9, 7) * 2), [(2, 6, 1, 1)]),
    Case("repeat", of(lambda x: x.repeat(1, 2, 1, 3))),
    Case("repeat one axis, times", of(lambda x: x.repeat(1, 1, 2, 1) * 0.7 + 0.3)),
    Case("expand one axis, times", of(lambda x: x.expand(2, 6, 9, 7) * 2), [(2, 1, 9, 7)]),
    Case("concat of one tensor, times", of(lambda x: torch.cat([x, x, x], 3) * 0.7 + 0.3)),
]

HEADS = [
    Case("softmax", lambda: nn.Softmax(1), [(2, 6)]), Case("softmax over channels", lambda: nn.Softmax(1)),
    Case("softmax over columns", lambda: nn.Softmax(3)), Case("log softmax", lambda: nn.LogSoftmax(1), [(2, 6)]),
    Case("log softmax over channels", lambda: nn.LogSoftmax(1)),
    Case("argmax over channels", of(lambda x: x.argmax(1))), Case("argmax", of(lambda x: x.argmax(1)), [(2, 6)]),
    Case("top 3", of(lambda x: x.topk(3, 1)), [(2, 6)], outputs=2),
    Case("normalised", of(lambda x: F.normalize(x, dim=1)),
            [(2, 6)]), Case("normalised map", of(lambda x: F.normalize(x, dim=1))),
    Case("group norm",
            lambda: _affine(nn.GroupNorm(3, 6))), Case("instance norm", lambda: _affine(nn.InstanceNorm2d(6, affine=True))),
    Case("layer norm", lambda: _affine(nn.LayerNorm(7))),
    Case("several outputs", of(lambda x: (x * 2, x.mean([2, 3]), x)), outputs=3),
    Case("the input is an output", of(lambda x: (x, x + 1)), outputs=2),
    Case("one tensor twice", of(lambda x: (x * 2,) * 2), outputs=2),
]

FAMILIES = {"conv": CONVOLUTIONS, "pool": POOLS, "pointwise": POINTWISE, "elementwise": ELEMENTWISE, "linear": LINEAR,
            "shape": SHAPES, "head": HEADS}
CASES = [case._replace(id="{}: {}".format(family, case.id)) for family, cases in FAMILIES.items() for case in cases]


def _prelu(channels: int) -> nn.Module:
    module = nn.PReLU(channels)
    module.weight.data.uniform_(0.1, 0.9)
    return module


def _affine(module: nn.Module) -> nn.Module:
    module.weight.data.uniform_(0.5, 2)
    module.bias.data.normal_()
    return module


def _norm1d(features: int) -> nn.Module:
    module = _affine(nn.BatchNorm1d(features))
    module.running_mean.normal_()
    module.running_var.uniform_(0.5, 2)
    return module


class _TwoHeads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(6 * 9 * 7, 5), nn.Linear(6 * 9 * 7, 1, bias=False)

    def forward(self, x: torch.Tensor) -> Any:
        flat = F.relu(x.view(x.size(0), -1))
        return self.one(flat), self.other(flat)


class _Flatten(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), -1)


class _Constant(nn.Module):
    def __init__(self, shape: Tuple[int, ...], function: Callable[..., Any] = lambda x, c: x * c + c) -> None:
        super().__init__()
        self.constant = nn.Parameter(torch.randn(shape))
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(x, self.constant)


class _Shared(nn.Module):
    """A convolution whose map is also read without the norm: it must not be folded away."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(6, 5, 3), norm(5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        return self.norm(x) + x


class _SqueezeExcite(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channels, 4), nn.ReLU(inplace=True), nn.Linear(4, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, channels, _, _ = x.size()
        scale = F.relu6(self.fc(self.pool(x).view(batch, channels)) + 3) / 6
        return x * scale.view(batch, channels, 1, 1)
