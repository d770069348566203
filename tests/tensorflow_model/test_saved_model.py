"""The SavedModel: lean, loads everywhere, takes any batch."""
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from small_models import assert_close, expected, inputs_for, two_by_two_graph

from job.errors import StageFailed
from job.tensorflow_model.describe import describe_saved_model
from job.tensorflow_model.graph import lean_network
from job.tensorflow_model.runners import SavedModelRunner
from job.tensorflow_model.saved_model import write_saved_model

VARIABLES = 9  # of two_by_two: four kernels and three biases of layers, the depthwise kernel and bias


def test_any_batch(written):
    inputs = inputs_for(written.model, batch=3)
    names = ["image", "side"], ["scores", "features"]
    with SavedModelRunner(written.folder / "saved_model" / "1", *names) as run:
        assert_close(run(*inputs), expected(written.model, inputs))


def test_one_copy_of_the_network_and_what_restores_it(written):
    operators = describe_saved_model(written.folder, "saved_model/1").operators
    assert operators["Conv2D"] == 2
    assert operators["VarHandleOp"] == operators["AssignVariableOp"] == VARIABLES
    assert operators["RestoreV2"] == operators["SaveV2"] == 1
    assert not [name for name in operators if "Random" in name or name in ("TruncatedNormal", "VariableV2")]
    network = lean_network(written.model).graph_def.node
    assert sum(operators.values()) == len(network) + VARIABLES + 8


def test_what_it_declares(written):
    described = describe_saved_model(written.folder, "saved_model/1")
    declared = described.inputs + described.outputs
    assert [(each["name"], each["shape"], each["dtype"]) for each in declared] == [
        ("image", [None, 7, 9, 3], "float32"), ("side", [None, 5], "float32"),
        ("features", [None, 3, 8, 8], "float32"), ("scores", [None, 150], "float32")]


def test_a_restored_model_can_be_saved_again(written, tmp_path):
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        tf.compat.v1.saved_model.load(session, ["serve"], str(written.folder / "saved_model" / "1"))
        assert len(tf.compat.v1.trainable_variables()) == VARIABLES
        tf.compat.v1.train.Saver().save(session, str(tmp_path / "again"))
    reader = tf.train.load_checkpoint(str(tmp_path / "again"))
    np.testing.assert_array_equal(reader.get_tensor("conv/kernel"), written.model.weights["conv/kernel"])


def test_layers_that_share_their_weights_have_one_variable(tmp_path):
    """Others stay, though their values are equal: whoever trains it further would tie them."""
    model = two_by_two_graph()
    bias, ones = np.random.RandomState(1).randn(150).astype(np.float32), np.ones(8, np.float32)
    shared = model._replace(weights=dict(model.weights, **{
        "dense/bias": bias, "side_dense/bias": bias, "conv/bias": ones, "depthwise/bias": ones.copy()}))
    write_saved_model(shared, tmp_path / "saved_model")
    assert describe_saved_model(tmp_path, "saved_model").operators["VarHandleOp"] == VARIABLES - 1
    inputs = inputs_for(shared, batch=2)
    with SavedModelRunner(tmp_path / "saved_model", ["image", "side"], ["scores", "features"]) as run:
        assert_close(run(*inputs), expected(shared, inputs))


def test_a_weight_that_does_not_fit_is_named(tmp_path):
    model = two_by_two_graph()
    wrong = dict(model.weights, **{"conv/bias": np.zeros(9, np.float32)})
    del wrong["dense/kernel"]
    with pytest.raises(StageFailed) as raised:
        write_saved_model(model._replace(weights=wrong), tmp_path / "m")
    assert "conv/bias has shape [8], its value is float32 [9]" in raised.value.message
    assert "dense/kernel has no value" in raised.value.message


ASK = """
import sys
import numpy as np
import tensorflow as tf
folder, inputs, answers = sys.argv[1:]
if tf.__version__.startswith("1."):
    tf.compat.v1.enable_eager_execution()
model = tf.compat.v2.saved_model.load(folder, ["serve"])
run = model.signatures["serving_default"]
named = run(**{name: tf.constant(value) for name, value in np.load(inputs).items()})
np.savez(answers, variables=len(model.variables), **{name: value.numpy() for name, value in named.items()})
"""


def ask(python: str, written, tmp_path: Path) -> None:
    inputs = inputs_for(written.model, batch=2)
    np.savez(str(tmp_path / "inputs.npz"), image=inputs[0], side=inputs[1])
    files = [written.folder / "saved_model" / "1", tmp_path / "inputs.npz", tmp_path / "answers.npz"]
    subprocess.run([python, "-c", ASK, *map(str, files)], check=True, timeout=120, cwd=str(tmp_path))
    answers = np.load(str(tmp_path / "answers.npz"))
    assert answers["variables"] == VARIABLES
    assert_close([answers["scores"], answers["features"]], expected(written.model, inputs))


def test_load_v2_of_this_tensorflow(written, tmp_path):
    ask(sys.executable, written, tmp_path)


def test_a_current_tensorflow(written, tmp_path, current_tensorflow):
    ask(current_tensorflow, written, tmp_path)
