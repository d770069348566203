"""What opsets 21 to 28 brought and no older operator means exactly is refused by name."""
import numpy as np
import pytest
from onnx import helper

from job.errors import UnsupportedModel
from job.networks.onnx_file import FileNetwork
from job.onnx_model.opsets.newer.pools import may_begin_late
from job.onnx_model.reading import open_onnx
from job.settings.settings import Settings
from tests.onnx_backend.newer_forms import MAP, Row, ints
from tests.onnx_backend.small_models import model
from tests.onnx_backend.test_newer_opsets import answers, file_of

LATE = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1}
KEYS = {"k": MAP, "v": MAP}
GATES = {"s": np.ones(2, np.float32), "b": np.zeros(2, np.float32)}
ROWS = [
    (Row("GroupNormalization", 21, GATES, {"num_groups": 2}),
     "GroupNormalization of 4 channels with a scale or bias of shape (2,)"),
    (Row("Cast", 21, {}, {"to": 17}), "Cast to float8e4m3fn"), (Row("Cast", 21, {}, {"to": 22}), "Cast to int4"),
    (Row("Cast", 28, {}, {"to": 99}), "Cast to type 99"), (Row("Swish", 23), "operator Swish at y0"),
    (Row("RMSNormalization", 22, {"s": MAP[0, 0, 0]}), "operator RMSNormalization at y0"),
    (Row("QuantizeLinear", 21, {"s": MAP[0, 0, 0]}, {"axis": 3, "output_dtype": 3}),
     "operator QuantizeLinear: a model that is"),
    (Row("DequantizeLinear", 23, {"s": MAP[:, :, :, 0]}, {"block_size": 2}), "operator DequantizeLinear: a model that is"),
    (Row("Mod", 28, {"b": MAP[0]}), "Mod attribute fmod=0 of fractions"),
    (Row("BitCast", 26, {}, {"to": 6}), "operator BitCast at y0"),
    (Row("CumProd", 26, {"a": ints(1)}), "operator CumProd at y0"),
    (Row("LinearAttention", 27, KEYS), "operator LinearAttention at y0"),
    (Row("MaxPool", 22, {}, dict(LATE, auto_pad="VALID")), "auto_pad=VALID and ceil_mode=1"),
    (Row("AveragePool", 19, {}, {"kernel_shape": [2, 2], "dilations": [2, 2]}), "AveragePool attribute dilations"),
    (Row("AveragePool", 22, {}, {"kernel_shape": [2, 2], "dilations": [2, 2]}), "AveragePool attribute dilations"),
    (Row("AveragePool", 22, {}, {"kernel_shape": [4, 4], "strides": [3, 3], "ceil_mode": 1, "count_include_pad": 1}),
     "where a window ends behind the padding"),
    (Row("Attention", 23, KEYS, {}, outputs=4), "Attention with its scores as an output"),
    (Row("Attention", 23, KEYS, {"scale": -1.0}), "scale or softcap below zero"),
    (Row("Attention", 23, dict(KEYS, m=MAP[0, 0, :, :3])),
     "Attention with a mask of shape (6, 3) for scores of shape (2, 4, 6, 6)"),
    (Row("Attention", 24, dict(KEYS, m=np.ones((3, 1, 6, 6), bool))), "with a mask of shape (3, 1, 6, 6)"),
    (Row("Attention", 24, dict(KEYS, n=ints(3)), inputs=("x", "k", "v", "", "", "", "n")), "of 1 lengths for 2 rows"),
    (Row("Attention", 23, {}, x=np.zeros((1, 1, 1 << 15, 1), np.float32), inputs=("x", "x", "x")), "a tensor beyond 2 GiB"),
    (Row("SpaceToDepth", 28, {}, {"blocksize": 1 << 20, "mode": "CRD"}), "attribute blocksize=1048576 of a map of [6, 5]"),
    (Row("Attention", 23, {"k": MAP[:, :3], "v": MAP[:, :3]}), "Attention of 4 heads of queries and 3 of keys"),
    (Row("Attention", 25, KEYS, {"left_window_size": -2}), "left_window_size=-2"),
    (Row("Attention", 24, x=MAP[:, 0], inputs=("x", "x", "x")), "of rank 3 without q_num_heads"),
    (Row("RotaryEmbedding", 23, {"c": MAP[:, 0], "s": MAP[:, 0]}), "RotaryEmbedding of 5 of 5 numbers"),
    (Row("RotaryEmbedding", 23, {"c": MAP[:, 0], "s": MAP[:, 0]}, {"rotary_embedding_dim": 2}),
     "of 6 places with angles of shape"),
    (Row("TensorScatter", 24, {"u": MAP[:, :, :3], "i": ints(0, 4)}), "TensorScatter of 3 at [0, 4] of 6 places"),
]


