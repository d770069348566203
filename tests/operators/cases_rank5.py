"""Tensors of rank 5 and more, and layers along one and three axes: one row an operator and form of it."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import Case, Lambda, of

# All different, so that a swapped axis shows: batch, channels, depth, height, width.
VOLUME = (2, 6, 5, 4, 7)


def _scaled(module: nn.Module) -> nn.Module:
    """Parameters and statistics at random: fresh ones hide what is forgotten."""
    for name, tensor in list(module.named_parameters()) + list(module.named_buffers()):
        if tensor.dim() == 1:
            tensor.data.uniform_(0.5, 2) if "var" in name or "weight" in name else tensor.data.normal_()
    return module


class _Constant(nn.Module):
    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.constant = nn.Parameter(torch.randn(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.constant + self.constant


ELEMENTWISE = [
    Case("relu", lambda: nn.ReLU(), [VOLUME]),
    Case("leaky relu", lambda: nn.LeakyReLU(0.2), [VOLUME]),
    Case("elu", lambda: nn.ELU(0.7), [VOLUME]),
    Case("clamp", of(lambda x: x.clamp(-0.4, 0.9)), [VOLUME]),
    Case("sigmoid and tanh", of(lambda x: torch.sigmoid(x) * torch.tanh(x)), [VOLUME]),
    Case("softplus", lambda: nn.Softplus(), [VOLUME]),
    Case("prelu, one slope", lambda: nn.PReLU(init=0.3), [VOLUME]),
    Case("prelu, a slope a channel", lambda: _scaled(nn.PReLU(6)), [VOLUME]),
    Case("of rank 6", of(lambda x: (x * 2 + 1).exp().log()), [(2, 3, 2, 4, 5, 7)]),
    Case("a scalar", of(lambda x: 2 - x / 3), [VOLUME]),
    Case("a constant a channel", lambda: _Constant(1, 6, 1, 1, 1), [VOLUME]),
    Case("a constant a frame", lambda: _Constant(5, 1, 1), [VOLUME]),
    Case("a constant a row and channel", lambda: _Constant(6, 1, 4, 1), [VOLUME]),
    Case("a whole constant", lambda: _Constant(6, 5, 4, 7), [VOLUME]),
    Case("a constant a column", lambda: _Constant(7), [VOLUME]),
    Case("a constant that enlarges", lambda: _Constant(6, 5, 4, 7), [(2, 6, 1, 4, 7)]),
    Case("two volumes", of(lambda x, y: x * y + x - y), [VOLUME, VOLUME]),
    Case("division and max of volumes", of(lambda x, y: torch.max(x / (y * y + 1), y)), [VOLUME, VOLUME]),
    Case("a volume and a vector of channels", of(lambda x, y: x * y), [VOLUME, (2, 6, 1, 1, 1)]),
    Case("a volume and its frames", of(lambda x, y: x + y), [VOLUME, (2, 1, 5, 1, 1)]),
    Case("a volume and a plane of channels", of(lambda x, y: x - y), [VOLUME, (2, 6, 1, 4, 1)]),
    Case("broadcast on both sides", of(lambda x, y: x * y), [(2, 6, 1, 4, 1), (2, 1, 5, 4, 7)]),
    Case("broadcast on both sides, axis by axis", of(lambda x, y: x * y), [(2, 6, 1, 4, 1), (2, 1, 5, 1, 7)]),
    Case("a volume and its transpose", of(lambda x, y: x + y.transpose(2, 4)), [VOLUME, (2, 6, 7, 4, 5)]),
    Case("a volume and a map", of(lambda x, y: x + y), [VOLUME, (6, 5, 4, 7)]),
    Case("where", of(lambda x, y: torch.where(x > y, x, y * 2)), [VOLUME, VOLUME]),
    Case("where, one number", of(lambda x, y: torch.where(x > 0.3, x, y)), [VOLUME, (1,)]),
    Case("where, broadcast", of(lambda x, y: torch.where(x > y, x, y)), [VOLUME, (2, 6, 1, 1, 1)],
            refused="Where that broadcasts"),
    Case("masked", of(lambda x: x.masked_fill(x > 0.3, -1.0)), [VOLUME]),
    Case("gated", of(lambda x: F.glu(x, 1)), [VOLUME]),
    Case("where a scalar is passed", of(lambda x, y: torch.where(x > 0.3, x, y)), [VOLUME, VOLUME]),
]

MOVEMENTS = [
    Case("permute", of(lambda x: x.permute(0, 4, 2, 1, 3)), [VOLUME]),
    Case("permute all", of(lambda x: x.permute(4, 2, 0, 3, 1)), [VOLUME]),
    Case("permute, relu, permute", of(lambda x: F.relu(x.permute(0, 2, 4, 1, 3)).permute(0, 3, 1, 4, 2) * 2), [VOLUME]),
    Case("permute of ones", of(lambda x: x.permute(0, 3, 2, 1, 4)), [(2, 6, 1, 4, 1)]),
    Case("permute of ones, one in the batch", of(lambda x: x.permute(0, 3, 2, 1, 4)), [(1, 6, 1, 4, 7)]),
    Case("permute of rank 6", of(lambda x: x.permute(0, 5, 1, 4, 2, 3)), [(2, 3, 2, 4, 5, 7)]),
    Case("channels last", of(lambda x: x.permute(0, 2, 3, 4, 1)), [VOLUME]),
    Case("reshape", of(lambda x: x.view(2, 3, 10, 28)), [VOLUME]),
    Case("reshape to rank 6", of(lambda x: x.view(2, 3, 2, 5, 4, 7) * 2), [VOLUME]),
    Case("flatten", of(lambda x: x.view(2, -1)), [VOLUME]),
    Case("flatten of a permuted volume", of(lambda x: x.permute(0, 2, 1, 4, 3).contiguous().view(2, -1)), [VOLUME]),
    Case("squeeze", of(lambda x: x.squeeze(2)), [(2, 6, 1, 4, 7)]),
    Case("unsqueeze", of(lambda x: x.unsqueeze(2)), [(2, 6, 4, 7)]),
    Case("slice frames", of(lambda x: x[:, :, 1:4]), [VOLUME]),
    Case("slice on every axis", of(lambda x: x[:, 1:5, 2:, :-1, 3:6]), [VOLUME]),
    Case("slice with steps", of(lambda x: x[:, :, ::2, :, 1::3]), [VOLUME]),
    Case("pick a frame", of(lambda x: x[:, :, 2]), [VOLUME]),
    Case("pick channels", of(lambda x: x[:, [4, 0, 2]]), [VOLUME]),
    Case("chunk", of(lambda x: x.chunk(2, 1)), [VOLUME], outputs=2),
    Case("split frames", of(lambda x: x.split([1, 3, 1], 2)), [VOLUME], outputs=3),
    Case("pad", of(lambda x: F.pad(x, (1, 2, 0, 1, 3, 0))), [VOLUME]),
    Case("pad channels with a value", of(lambda x: F.pad(x, (0, 0, 1, 0, 0, 2, 2, 1), value=1.5)), [VOLUME]),
    Case("pad negative", of(lambda x: F.pad(x, (-1, 2, 0, -2, 1, -1))), [VOLUME]),
    Case("replication pad", lambda: nn.ReplicationPad3d((1, 2, 3, 0, 2, 1)), [VOLUME]),
    Case("expand", of(lambda x: x.expand(2, 6, 5, 4, 7) * 2), [(2, 6, 1, 4, 1)]),
    Case("repeat", of(lambda x: x.repeat(1, 2, 1, 3, 1)), [VOLUME]),
    Case("flip", of(lambda x: x.flip(2)), [VOLUME]),
    Case("unbind", of(lambda x: x.unbind(2)), [(2, 6, 3, 4, 7)], outputs=3),
    Case("shifted in time", of(lambda x: torch.cat([x[:, 1:, :2], x[:, :-1, :2] * 0.5], 2)), [(2, 5, 6, 4, 7)]),
    Case("frames as batch", of(lambda x: F.avg_pool2d(x.view(10, 6, 4, 7), 2).view(2, 5, 6, 2, 3).mean(1)), [(2, 5, 6, 4, 7)]),
    Case("frames as batch, of one", of(lambda x: F.avg_pool2d(x.view(5, 6, 4, 7), 2).view(1, 5, 6, 2, 3).mean(1)),
            [(1, 5, 6, 4, 7)]),
    Case("rank 7", of(lambda x: x.view(2, 3, 2, 2, 2, 3, 5).permute(0, 3, 5, 1, 6, 2, 4)), [(2, 3, 2, 4, 3, 5)]),
    Case("pad and slice of rank 6", of(lambda x: F.pad(x, (1, 0, 0, 2, 1, 1))[:, 1:, :1, :, ::2]), [(2, 3, 2, 4, 3, 5)]),
    Case("an output read again", of(lambda x: (x.permute(0, 2, 3, 4, 1), x.permute(0, 2, 3, 4, 1).mean(4))), [VOLUME], outputs=2),
    Case("stack", of(lambda x, y: torch.stack([x, y], 2)), [(2, 6, 4, 7), (2, 6, 4, 7)]),
    Case("unbind by hand", of(lambda x: x[:, 0] + x[:, 1] * x[:, 2]), [(2, 3, 5, 4, 7)]),
] + [
    Case("concat on axis {}".format(axis), of(lambda x, y, axis=axis: torch.cat([x, y, x], axis)),
         [VOLUME, VOLUME[:axis] + (3,) + VOLUME[axis + 1:]]) for axis in range(1, 5)
]

REDUCTIONS = [
    Case("mean over {}".format(axes), of(lambda x, axes=axes: x.mean(axes)), [VOLUME])
    for axes in ([2, 3, 4], [2], [1], [4], [3, 4], [1, 2, 3], [2, 4], [-1, -3])
] + [
    Case("mean kept", of(lambda x: x - x.mean([2, 4], keepdim=True)), [VOLUME]),
    Case("sum and max", of(lambda x: x.sum(2).max(1)[0]), [VOLUME]),
    Case("argmax over frames", lambda: nn.Sequential(_Constant(5, 1, 1), Lambda(lambda x: x.argmax(2))), [VOLUME]),
] + [
    Case("softmax over axis {}".format(axis), of(lambda x, axis=axis: F.softmax(x, axis)), [VOLUME])
    for axis in range(1, 5)
] + [
    Case("top 3 of the frames", of(lambda x: x.topk(3, 2)), [VOLUME], outputs=2),
    Case("variance", of(lambda x: x.var([2, 3])), [VOLUME]),
    Case("matrix product", of(lambda x, y: x.matmul(y)), [VOLUME, (2, 6, 5, 7, 3)]),
    Case("matrix product, one in the batch", of(lambda x, y: x.matmul(y)), [(1, 6, 5, 4, 7), (1, 6, 5, 7, 3)]),
    Case("linear", lambda: nn.Linear(7, 3), [VOLUME]),
    Case("log softmax", lambda: nn.LogSoftmax(2), [VOLUME]),
]

def conv(*args, **kwargs):
    return lambda: nn.Conv3d(*args, **kwargs)


def up(*args, **kwargs):
    return lambda: nn.ConvTranspose3d(*args, **kwargs)


CONVOLUTIONS = [
    Case("plain", conv(6, 3, 3), [VOLUME]),
    Case("no bias, padded", conv(6, 3, 3, padding=1, bias=False), [VOLUME]),
    Case("unequal kernel and padding", conv(6, 3, (3, 1, 5), padding=(1, 0, 2)), [VOLUME]),
    Case("unequal strides", conv(6, 3, 3, stride=(2, 1, 3), padding=1), [VOLUME]),
    Case("strided frames of an even number", conv(6, 3, (2, 3, 3), stride=2, padding=1), [(2, 6, 8, 4, 7)]),
    Case("dilated", conv(6, 3, (3, 2, 3), dilation=(2, 3, 1), padding=(1, 1, 0)), [VOLUME]),
    Case("frame by frame", conv(6, 3, (1, 3, 3), padding=(0, 1, 1)), [VOLUME]),
    Case("frame by frame, every second", conv(6, 3, (1, 3, 3), stride=(2, 1, 1)), [VOLUME]),
    Case("along the frames only", conv(6, 3, (3, 1, 1), padding=(1, 0, 0)), [VOLUME]),
    Case("pointwise", conv(6, 3, 1), [VOLUME]),
    Case("over all frames", conv(6, 3, (5, 3, 3)), [VOLUME]),
    Case("over all frames, dilated", conv(6, 3, (3, 3, 3), dilation=(2, 1, 1)), [VOLUME]),
    Case("grouped", conv(6, 10, 3, groups=2, padding=1), [VOLUME]),
    Case("grouped, frame by frame", conv(6, 9, (1, 3, 3), groups=3), [VOLUME]),
    Case("depthwise", conv(6, 6, 3, groups=6, padding=1), [VOLUME]),
    Case("depthwise multiplier, strided, no bias", conv(6, 12, 3, groups=6, stride=(2, 1, 2), bias=False), [VOLUME]),
    Case("one channel in", conv(1, 3, 3), [(2, 1, 5, 4, 7)]),
    Case("one frame", conv(6, 3, 3, padding=1), [(2, 6, 1, 4, 7)]),
    Case("one pixel", conv(6, 3, (3, 1, 1)), [(2, 6, 5, 1, 1)]),
    Case("one in the batch", conv(6, 3, 3, padding=1), [(1, 6, 5, 4, 7)]),
    Case("one in the batch, one pixel", conv(6, 3, (3, 1, 1)), [(1, 6, 5, 1, 1)]),
    Case("batch norm folded, relu", lambda: nn.Sequential(nn.Conv3d(6, 3, 3, bias=False), _scaled(nn.BatchNorm3d(3)), nn.ReLU()),
         [VOLUME]),
    Case("leaky, twice", lambda: nn.Sequential(nn.Conv3d(6, 3, 3, padding=1), nn.LeakyReLU(0.1), nn.Conv3d(3, 4, 3)), [VOLUME]),
    Case("slopes", lambda: nn.Sequential(nn.Conv3d(6, 3, 3), _scaled(nn.PReLU(3))), [VOLUME]),
    Case("residual", lambda: _Residual(), [VOLUME]),
    Case("flatten, linear", lambda: nn.Sequential(nn.Conv3d(6, 3, 3), nn.ReLU(), _Flatten(), nn.Linear(3 * 3 * 2 * 5, 4)),
            [VOLUME]),
    Case("mean, linear", lambda: nn.Sequential(nn.Conv3d(6, 3, 3), nn.AdaptiveAvgPool3d(1), _Flatten(), nn.Linear(3, 4)),
            [VOLUME]),
    Case("joined branches", lambda: _Joined(), [VOLUME]),
    Case("padded in a circle", conv(6, 3, 3, padding=1, padding_mode="circular"), [VOLUME]),
    Case("squeeze and excite", lambda: _SqueezeExcite(), [VOLUME]),
    Case("transposed", up(6, 3, 3), [VOLUME]),
    Case("transposed, strided", up(6, 3, 4, stride=2, padding=1), [VOLUME]),
    Case("transposed, output padding", up(6, 3, 3, stride=2, padding=1, output_padding=1), [VOLUME]),
    Case("transposed, unequal, no bias", up(6, 3, (2, 3, 1), stride=(3, 2, 1), padding=(1, 0, 0), bias=False), [VOLUME]),
    Case("transposed, padded more than it reaches", up(6, 3, 2, padding=(1, 0, 1)), [VOLUME]),
    Case("transposed, grouped", up(6, 4, 3, stride=2, groups=2), [VOLUME]),
    Case("transposed, frame by frame", up(6, 3, (1, 2, 2), stride=(1, 2, 2)), [VOLUME]),
    Case("transposed, of one frame", up(6, 3, 2, stride=2), [(2, 6, 1, 4, 7)]),
    Case("transposed, dilated along the frames", up(6, 3, 3, dilation=(2, 1, 1)), [VOLUME]),
    Case("transposed, dilated in frames", up(6, 3, 3, dilation=(1, 2, 1)), [VOLUME]),
]


def _negative(pool: nn.Module):
    return lambda: nn.Sequential(Lambda(lambda x: -x.abs() - 1), pool)


POOLS = [
    Case("max", lambda: nn.MaxPool3d(2), [VOLUME]),
    Case("max, padded, of a negative volume", _negative(nn.MaxPool3d(3, 2, 1)), [VOLUME]),
    Case("max, unequal", lambda: nn.MaxPool3d((3, 2, 1), (1, 2, 3), (1, 0, 0)), [VOLUME]),
    Case("max, frame by frame", lambda: nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)), [VOLUME]),
    Case("max along the frames", lambda: nn.MaxPool3d((3, 1, 1)), [VOLUME]),
    Case("max, ceil", _negative(nn.MaxPool3d(2, 2, ceil_mode=True)), [VOLUME]),
    Case("max, one in the batch", lambda: nn.MaxPool3d(3, 2, 1), [(1, 6, 5, 4, 7)]),
    Case("max, dilated", lambda: nn.MaxPool3d(2, 1, dilation=(2, 1, 2)), [VOLUME]),
    Case("max, with its places", lambda: nn.MaxPool3d(2, return_indices=True), [VOLUME], outputs=2, refused="MaxPool of rank 5"),
    Case("average", lambda: nn.AvgPool3d(2), [VOLUME]),
    Case("average, padding counted", lambda: nn.AvgPool3d(3, 2, 1), [VOLUME]),
    Case("average, padding not counted", lambda: nn.AvgPool3d(3, 2, 1, count_include_pad=False), [VOLUME]),
    Case("average, ceil", lambda: nn.AvgPool3d(2, ceil_mode=True), [VOLUME]),
    Case("average over all", lambda: nn.AvgPool3d((5, 4, 7)), [VOLUME]),
    Case("adaptive average to one", lambda: nn.AdaptiveAvgPool3d(1), [VOLUME]),
    Case("adaptive average that divides", lambda: nn.AdaptiveAvgPool3d((5, 2, 1)), [VOLUME]),
    Case("adaptive average that does not", lambda: nn.AdaptiveAvgPool3d((2, 3, 4)), [VOLUME]),
    Case("adaptive max", lambda: nn.AdaptiveMaxPool3d((2, 3, 4)), [VOLUME]),
    Case("adaptive max to one", lambda: nn.AdaptiveMaxPool3d(1), [VOLUME]),
]

NORMS = [
    Case("batch norm", lambda: _scaled(nn.BatchNorm3d(6)), [VOLUME]),
    Case("batch norm before a convolution", lambda: nn.Sequential(_scaled(nn.BatchNorm3d(6)), nn.ReLU(), nn.Conv3d(6, 3, 3)),
         [VOLUME]),
    Case("instance norm", lambda: _scaled(nn.InstanceNorm3d(6, affine=True)), [VOLUME]),
    Case("instance norm with statistics", lambda: _scaled(nn.InstanceNorm3d(6, track_running_stats=True)), [VOLUME]),
    Case("group norm", lambda: _scaled(nn.GroupNorm(3, 6)), [VOLUME]),
    Case("group norm after a convolution", lambda: nn.Sequential(nn.Conv3d(6, 4, 3), _scaled(nn.GroupNorm(2, 4)), nn.ReLU()),
         [VOLUME]),
    Case("layer norm", lambda: nn.LayerNorm(7), [VOLUME]),
    Case("normalised", of(lambda x: F.normalize(x, dim=1)), [VOLUME]),
]

RESIZES = [
    Case("nearest", lambda: nn.Upsample(scale_factor=2), [VOLUME]),
    Case("nearest to a size", of(lambda x: F.interpolate(x, size=(7, 4, 10))), [VOLUME]),
    Case("trilinear", lambda: nn.Upsample(scale_factor=2, mode="trilinear", align_corners=False), [VOLUME]),
    Case("trilinear to a size", of(lambda x: F.interpolate(x, size=(3, 6, 7), mode="trilinear", align_corners=True)), [VOLUME]),
]

ATTENTION = [
    Case("fused qkv", lambda: _Attention(heads=2), [(2, 5, 12)]),
    Case("fused qkv, one in the batch", lambda: _Attention(heads=3), [(1, 5, 12)]),
    Case("window partition", of(lambda x: x.view(2, 3, 2, 4, 3, 7).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, 6, 7)),
         [(2, 6, 12, 7)]),
    Case("windows there and back",
         of(lambda x: (x.view(2, 3, 2, 4, 3, 7).permute(0, 1, 3, 2, 4, 5).contiguous().view(24, 6, 7).softmax(1)
                       .view(2, 3, 4, 2, 3, 7).permute(0, 1, 3, 2, 4, 5).contiguous().view(2, 6, 12, 7))), [(2, 6, 12, 7)]),
    Case("pixel unshuffle",
         of(lambda x: x.view(2, 3, 4, 2, 5, 2).permute(0, 1, 3, 5, 2, 4).contiguous().view(2, 12, 4, 5)), [(2, 3, 8, 10)]),
    Case("space to depth",
         of(lambda x: x.view(2, 3, 4, 2, 5, 2).permute(0, 3, 5, 1, 2, 4).contiguous().view(2, 12, 4, 5)), [(2, 3, 8, 10)]),
    Case("pixel shuffle by hand",
         of(lambda x: x.view(2, 3, 2, 2, 4, 5).permute(0, 1, 4, 2, 5, 3).contiguous().view(2, 3, 8, 10)), [(2, 12, 4, 5)]),
    Case("patches",
         lambda: nn.Sequential(nn.Conv2d(3, 6, 2, stride=2), Lambda(lambda x: x.flatten(2).transpose(1, 2)), nn.Linear(6, 5)),
         [(2, 3, 8, 10)]),
    Case("channel shuffle of volumes", of(lambda x: x.view(2, 3, 2, 5, 4, 7).transpose(1, 2).contiguous().view(VOLUME)),
            [VOLUME]),
]


def _shape(shape, rows):
    return [row._replace(shapes=[shape]) for row in rows]


LINE = (2, 6, 11)
SEQUENCES = _shape(LINE, [
    Case("conv", lambda: nn.Conv1d(6, 5, 3)),
    Case("conv, unequal everything", lambda: nn.Conv1d(6, 4, 4, stride=3, padding=2, dilation=2, groups=2, bias=False)),
    Case("conv, even kernel, strided", lambda: nn.Conv1d(6, 5, 4, stride=2, padding=1)),
    Case("conv, depthwise, multiplier", lambda: nn.Conv1d(6, 12, 3, padding=1, groups=6)),
    Case("conv, depthwise, dilated", lambda: nn.Conv1d(6, 6, 3, padding=2, dilation=2, groups=6)),
    Case("conv, padded in a circle", lambda: nn.Conv1d(6, 5, 3, padding=1, padding_mode="circular")),
    Case("conv, weights normalised", lambda: nn.utils.weight_norm(nn.Conv1d(6, 5, 3))),
    Case("conv, causal", lambda: nn.Sequential(nn.ConstantPad1d((4, 0), 0.0), nn.Conv1d(6, 5, 3, dilation=2), nn.ReLU())),
    Case("conv, batch norm, relu, pool",
            lambda: nn.Sequential(nn.Conv1d(6, 5, 3), _scaled(nn.BatchNorm1d(5)), nn.ReLU(), nn.MaxPool1d(3, 2, 1),
                                  nn.Conv1d(5, 4, 2))),
    Case("conv, flatten, linear", lambda: nn.Sequential(nn.Conv1d(6, 5, 3), nn.ReLU(), _Flatten(), nn.Linear(45, 4))),
    Case("transposed", lambda: nn.ConvTranspose1d(6, 5, 4, stride=2, padding=1)),
    Case("transposed, output padding, grouped", lambda: nn.ConvTranspose1d(6, 4, 3, stride=3, output_padding=1, groups=2)),
    Case("max pool", lambda: nn.MaxPool1d(2)), Case("max pool, ceil", _negative(nn.MaxPool1d(3, 2, 1, ceil_mode=True))),
    Case("max pool, dilated", lambda: nn.MaxPool1d(3, 1, 1, dilation=2)),
    Case("average pool", lambda: nn.AvgPool1d(3, 2, 1)),
    Case("average pool, padding not counted", lambda: nn.AvgPool1d(3, 2, 1, count_include_pad=False)),
    Case("average pool, ceil", lambda: nn.AvgPool1d(2, ceil_mode=True)),
    Case("adaptive average", lambda: nn.AdaptiveAvgPool1d(4)), Case("adaptive average to one", lambda: nn.AdaptiveAvgPool1d(1)),
    Case("adaptive max", lambda: nn.AdaptiveMaxPool1d(3)),
    Case("instance norm",
            lambda: _scaled(nn.InstanceNorm1d(6, affine=True))), Case("group norm", lambda: _scaled(nn.GroupNorm(3, 6))),
    Case("layer norm", lambda: _scaled(nn.LayerNorm(11))), Case("prelu", lambda: _scaled(nn.PReLU(6))),
    Case("constant pad", lambda: nn.ConstantPad1d((2, 3), 1.5)), Case("reflection pad", lambda: nn.ReflectionPad1d((2, 3))),
    Case("replication pad", lambda: nn.ReplicationPad1d((2, 3))), Case("nearest", lambda: nn.Upsample(scale_factor=3)),
    Case("linear upsample", lambda: nn.Upsample(size=17, mode="linear", align_corners=True)),
    Case("softmax over channels", lambda: nn.Softmax(1)), Case("mean over the line", of(lambda x: x.mean(2))),
    Case("transpose, linear", lambda: nn.Sequential(Lambda(lambda x: x.transpose(1, 2)), nn.Linear(6, 5))),
    Case("concat on channels", of(lambda x: torch.cat([x, x * 2], 1))), Case("pick a step", of(lambda x: x[:, :, -1])),
    Case("slice with steps", of(lambda x: x[:, 1:5, ::3])),
])

FAMILIES = {"elementwise": ELEMENTWISE, "movement": MOVEMENTS, "reduction": REDUCTIONS, "conv": CONVOLUTIONS, "pool": POOLS,
            "norm": NORMS, "resize": RESIZES}
CASES = [case._replace(id="rank 5, {}: {}".format(family, case.id)) for family, cases in FAMILIES.items() for case in cases]
CASES += [case._replace(id="many axes: " + case.id) for case in ATTENTION]
CASES += [case._replace(id="sequence: " + case.id) for case in SEQUENCES]


class _Flatten(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), -1)


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv3d(6, 6, 3, padding=1), nn.Conv3d(6, 6, (3, 1, 1), padding=(1, 0, 0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.first(x))
        return F.relu(self.second(x) + x)


class _SqueezeExcite(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.narrow, self.wide = nn.Linear(6, 3), nn.Linear(3, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        share = torch.sigmoid(self.wide(F.relu(self.narrow(x.mean([2, 3, 4])))))
        return x * share.view(x.size(0), 6, 1, 1, 1)


class _Joined(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide, self.narrow = nn.Conv3d(6, 3, 3, padding=1), nn.Conv3d(6, 4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pooled = F.max_pool3d(x, 3, 1, 1)
        return torch.cat([F.relu(self.wide(x)), F.relu(self.narrow(pooled))], 1)


class _Attention(nn.Module):
    """As timm's ViT has it."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads, self.qkv, self.out = heads, nn.Linear(12, 36), nn.Linear(12, 12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, count, width = x.shape
        qkv = self.qkv(x).reshape(batch, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        shares = (q.matmul(k.transpose(-2, -1)) * (width // self.heads) ** -0.5).softmax(dim=-1)
        return self.out(shares.matmul(v).transpose(1, 2).reshape(batch, count, width))
