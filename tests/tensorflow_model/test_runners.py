"""All forms of one model give the same answers, inside and out."""
import numpy as np
import pytest
from small_models import assert_close, expected, inputs_for

from job.tensorflow_model.runners import KerasRunner, SavedModelRunner, TFLiteRunner

NAMES = ["image", "side"], ["scores", "features"]


def runners(written):
    yield KerasRunner(written.model)
    yield SavedModelRunner(written.folder / "saved_model" / "1", *NAMES)
    yield TFLiteRunner(written.folder / "m.float32.tflite")


def test_every_runner_answers_as_keras_would(written):
    inputs = inputs_for(written.model)
    for each in runners(written):
        with each as run:
            assert_close(run(*inputs), expected(written.model, inputs))


def test_runners_do_not_change_the_graph(written):
    before = written.model.graph.as_graph_def().SerializeToString(deterministic=True)
    with KerasRunner(written.model) as run:
        run(*inputs_for(written.model))
    assert written.model.graph.as_graph_def().SerializeToString(deterministic=True) == before


def test_saved_model_runner_keeps_the_order_it_is_given(written):
    inputs = inputs_for(written.model)
    turned = ["side", "image"], ["features", "scores"]
    with SavedModelRunner(written.folder / "saved_model" / "1", *turned) as run:
        assert_close(run(*inputs[::-1]), expected(written.model, inputs)[::-1])


def test_dynamic_is_near_and_its_weights_are_int8(written):
    inputs = inputs_for(written.model)
    with TFLiteRunner(written.folder / "m.dynamic.tflite") as run:
        answers = run(*inputs)
    wanted = expected(written.model, inputs)[0]
    assert 0 < np.abs(answers[0] - wanted).max() < 0.05 * np.ptp(wanted)


def test_inner_values_are_the_same_under_the_same_name(written):
    inputs = inputs_for(written.model)
    keras, saved_model, tflite = runners(written)
    shared = [name for name in tflite.inner_names() if name in keras.inner_names()]
    assert shared == list(tflite.inner_names())
    assert len(shared) >= 6
    wanted = keras.inner_values(inputs, shared)
    for each in saved_model, tflite:
        values = each.inner_values(inputs, shared)
        assert list(values) == shared
        for name in shared:
            np.testing.assert_allclose(values[name], wanted[name], atol=1e-5, rtol=1e-5)


def test_inner_names_are_in_order_and_hold_no_weight(written):
    with KerasRunner(written.model) as run:
        names = run.inner_names()
    assert names.index("conv/convolution") < names.index("depthwise/depthwise") < names.index("features")
    assert not [name for name in names if "read" in name]


def test_the_greeting_is_not_logged(written, capfd):
    with TFLiteRunner(written.folder / "m.float32.tflite"):
        pass
    assert "Initialized TensorFlow Lite" not in capfd.readouterr().err


def test_another_shape_is_refused(written):
    with TFLiteRunner(written.folder / "m.float32.tflite") as run:
        with pytest.raises(ValueError):
            run(*inputs_for(written.model, batch=2))
