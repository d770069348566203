"""What code of today's PyTorch may use: it answers as PyTorch 2.13 does, and converts."""
import numpy as np
import pytest
import torch

from job.architectures.user_code import build_from_code
from tests.model_code.by_command import write_code
from tests.operators.conversion import converted

X = [-6.0, -2.5, -0.5, 0.0, 0.3, 1.7, 7.0]
ANSWERS = {  # of PyTorch 2.13
    "GELU()": [-0.0, -0.01552418, -0.1542688, 0.0, 0.1853734, 1.624239, 7.0],
    "GELU(approximate='tanh')": [-0.0, -0.0150843, -0.154286, 0.0, 0.1853709, 1.624106, 7.0],
    "SiLU(inplace=True)": [-0.01483574, -0.1896455, -0.1887703, 0.0, 0.1723328, 1.437409, 6.993623],
    "Mish()": [-0.01485408, -0.1968162, -0.2207438, 0.0, 0.2080014, 1.620768, 6.999989],
    "Hardswish()": [-0.0, -0.2083333, -0.2083333, 0.0, 0.165, 1.331667, 7.0],
    "Hardsigmoid(True)": [0.0, 0.08333334, 0.4166667, 0.5, 0.55, 0.7833333, 1.0],
}
FUNCTIONS = {"gelu": "GELU()", "silu": "SiLU(inplace=True)", "mish": "Mish()", "hardswish": "Hardswish()",
             "hardsigmoid": "Hardsigmoid(True)"}
NETWORK = """
import torch.nn.functional as F
from torch.nn import Conv2d, Flatten, GELU, Hardsigmoid, Hardswish, Linear, Mish, Sequential, SiLU

class make(Sequential):
    def __init__(self):
        super().__init__(Conv2d(6, 4, 3), GELU(), SiLU(), Mish(), Hardswish(), Hardsigmoid(), Flatten(), Linear(140, 3))
    def forward(self, x):
        return F.gelu(super().forward(x), approximate="tanh")
"""


def built(tmp_path, text):
    write_code(tmp_path, {"net.py": text})
    return build_from_code(tmp_path / "net.py", "make", {})


@pytest.mark.parametrize("module", sorted(ANSWERS))
def test_modules(tmp_path, module):
    answer = built(tmp_path, "from torch import nn\nmake = lambda: nn." + module)(torch.tensor(X))
    np.testing.assert_allclose(answer, ANSWERS[module], atol=1e-6)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_functions(tmp_path, function):
    network = built(tmp_path, "import torch\nclass make(torch.nn.Module):\n    def forward(self, x):\n"
                              "        return torch.nn.functional.{}(x)".format(function))
    np.testing.assert_allclose(network(torch.tensor(X)), ANSWERS[FUNCTIONS[function]], atol=1e-6)


def test_a_network_of_them_converts(tmp_path):
    conversion = converted(built(tmp_path, NETWORK), [(2, 6, 9, 7)], tmp_path)
    for expected, answer in zip(conversion.pytorch, conversion.tflite):
        assert np.ptp(expected[0]) > 0
        np.testing.assert_allclose(answer[0], expected[0], atol=2e-5 * np.ptp(expected[0]))
