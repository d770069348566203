"""What code of today's PyTorch may use: it answers as PyTorch 2.13 does, in place too, and converts.

newer/make.py computes the other side, in a current PyTorch.
"""
import json
from pathlib import Path

import numpy as np
import pytest

from job.user_code import newer_activations, todays_pytorch
from job.user_code.factory import build_from_code
from tests.model_code.by_command import write_code
from tests.model_code.newer.rows import IN_PLACE, answered, rows
from tests.operators.conversion import converted

REFERENCES = json.loads((Path(__file__).with_name("newer") / "references.json").read_text())
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


READS_AGAIN = """
import torch.nn.functional as F
from torch.nn import Conv2d, Module

class make(Module):
    def __init__(self):
        super().__init__()
        self.conv = Conv2d(3, 4, 3)
    def forward(self, x):
        y = self.conv(x)
        z = F.{function}(y, inplace=True)
        v = y[:, 1:3]
        return y * 2 + z, y * F.{function}(v, inplace=True).mean(1, keepdim=True)
"""


@pytest.fixture(autouse=True, scope="module")
def provided():
    todays_pytorch.provide()


def test_every_function_and_module_has_rows_and_no_row_is_without_an_answer():
    assert sorted(rows()) == sorted([*newer_activations.FUNCTIONS, *newer_activations.MODULES, "Flatten"])
    assert {row for each in rows().values() for row in each} | {"torch"} == set(REFERENCES)


@pytest.mark.parametrize("row", sorted(row for each in rows().values() for row in each))
def test_it_answers_as_todays(row):
    answer, expected = answered(row), REFERENCES[row]
    assert (answer["shape"], answer["same"]) == (expected["shape"], expected["same"])
    np.testing.assert_allclose(answer["answer"], expected["answer"], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(answer["input"], expected["input"], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("text, shape, outputs", [(NETWORK, (2, 6, 9, 7), 1)] + [
    (READS_AGAIN.format(function=function), (1, 3, 6, 7), 2) for function in IN_PLACE.values()], ids=["all"] + list(IN_PLACE))
def test_a_network_of_them_converts(tmp_path, text, shape, outputs):
    write_code(tmp_path, {"net.py": text})
    conversion = converted(build_from_code(tmp_path / "net.py", "make", {}), [shape], tmp_path, outputs)
    for expected, answer in zip(conversion.pytorch, conversion.tflite):
        for ours, theirs in zip(answer, expected):
            assert np.ptp(theirs) > 0
            np.testing.assert_allclose(ours, theirs, atol=2e-5 * np.ptp(theirs))
