"""Activations and norms that image models are full of: the fewest operators, and such as calibrated int8 takes."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tensorflow.lite.python import lite_constants
from tensorflow.lite.python.optimize import calibrator
from torch import nn

from job.tensorflow_model.runners import TFLiteRunner
from tests.operators.case import MAP, drawn, of
from tests.operators.conversion import converted

LEAST_SNR = 20.0  # dB, of eight bits on noise


def _h_swish(x):
    return x * F.relu6(x + 3) / 6


def _shuffled(x):
    batch, channels, height, width = x.shape
    return x.view(batch, 4, channels // 4, height, width).transpose(1, 2).contiguous().view(batch, -1, height, width)


def _between(middle):
    """Between two convolutions, as it stands in a network."""
    return lambda: nn.Sequential(nn.Conv2d(6, 8, 3), middle(), nn.Conv2d(8, 5, 1))


ROWS = [
    ("h-swish", of(_h_swish), "ADD MUL MUL"),
    ("h-swish, its gate first", of(lambda x: x * (F.relu6(x + 3) / 6)), "ADD MUL MUL"),
    ("h-swish between convolutions", _between(of(_h_swish)), "CONV_2D ADD MUL CONV_2D"),
    ("h-sigmoid", of(lambda x: F.relu6(x + 3) / 6), "ADD MUL"),
    ("h-sigmoid between convolutions", _between(of(lambda x: F.relu6(x + 3) / 6)), "CONV_2D CONV_2D"),
    ("what is left of one", of(lambda x: 1 - x), "MUL ADD"),
    ("swish", of(lambda x: x * torch.sigmoid(x)), "LOGISTIC MUL"),
    ("swish between convolutions", _between(of(lambda x: x * torch.sigmoid(x))), "CONV_2D LOGISTIC MUL CONV_2D"),
    ("group norm", drawn(nn.GroupNorm, 3, 6), "MEAN CONV_2D SUB MUL MEAN CONV_2D SQRT DIV MUL ADD"),
    ("group norm, plain", drawn(nn.GroupNorm, 3, 6, affine=False), "MEAN CONV_2D SUB MUL MEAN CONV_2D SQRT DIV"),
    ("group norm between convolutions", _between(drawn(nn.GroupNorm, 4, 8, affine=False)),
     "CONV_2D MEAN CONV_2D SUB MUL MEAN CONV_2D SQRT DIV CONV_2D"),
    ("group norm of one group", drawn(nn.GroupNorm, 1, 6), "MEAN SUB MUL MEAN ADD SQRT DIV MUL ADD"),
    ("instance norm", drawn(nn.InstanceNorm2d, 6), "MEAN SUB MUL MEAN ADD SQRT DIV"),
    ("channel shuffle", of(lambda x: x.view(2, 3, 2, 9, 7).transpose(1, 2).contiguous().view(2, 6, 9, 7)), "GATHER"),
    ("channel shuffle between convolutions", _between(of(_shuffled)), "CONV_2D GATHER CONV_2D"),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_operators_and_int8(row, tmp_path):
    _, build, operators = row
    torch.manual_seed(0)
    assert " ".join(converted(build(), [MAP], tmp_path).operators) == operators
    inputs = [np.random.RandomState(seed).randn(2, 9, 7, 6).astype(np.float32) * 2 for seed in range(4)]
    floats = (tmp_path / "model.tflite").read_bytes()
    (tmp_path / "int8.tflite").write_bytes(calibrator.Calibrator(floats).calibrate_and_quantize(
        lambda: ([x] for x in inputs), lite_constants.FLOAT, lite_constants.FLOAT, True))
    answer, quantised = (_answer(tmp_path / file, inputs[0]) for file in ("model.tflite", "int8.tflite"))
    assert 10 * np.log10(np.sum(answer ** 2) / np.sum((quantised - answer) ** 2)) > LEAST_SNR


def _answer(file, x):
    with TFLiteRunner(file) as run:
        return run(x)[0].astype(np.float64)
