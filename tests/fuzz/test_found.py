"""What random networks have found: the smallest form of each, which once came out wrong or ended toco."""
import numpy as np
import pytest
import torch
from torch import nn

from tests.fuzz.expression import Expression
from tests.fuzz.layers import norm
from tests.operators.conversion import converted

OF_RANGE = 1e-5


class Steps(nn.Module):
    """Modules in a row; all that the named ones make are outputs, and what the last one makes."""

    def __init__(self, *steps: nn.Module, outputs=()) -> None:
        super().__init__()
        self.steps, self.outputs = nn.ModuleList(steps), outputs

    def forward(self, *inputs: torch.Tensor):
        made = []
        for step in self.steps:
            value = step(*inputs)
            inputs = value if isinstance(value, (tuple, list)) else (value,)
            made.append(inputs[0])
        return tuple(made[place] for place in self.outputs) + tuple(inputs)


def steps(*parts, outputs=()):
    return Steps(*(Expression(part) if isinstance(part, str) else part for part in parts), outputs=outputs)


FOUND = {
    "a bias after a Reshape, one in the batch": (lambda: steps(nn.Linear(13, 8)), [(1, 1, 13)]),
    "one number a column after a flatten": (lambda: steps("a.view(1, 12)", norm(nn.BatchNorm1d, 12)), [(1, 2, 3, 2)]),
    "a Reshape that is an output, read by another": (
        lambda: steps(nn.Conv1d(6, 1, 1), "a.contiguous().view(2, 1)", "torch.cat([a, a], 1)", outputs=(0,)), [(2, 6, 1)]),
    "a Transpose after Linear's Reshape": (lambda: steps(nn.Linear(1, 8), "a.permute(2, 1, 0)"), [(3, 1, 1)]),
    "a pool after Linear, one in the batch": (lambda: steps(nn.Linear(9, 8), nn.AvgPool1d(4, 3)), [(1, 28, 9)]),
    "ReLU of the second part alone": (lambda: steps("F.relu(a.split([2, 4], 1)[1])"), [(2, 6, 9)]),
    "an input joined to itself, scaled": (lambda: steps("torch.cat([a, a], 1)", "a - a.mean(1, keepdim=True)"), [(2, 6, 9)]),
    "an inner axis cut, then a convolution": (lambda: steps("a[:, -1:6]", nn.Conv1d(1, 3, 4, 2, 1)), [(3, 6, 9)]),
    "the batch beside another axis, of five": (lambda: steps("a.unsqueeze(2) + b"), [(1, 4, 3, 4), (1, 2, 1, 4)]),
    "the batch for a height": (lambda: steps("a.permute(2, 3, 1, 0)", nn.Conv2d(5, 3, (3, 4), padding=(1, 2), dilation=(2, 1))),
                               [(1, 8, 9, 5)]),
    "an output, times a number, that a layer reads": (
        lambda: steps("a / 3", nn.Linear(6, 4), outputs=(0,)), [(2, 6)]),
    "a bias that is an output, then a convolution": (
        lambda: steps(nn.Linear(2, 4), nn.Conv1d(1, 1, 3, 3, 1), outputs=(0,)), [(1, 1, 2)]),
    "one tensor stacked with itself, scaled": (
        lambda: steps(nn.ConvTranspose1d(6, 2, 4), "torch.stack([a, a], 1)", "a * a.mean([2, 3], keepdim=True)"), [(2, 6, 4)]),
    "an output of five axes whose batch moves": (
        lambda: steps("a.contiguous().view(1, 3, 4, 2, 2)", "a.permute(1, 0, 4, 2, 3) * 0.7", outputs=(0,)), [(1, 4, 6, 2)]),
    "five axes of ones that a constant enlarges": (
        lambda: steps("a.view(2, 1, 7, 1, 1)", Expression("a + k", (1, 6))), [(2, 7)]),
    "a bias of five axes after a Reshape": (
        lambda: steps("F.relu(a)", "a.contiguous().view(1, 2, 1, 3, 1)", Expression("F.relu(a + k)", (1, 2, 1, 3, 1))),
        [(1, 6, 1)]),
    "a mask that enlarges the batch": (lambda: steps(Expression("a.masked_fill(k > 0.5, 0.25)", (2, 1, 1, 1))), [(2, 9, 3)]),
    "a mask whose batch stands beside another axis, then a height": (
        lambda: steps("b.masked_fill(a > 0.5, 0.25)", "a.permute(0, 3, 1, 2)", nn.Conv2d(4, 3, 1)), [(2, 1, 1, 4), (2, 4)]),
    "a norm of a plain area": (
        lambda: steps("torch.cat([a[:, :1], a[:, 1:] * 0 + 0.237], 1)", nn.InstanceNorm2d(4)), [(1, 4, 99, 7)]),
    "a mean of a plain area": (
        lambda: steps("torch.cat([a[:, :1], a[:, 1:] * 0 + 0.237], 1)", nn.AdaptiveAvgPool2d(1)), [(1, 4, 113, 110)]),
    "a number where five axes are large": (lambda: steps("a.masked_fill(a > 0.5, 0.25)"), [(2, 3, 4, 1, 5)]),
    "Linear over the last of five axes, twice an output": (
        lambda: steps(nn.Linear(1, 6, bias=False), "torch.cat([a, a], 2)", outputs=(0,)), [(1, 4, 5, 3, 1)]),
}


@pytest.mark.parametrize("name", FOUND)
def test_found(name, tmp_path):
    torch.manual_seed(1)
    build, shapes = FOUND[name]
    module = build()
    outputs = 1 + len(module.outputs)
    result = converted(module, shapes, tmp_path, outputs)
    for expected, keras, tflite in zip(result.pytorch, result.keras, result.tflite):
        for wanted, *got in zip(expected, keras, tflite):
            for answer in got:
                assert answer.shape == wanted.shape
                assert np.abs(answer - wanted).max() <= OF_RANGE * np.ptp(wanted)
