"""Numbers of bfloat16 are the same numbers in float32, wherever a file has them; what computes with them does so in float32."""
import numpy as np
import pytest
from onnx import TensorProto, helper

from job.errors import BadCheckpoint
from job.networks.onnx_file import FileNetwork
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.reading.tensors import Tensors
from job.onnx_model.runtime import run_graph
from job.settings.settings import Settings
from tests.onnx_backend.small_models import linear, model, with_weight_beside

BITS = np.array([0x0000, 0x8000, 0x3F80, 0xC049, 0x7F80, 0xFF80, 0x7FC1, 0x0001, 0x7F7F, 0x3DCD, 0x4130, 0xBEAB], np.uint16)
ROWS = np.random.RandomState(1).randn(2, 5).astype(np.float32)
WEIGHTS, INPUTS = "bfloat16 weights became float32, exactly", "bfloat16 inputs became float32"
COMPUTED = "what was computed in another float is computed in float32"


def shortened(tensor: TensorProto) -> np.ndarray:
    """The tensor's first halves are left; returns what they are."""
    wide = np.frombuffer(tensor.raw_data, np.uint32)
    tensor.raw_data, tensor.data_type = (wide >> 16).astype(np.uint16).tobytes(), TensorProto.BFLOAT16
    return (wide >> 16 << 16).astype(np.uint32).view(np.float32).reshape(tuple(tensor.dims))


def read(made, folder=None):
    return graph_of(open_onnx(made.SerializeToString(), folder), {}, ("x",), ("y",))


@pytest.mark.parametrize("raw", [True, False])
def test_every_kind_of_number_keeps_its_value(raw):
    tensor = TensorProto(name="w", dims=[3, 4], data_type=TensorProto.BFLOAT16)
    if raw:
        tensor.raw_data = BITS.tobytes()
    else:
        tensor.int32_data.extend(int(each) for each in BITS)
    found = Tensors(None).read(tensor)
    assert found.shape == (3, 4) and found.dtype == np.float32
    assert np.array_equal(found.reshape(-1).view(np.uint32), BITS.astype(np.uint32) << 16)
    assert found[0, 2] == 1 and found[0, 3] == -3.140625 and np.isneginf(found[1, 1]) and np.isnan(found[1, 2])
    assert found[1, 3] == 2.0 ** -133 and found[2, 0] == (2 - 2.0 ** -7) * 2.0 ** 127


@pytest.mark.parametrize("beside", [False, True])
def test_a_network_of_them(beside, tmp_path):
    made = linear(13)
    w, b = (shortened(tensor) for tensor in made.graph.initializer)
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.BFLOAT16
    made.graph.output[0].type.tensor_type.elem_type = TensorProto.BFLOAT16
    made = with_weight_beside(made, "w", "w.bin", tmp_path) if beside else made
    graph, notes = read(made, tmp_path)
    assert notes == (WEIGHTS, INPUTS) and set(graph.dtypes.values()) == {"float32"}
    np.testing.assert_allclose(run_graph(graph, [ROWS])[0], np.maximum(ROWS @ w + b, 0), atol=1e-6)
    (tmp_path / "n.onnx").write_bytes(made.SerializeToString())
    network, _ = FileNetwork.read(tmp_path / "n.onnx", Settings((), (), ()))
    assert network.facts.notes[:2] == (WEIGHTS, INPUTS) and "it computes in bfloat16, with 2 digits" in network.facts.notes[2]
    np.testing.assert_allclose(network._forward([ROWS])[0], np.maximum(ROWS @ w + b, 0), atol=1e-6)


def test_weights_that_are_kept_so_and_widened_by_the_file():
    made = model([helper.make_node("Cast", ["w"], ["v"], to=1), helper.make_node("MatMul", ["x", "v"], ["y"])], {"x": (2, 5)},
                 ["y"], 13, {"w": np.random.RandomState(2).randn(5, 3).astype(np.float32)})
    w = shortened(made.graph.initializer[0])
    graph, notes = read(made)
    assert notes == (WEIGHTS,)
    np.testing.assert_allclose(run_graph(graph, [ROWS])[0], ROWS @ w, atol=1e-6)


def test_what_is_computed_so_in_between_is_said(tmp_path):
    nodes = [helper.make_node("Cast", ["x"], ["h"], to=TensorProto.BFLOAT16), helper.make_node("Mul", ["h", "h"], ["s"]),
             helper.make_node("Cast", ["s"], ["y"], to=1)]
    made = model(nodes, {"x": (2, 5)}, ["y"], 21)
    graph, notes = read(made)
    assert notes == (COMPUTED,)
    assert np.array_equal(run_graph(graph, [ROWS])[0], ROWS * ROWS)
    (tmp_path / "n.onnx").write_bytes(made.SerializeToString())
    network, _ = FileNetwork.read(tmp_path / "n.onnx", Settings((), (), ()))
    assert np.array_equal(network._forward([ROWS])[0], ROWS * ROWS)
    assert "it computes in bfloat16" in network.facts.notes[1]


def test_constants_in_nodes_and_in_branches():
    halves = BITS[[2, 3, 9, 10, 11]]
    value = TensorProto(dims=[5], data_type=TensorProto.BFLOAT16, raw_data=halves.tobytes())
    branch = helper.make_graph([helper.make_node("Constant", [], ["k"], value=value), helper.make_node("Mul", ["x", "k"], ["z"])],
                               "branch", [], [helper.make_tensor_value_info("z", 1, None)])
    made = model([helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)], {"x": (2, 5)}, ["y"], 13,
                 {"c": np.array(True)})
    graph, notes = read(made)
    assert notes == (WEIGHTS,)
    assert np.array_equal(run_graph(graph, [ROWS])[0], ROWS * (halves.astype(np.uint32) << 16).view(np.float32))


@pytest.mark.parametrize("size", [29, 31, 60])
def test_bytes_that_are_no_such_numbers(size):
    made = linear(13)
    shortened(made.graph.initializer[0])
    made.graph.initializer[0].raw_data = bytes(size)
    with pytest.raises(BadCheckpoint, match="w has {} bytes where its shape takes 30".format(size)):
        read(made)
