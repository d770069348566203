"""What toco 1.14 would swap wrongly is kept from it; all else is left as it is."""
import numpy as np
import pytest
import tensorflow as tf

from job.tensorflow_model.toco_guards import guarded


def changed_to(build, shape):
    """The operators before and after, of a network of one input; both give the same answer."""
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, shape, "x")
        tf.identity(build(x), "y")
    before = graph.as_graph_def()
    after = guarded(before, ())
    value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    assert np.array_equal(_run(before, value), _run(after, value))
    return [[node.op for node in each.node if node.op not in ("Placeholder", "Const", "Identity")] for each in (before, after)]


def _run(graph_def, value):
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return session.run("y:0", {"x:0": value})


@pytest.mark.parametrize("build, shape", [
    (lambda x: tf.transpose(tf.reshape(x, (1, 4, 6)), (0, 2, 1)), (4, 6)),
    (lambda x: tf.transpose(tf.nn.relu(tf.reshape(x, (4, 1, 6))) + np.float32(2), (2, 1, 0)), (4, 6)),
    (lambda x: tf.transpose(tf.transpose(x, (1, 0, 2)), (0, 2, 1)), (1, 4, 6)),
    (lambda x: tf.transpose(tf.reshape(tf.reshape(x, (24,)), (4, 6)), (1, 0)), (4, 1, 6)),
    (lambda x: tf.matmul(np.ones((2, 4), np.float32), tf.reshape(x, (4, 6))), (1, 4, 6)),
], ids=["one axis more", "past other operators", "a Transpose of ones", "two Reshapes that toco makes one",
        "the right side of a product"])
def test_a_transpose_of_moved_ones_is_padded(build, shape):
    before, after = changed_to(build, shape)
    assert after.count("Pad") == 1
    assert [op for op in after if op != "Pad"] == before


@pytest.mark.parametrize("build, shape", [
    (lambda x: tf.reshape(x, (1, 3, 4)) + np.ones(4, np.float32), (1, 12)),
    (lambda x: tf.maximum(tf.nn.relu(tf.reshape(x, (2, 3, 4))), np.ones((3, 4), np.float32)), (2, 12)),
], ids=["one a column", "one an element"])
def test_a_constant_that_fits_only_the_new_shape_is_said_longer(build, shape):
    before, after = changed_to(build, shape)
    assert len(after) == len(before) + 1 and after.count("Reshape") == 2 and "Pad" not in after


def test_a_constant_that_fits_in_any_length_is_padded():
    before, after = changed_to(lambda x: tf.reshape(x, (1, 12)) + np.ones(12, np.float32), (1, 3, 4))
    assert after.count("Pad") == before.count("Pad") + 1


def test_an_output_that_toco_would_fold_away_is_padded():
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, (4, 6), "x")
        scaled, moved = x * np.float32(0.3), x + np.ones(6, np.float32)
        for name, value in (("read", scaled), ("row", moved), ("alone", x * np.float32(2)),
                            ("y", tf.matmul(scaled, np.ones((6, 2), np.float32)) + tf.reduce_sum(moved))):
            tf.identity(value, name)
    after = guarded(graph.as_graph_def(), ())
    assert [node.name for node in after.node if node.op == "Pad"] == ["read"]


def test_one_tensor_joined_to_itself_is_padded_once():
    before, after = changed_to(lambda x: tf.concat([tf.identity(x), tf.reshape(x, (4, 6))], 1) * np.float32(2), (4, 6))
    assert after == ["Reshape", "Pad", "ConcatV2", "Mul"]


def test_a_reshape_of_an_output_that_toco_makes_one_is_padded():
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, (4, 6), "x")
        moved = tf.nn.relu(tf.reshape(x, (1, 4, 6)))
        tf.identity(moved, "first")
        tf.identity(tf.reshape(moved, (1, 4, 6, 1)), "y")
    after = guarded(graph.as_graph_def(), ())
    assert [node.op for node in after.node].count("Pad") == 1


def test_a_reshape_reads_no_reshape():
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, (4, 6), "x")
        tf.identity(tf.reshape(tf.reshape(tf.reshape(x, (24,)), (2, 12)), (3, 8), "last"), "y")
    after = guarded(graph.as_graph_def(), ())
    assert [node.input[0] for node in after.node if node.name == "last"] == ["x"]


@pytest.mark.parametrize("build, shape", [
    (lambda x: tf.transpose(tf.reshape(x, (2, 3, 4)), (0, 2, 1)), (4, 6)),
    (lambda x: tf.transpose(tf.exp(x), (0, 2, 1)), (1, 4, 6)),
    (lambda x: tf.transpose(tf.sigmoid(tf.reshape(x, (1, 4, 6))), (0, 2, 1)), (4, 6)),
    (lambda x: tf.reshape(x, (1, 4, 6)) + np.ones(6, np.float32), (4, 6)),
    (lambda x: tf.reshape(x, (2, 3, 4)) * np.float32(2), (4, 6)),
    (lambda x: tf.reshape(x, (2, 3, 4)) * np.ones((1, 1, 4), np.float32), (4, 6)),
    (lambda x: tf.split(tf.reshape(x, (1, 4, 6)), 2, 1)[1] + np.ones(6, np.float32), (4, 6)),
], ids=["elements", "no Reshape", "toco moves nothing past it", "a row fits both", "a number", "not the end of it", "parts"])
def test_others_stay(build, shape):
    before, after = changed_to(build, shape)
    assert after == before
