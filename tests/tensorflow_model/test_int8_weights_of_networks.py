"""Weights in 8 bits are TensorFlow's own, of all operator rows that have enough of them, and of whole networks."""
import pytest
import torch
from graphs_of_modules import frozen
from own_step import constants, tensorflows

from job.tensorflow_model.flatbuffer.tflite_file import LAYERS
from job.tensorflow_model.quantised.int8_weights import with_int8_weights
from tests.models import seeded_module
from tests.operators.test_operators import CASES

NETWORKS = ("mobilenet_v2", "resnet18", "mobilenetv3_small", "shufflenet_v2_x0_5", "squeezenet1_1", "lraspp_mobilenet_v3_large")
SHAPE = (1, 3, 96, 64)
FEWEST = 1024  # weights that TensorFlow puts into 8 bits


def has_enough(case) -> bool:
    module = None if case.refused else case.build()
    return isinstance(module, torch.nn.Module) and any(value.numel() >= FEWEST for value in module.state_dict().values())


ROWS = [case for case in CASES if has_enough(case)]


def compare(graph):
    """How many weights are in 8 bits. What 1.14 turns back, or computes wrongly, is not."""
    float32, theirs = tensorflows(graph, False), tensorflows(graph, True)
    ours = with_int8_weights(float32)
    served = {float32.tensors[operator.inputs[1]].name for operator in float32.operators
              if operator.name != "DEPTHWISE_CONV_2D" and max(operator.dilations, default=1) == 1 and operator.name in LAYERS}
    wanted = {name: tensor for name, tensor in constants(theirs, "int8").items() if name in served}
    assert constants(ours, "int8") == wanted
    kept = {name: tensor for name, tensor in constants(float32, "float32").items() if name not in wanted}
    assert constants(ours, "float32") == kept
    known = [(operator.name, operator.version) for operator in theirs.operators if operator.name != "DEQUANTIZE"]
    assert [(operator.name, operator.version) for operator in ours.operators] == known
    return len(wanted)


@pytest.mark.parametrize("case", ROWS, ids=[case.id for case in ROWS])
def test_rows(case, tmp_path):
    torch.manual_seed(0)
    compare(frozen(case.build(), case.shapes, tmp_path, case.outputs))


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name, tmp_path):
    assert compare(frozen(seeded_module(name, shape=SHAPE), [SHAPE], tmp_path)) > 10
