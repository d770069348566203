"""Every row of the tables: converts and agrees with PyTorch, or is refused by name."""
import numpy as np
import pytest
import torch

from job.errors import UnsupportedModel
from tests.operators import cases, cases_rank5, rows
from tests.operators.conversion import converted

OF_RANGE = 2e-5
CASES = cases.CASES + cases_rank5.CASES + rows.CASES


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_operator(case, tmp_path):
    torch.manual_seed(0)
    module = case.build()
    if case.refused:
        with pytest.raises(UnsupportedModel) as refusal:
            converted(module, case.shapes, tmp_path, case.outputs)
        assert case.refused in refusal.value.message
        return
    conversion = converted(module, case.shapes, tmp_path, case.outputs)
    assert len(conversion.pytorch) >= 3
    for stage in (conversion.onnx, conversion.keras, conversion.tflite):
        for reference, answer in zip(conversion.pytorch, stage):
            assert len(reference) == len(answer) == case.outputs
            for expected, value in zip(reference, answer):
                _assert_close(expected, value)


def _assert_close(expected, value):
    assert value.shape == expected.shape
    if expected.dtype.kind != "f":
        assert np.array_equal(expected, value)
        return
    spread = float(expected.max() - expected.min())
    assert spread > 0, "a constant shows nothing"
    assert np.abs(expected.astype(np.float64) - value).max() <= OF_RANGE * spread
