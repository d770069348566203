"""What networks are made of, in every quantised mode: it runs in 1.14 and in a current runtime, and keeps the gate in both."""
import pytest
import torch
from torch import nn

from job.axes import published
from job.parity.probes import make_probes
from job.values import TensorFacts
from tests.fuzz.expression import Expression
from tests.fuzz.layers import norm
from tests.fuzz.quantised import RUNTIME, Asked, judged_modes
from tests.fuzz.whole_blocks import Attention
from tests.operators.conversion import exported
from tests.tools_environment import locked_tools

IMAGE = (1, 6, 12, 10)
ALIKE = 25.0  # dB between two runtimes, whose kernels round otherwise


class Steps(nn.Sequential):
    def forward(self, *inputs):
        for step in self:
            inputs = step(*inputs)
            inputs = inputs if isinstance(inputs, tuple) else (inputs,)
        return inputs


class LastOf(nn.Module):
    """What a recurrent layer makes, without its state."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


def steps(*parts):
    return Steps(*(Expression(part) if isinstance(part, str) else part for part in parts))


def conv(inputs=6, outputs=8, **settings):
    return nn.Conv2d(inputs, outputs, 3, padding=1, **settings)


def image(*parts):
    """Between two convolutions."""
    return lambda: (steps(conv(), *parts, conv(8, 5)), [IMAGE])


NETWORKS = {
    "layer norm of channels": image("a.permute(0, 2, 3, 1)", nn.LayerNorm(8), "a.permute(0, 3, 1, 2)"),
    "layer norm of tokens": lambda: (steps(nn.Linear(8, 12), nn.LayerNorm(12), nn.Linear(12, 5)), [(1, 9, 8)]),
    "group norm": image(nn.GroupNorm(2, 8)),
    "instance norm": image(nn.InstanceNorm2d(8, affine=True)),
    "where": image("torch.where(a > 0.2, a, a * 0.3)"),
    "masked_fill": image("a.masked_fill(a < -0.5, 0.0)"),
    "attention": lambda: (steps(nn.Linear(8, 8), Attention(8, 2, True), nn.Linear(8, 5)), [(1, 9, 8)]),
    "GELU": image("a * 0.5 * (1 + torch.erf(a / 1.41421))"),
    "swish": image("a * torch.sigmoid(a)"),
    "h-swish": image("a * F.relu6(a + 3) / 6"),
    "mish": image("a * torch.tanh(F.softplus(a))"),
    "PReLU": image(nn.PReLU(8)),
    "LeakyReLU": image(nn.LeakyReLU(0.1)),
    "ELU": image(nn.ELU()),
    "SELU": image(nn.SELU()),
    "Hardtanh": image(nn.Hardtanh(-1, 1)),
    "softmax inside": image("a * F.softmax(a, 1)"),
    "a norm": image("F.normalize(a, dim=1)"),
    "nearest resize": image("F.interpolate(a, scale_factor=2)"),
    "linear resize": image("F.interpolate(a, scale_factor=2, mode='bilinear', align_corners=False)"),
    "corners resize": image("F.interpolate(a, size=(17, 23), mode='bilinear', align_corners=True)"),
    "pixel shuffle": lambda: (steps(conv(), nn.PixelShuffle(2), conv(2, 5)), [IMAGE]),
    "channel shuffle": image("a.view(1, 2, 4, 12, 10).transpose(1, 2).contiguous().view(1, 8, 12, 10)"),
    "reflection": image("F.pad(a, (2, 1, 1, 2), mode='reflect')"),
    "a constant border": image("F.pad(a, (2, 1, 1, 2), value=7.5)"),
    "transposed": image(nn.ConvTranspose2d(8, 8, 4, 2, 1)),
    "dilated, in groups": image(conv(8, 8, groups=4), nn.Conv2d(8, 8, 3, padding=2, dilation=2)),
    "depthwise of three": lambda: (steps(nn.Conv2d(3, 3, 3, groups=3), conv(3, 5)), [(1, 3, 12, 10)]),
    "a norm first": lambda: (steps(norm(nn.BatchNorm2d, 3), conv(3, 5)), [(1, 3, 12, 10)]),
    "max pool": image("a - 9", nn.MaxPool2d(3, 2, 1)),
    "average pool": image(nn.AvgPool2d(3, 2, 1)),
    "squeeze and excite": image("a * torch.sigmoid(a.mean(3, keepdim=True).mean(2, keepdim=True))"),
    "argmax": lambda: (steps(conv(), "a.argmax(1)"), [IMAGE]),
    "topk": lambda: (steps(nn.Linear(8, 5), "a.topk(2, 1)"), [(1, 8)]),
    "softmax": lambda: (steps(nn.Linear(8, 40), nn.Softmax(1)), [(1, 8)]),
    "one dimension": lambda: (steps(nn.Conv1d(6, 8, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(8, 5, 3)), [(1, 6, 20)]),
    "three dimensions": lambda: (steps(nn.Conv3d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv3d(6, 4, 3)), [(1, 3, 5, 9, 8)]),
    "LSTM": lambda: (steps(LastOf(nn.LSTM(8, 6, batch_first=True)), nn.Linear(6, 5)), [(1, 7, 8)]),
    "GRU": lambda: (steps(LastOf(nn.GRU(8, 6, batch_first=True)), nn.Linear(6, 5)), [(1, 7, 8)]),
    "three in a batch": lambda: (steps(conv(), nn.ReLU(), "a.mean(3).mean(2)", nn.Linear(8, 5)), [(3,) + IMAGE[1:]]),
    "two inputs, two outputs": lambda: (steps("(torch.cat([a, b], 1), a + b)", "(F.relu(a), torch.exp(-b * b))"), [IMAGE, IMAGE]),
}


@pytest.fixture(scope="module")
def runtime(checkout):
    return str(locked_tools(checkout / RUNTIME, checkout) / "python")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_mode_runs_in_both_runtimes_and_keeps_the_gate(name, tmp_path, runtime):
    torch.manual_seed(4)
    network, shapes = NETWORKS[name]()
    network.eval()
    inputs = tuple(TensorFacts("input_{}".format(number), "float32", shape, published(len(shape)))
                   for number, shape in enumerate(shapes))
    probes = make_probes(inputs, 4)
    with torch.no_grad():
        reference = [tuple(each.numpy() for each in network(*map(torch.from_numpy, probe.inputs))) for probe in probes]
    graph = exported(network, inputs, ["output_{}".format(number) for number in range(len(reference[0]))])
    outputs = tuple(TensorFacts(each, graph.dtypes.get(each, "float32"), graph.shapes[each], published(len(graph.shapes[each])))
                    for each in graph.outputs)
    found = judged_modes(graph, Asked(inputs, outputs, probes, reference), tmp_path, runtime)
    assert not found.wrong and not found.broken_limits
    assert min(found.snr_between_runtimes.values()) > ALIKE
