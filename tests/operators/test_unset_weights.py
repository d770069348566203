"""The walk lays a variable and its read for each weight, under Keras' names, and nothing that would set it."""
from collections import Counter

import torch
from keras.engine import Layer

from job.axes import published
from job.keras_model.walk import keras_model_from_onnx
from job.values import TensorFacts
from tests.operators.conversion import exported, written_and_read

WEIGHTS = ["0/bias", "0/kernel", "2/bias", "2/kernel"]


def test_no_node_but_the_networks_own(tmp_path):
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3), torch.nn.ReLU(), torch.nn.Conv2d(5, 7, (1, 2))).eval()
    facts = TensorFacts("x", "float32", (1, 3, 8, 9), published(4))
    before = Layer.add_weight
    network = keras_model_from_onnx(written_and_read(exported(module, (facts,), ["y"]), tmp_path)).network
    nodes = Counter(node.op for node in network.graph.as_graph_def().node)
    assert nodes["VariableV2"] == len(WEIGHTS) and not nodes["Assign"] and not nodes["Const"]
    assert sorted(network.weights) == WEIGHTS
    assert all(network.graph.get_tensor_by_name(name + "/read:0").op.inputs[0].op.name == name for name in WEIGHTS)
    assert Layer.add_weight is before
