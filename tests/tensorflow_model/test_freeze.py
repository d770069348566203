"""The frozen graph's bytes, partly written by hand, are those of a GraphDef."""
import numpy as np
import pytest
import tensorflow as tf
from small_models import two_by_two_graph

from job.errors import StageFailed
from job.tensorflow_model import freeze
from job.tensorflow_model.freeze import frozen_graph


def test_it_parses_and_holds_the_weights_to_the_bit():
    model = two_by_two_graph()
    parsed = tf.compat.v1.GraphDef.FromString(frozen_graph(model, batch=2).serialized())
    constants = {node.name: tf.make_ndarray(node.attr["value"].tensor)
                 for node in parsed.node if node.op == "Const"}
    for name, value in model.weights.items():
        np.testing.assert_array_equal(constants[name], value)
    assert not [node for node in parsed.node if node.op == "VariableV2"]
    shapes = {node.name: [dim.size for dim in node.attr["shape"].shape.dim]
              for node in parsed.node if node.op == "Placeholder"}
    assert shapes == {"image": [2, 7, 9, 3], "side": [2, 5]}
    with tf.Graph().as_default():
        tf.import_graph_def(parsed, name="")


def test_weights_in_another_memory_order_are_written_in_the_right_one():
    model = two_by_two_graph()
    turned = {name: np.asfortranarray(value) for name, value in model.weights.items()}
    assert frozen_graph(model._replace(weights=turned), 1).serialized() == frozen_graph(model, 1).serialized()


def test_what_protobuf_cannot_hold_is_refused(monkeypatch):
    monkeypatch.setattr(freeze, "LARGEST", 1000)
    with pytest.raises(StageFailed, match="the weights have .* bytes, and a .tflite ends at 2 GiB"):
        frozen_graph(two_by_two_graph(), 1)


@pytest.mark.parametrize("value, wire", [(0, b"\0"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")])
def test_varint(value, wire):
    assert freeze._varint(value) == wire