@pytest.mark.parametrize("row, words", ROWS, ids=lambda each: "{}-{}".format(each.op, each.opset) if hasattr(each, "op") else "")
def test_refused_by_name(row, words):
    with pytest.raises(UnsupportedModel) as refusal:
        answers(file_of(row), row.x)
    assert words in refusal.value.message


def test_lengths_that_are_computed():
    nodes = [helper.make_node("Cast", ["x"], ["n"], to=7), helper.make_node("Attention", ["q", "q", "q", "", "", "", "n"], ["y"]),
             helper.make_node("TensorScatter", ["q", "q", "n"], ["z"])]
    made = model(nodes, {"x": (2,)}, ["y", "z"], 24, {"q": MAP})
    with pytest.raises(UnsupportedModel) as refusal:
        answers(made.SerializeToString(), MAP[0, 0, 0])
    assert refusal.value.problems == ("Attention with lengths that are computed, or that past keys have too at y",
                                      "TensorScatter input write_indices computed at z")


@pytest.mark.parametrize("number, name", [(17, "float8e4m3fn"), (21, "uint4"), (22, "int4"), (23, "float4e2m1"), (26, "int2")])
def test_numbers_that_only_newer_files_have(number, name):
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"x": (2,)}, ["y"], 21, {"w": np.zeros(2, np.float32)})
    made.graph.initializer[0].data_type = number
    with pytest.raises(UnsupportedModel) as refusal:
        open_onnx(made.SerializeToString(), None)
    assert refusal.value.problems == ("the tensor w is of {}".format(name),) and "float model" in refusal.value.hint


@pytest.mark.parametrize("opset, words", [(21, ""), (22, "before opset 22 windows of y may begin behind its input")])
def test_a_runtime_that_counts_windows_otherwise_is_no_reference(opset, words, tmp_path):
    """ONNX Runtime 1.10 makes a window of nothing but padding."""
    attributes = dict(LATE, pads=[0, 0, 0, 0], kernel_shape=[3, 3]) if opset < 22 else LATE
    made = model([helper.make_node("MaxPool", ["x"], ["y"], **attributes)], {"x": (1, 2, 7, 5)}, ["y"], opset)
    made.graph.output[0].ClearField("type")
    (tmp_path / "n.onnx").write_bytes(made.SerializeToString())
    network, graph = FileNetwork.read(tmp_path / "n.onnx", Settings((), (), ()))
    notes = " ".join(network.facts.notes)
    assert (words in notes if words else "as it was read" not in notes) and graph.shapes[graph.outputs[0]] == (
        (1, 2, 4, 3) if words else (1, 2, 3, 2))


def test_when_a_window_may_begin_late():
    assert may_begin_late("MaxPool", LATE) and not may_begin_late("MaxPool", dict(LATE, ceil_mode=0))
    assert not may_begin_late("AveragePool", dict(LATE, kernel_shape=[3, 3])) and not may_begin_late("Conv", LATE)
    assert not may_begin_late("MaxPool", dict(LATE, dilations=[2, 2]))
