"""Every form in every stage, against ONNX Runtime with the model as it is."""
import numpy as np
import onnxruntime
import pytest

from tests.onnx_backend.forms import FORMS, drawn
from tests.onnx_backend.judging import answers_of, differences


@pytest.mark.parametrize("form", FORMS, ids=[form.id for form in FORMS])
def test_form(form, tmp_path):
    model = form.model().SerializeToString()
    inputs = {name: drawn(*shape) for name, shape in form.inputs.items()}
    expected = onnxruntime.InferenceSession(model).run(None, inputs)
    assert all(np.ptp(each) > 0 for each in expected), "a constant shows nothing"
    stages, _ = answers_of(model, list(inputs.values()), tmp_path)
    assert [stage for stage, _ in stages] == ["Keras", "TensorFlow Lite"]
    for stage, answers in stages:
        assert not differences(stage, expected, answers)
