"""Counts of operators and nodes, against TensorFlow's own reading of the same files."""
import numpy as np
import pytest
import tensorflow as tf
from benchmarks.files import count_nodes, count_operators
from tensorflow.lite.python import convert
from tensorflow.lite.toco.python.tensorflow_wrap_toco import TocoConvert


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    """A padded convolution, a transpose and a sum: four operators, two of them plumbing."""
    folder = tmp_path_factory.mktemp("counted") / "saved_model"
    kernel = np.random.RandomState(0).normal(size=(3, 3, 2, 4)).astype(np.float32)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.placeholder(tf.float32, (1, 5, 7, 2))
        padded = tf.pad(x, [[0, 0], [1, 0], [0, 1], [0, 0]])
        y = tf.transpose(tf.nn.conv2d(padded, kernel, 1, "VALID"), [0, 2, 1, 3])
        tf.compat.v1.saved_model.simple_save(session, str(folder), {"x": x}, {"y": tf.reduce_sum(y, axis=3)})
    return folder


def converted(saved_model):
    """The `.tflite` bytes, made in this process: toco as a program of its own need not be on PATH."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(saved_model))
        signature = loaded.signature_def["serving_default"]
        x, y = signature.inputs["x"], signature.outputs["y"]
        tensors = [[session.graph.get_tensor_by_name(each.name)] for each in (x, y)]
        model_flags, toco_flags = convert.build_toco_convert_protos(*tensors)
        messages = model_flags, toco_flags, session.graph_def
    return TocoConvert(*[message.SerializeToString() for message in messages])


def test_operators_of_a_tflite_file(saved_model, tmp_path):
    data = converted(saved_model)
    tflite_file = tmp_path / "counted.tflite"
    tflite_file.write_bytes(data)
    assert count_operators(tflite_file) == (4, 2, len(data))


def test_nodes_of_a_saved_model(saved_model):
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        definition = tf.compat.v1.saved_model.load(session, ["serve"], str(saved_model)).graph_def
        assert count_nodes(saved_model / "saved_model.pb") == len(definition.node)
        assert len(graph.get_operations()) == len(definition.node)
