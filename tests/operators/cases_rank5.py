"""Tensors of rank 5 and more, and layers along one and three axes: one row an operator and form of it."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.cases import Case, Lambda, of

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
    Case("log softmax", lambda: nn.LogSoftmax(2), [VOLUME]),
]

FAMILIES = {"elementwise": ELEMENTWISE, "movement": MOVEMENTS, "reduction": REDUCTIONS}
CASES = [case._replace(id="rank 5, {}: {}".format(family, case.id)) for family, cases in FAMILIES.items() for case in cases]
