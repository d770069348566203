"""Every row: ONNX Runtime's answers, and the operators that it should cost."""
import numpy as np
import pytest

from job.onnx_model.passes import canonical
from job.onnx_model.runtime import run_graph
from job.parity.probes import make_probes
from tests.operators.attributes import ROWS
from tests.operators.conversion import made_from, tensor_facts, written_and_read

OF_RANGE = 2e-5


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_attributes(row, tmp_path):
    before = row.graph()
    inputs = tuple(tensor_facts(name, before.shapes[name], before.dtypes.get(name, "float32")) for name in before.inputs)
    probes = make_probes(inputs, 2)
    made = made_from(written_and_read(canonical(before), tmp_path), inputs, probes, tmp_path)
    for probe, *answers in zip(probes, made.keras, made.tflite):
        reference = run_graph(before, probe.inputs)
        for answer in answers:
            assert len(answer) == len(reference)
            for expected, value in zip(reference, answer):
                _assert_close(expected, value)
    assert " ".join(made.operators) == row.operators
    assert (made.batch_fixed_by == "") == row.batch_is_free


def _assert_close(expected, value):
    assert value.shape == expected.shape
    if expected.dtype.kind != "f":
        assert np.array_equal(expected, value)
    else:
        spread = float(np.ptp(expected) if expected.size > 1 else np.abs(expected).max())
        assert spread > 0, "a constant shows nothing"
        assert np.abs(expected.astype(np.float64) - value).max() <= OF_RANGE * spread
