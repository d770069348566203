"""A transposed convolution that TensorFlow's SAME says is one operator, and its bias another."""
import pytest
import torch
from torch import nn

from tests.operators.case import MAP
from tests.operators.conversion import converted

ROWS = [
    ("4x4 in generators", dict(kernel_size=4, stride=2, padding=1), "TRANSPOSE_CONV ADD"),
    ("unequal", dict(kernel_size=(4, 2), stride=(2, 1), padding=(1, 0), bias=False), "TRANSPOSE_CONV STRIDED_SLICE"),
    ("unequal, both cut alike", dict(kernel_size=(4, 3), stride=(2, 1), padding=1, bias=False), "TRANSPOSE_CONV"),
    ("6x6", dict(kernel_size=6, stride=2, padding=2, bias=False), "TRANSPOSE_CONV"),
    ("dilated", dict(kernel_size=3, dilation=2, padding=2, bias=False), "TRANSPOSE_CONV"),
    ("nothing to cut", dict(kernel_size=2, stride=2, bias=False), "TRANSPOSE_CONV"),
    ("more cut at the front", dict(kernel_size=3, stride=2, padding=1, output_padding=1), "TRANSPOSE_CONV STRIDED_SLICE ADD"),
    ("more cut at both ends", dict(kernel_size=4, stride=2, padding=2), "TRANSPOSE_CONV STRIDED_SLICE ADD"),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_operators(row, tmp_path):
    _, options, operators = row
    torch.manual_seed(0)
    assert " ".join(converted(nn.ConvTranspose2d(6, 5, **options), [MAP], tmp_path).operators) == operators
