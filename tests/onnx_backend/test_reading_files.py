"""What a file says is read as it says it; what it cannot mean is refused, as a bad checkpoint or by name."""
import os
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from job.checkpoint import watch
from job.checkpoint.weights_beside import weights_beside
from job.errors import BadCheckpoint, EnvironmentFailed, JobError, UnsupportedModel
from job.networks import onnx_file
from job.onnx_model.passes import canonical
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph, session
from tests.onnx_backend.small_models import linear, model, with_weight_beside

ROWS = np.random.RandomState(1).randn(2, 5).astype(np.float32)


def read(made, folder, given={}, inputs=("x",), outputs=("y",)):
    data = made if isinstance(made, bytes) else made.SerializeToString()
    return graph_of(open_onnx(data, folder), given, inputs, outputs)


def expected(made):
    w, b = (onnx.numpy_helper.to_array(item).astype(np.float64) for item in made.graph.initializer)
    return np.maximum(ROWS @ w + b, 0)


@pytest.mark.parametrize("opset", (6, 7, 8, 9, 10, 11, 13, 17, 20, 21, 24, 28))
@pytest.mark.parametrize("dtype", ("float32", "float64", "float16"))
def test_every_opset_and_float(opset, dtype, tmp_path):
    made = linear(opset, dtype)
    graph, notes = read(made, tmp_path)
    value, = run_graph(graph, [ROWS])
    assert value.dtype == np.float32 and np.allclose(value, expected(made), atol=1e-5)
    assert set(graph.dtypes.values()) == {"float32"} and graph.shapes["y"] == (2, 3)
    rounded = "float64 weights became float32, 18 numbers rounded"
    assert notes == {"float32": (), "float64": (rounded, "float64 inputs became float32"),
                     "float16": ("float16 weights became float32, exactly", "float16 inputs became float32")}[dtype]


def test_an_open_batch_is_one_or_what_is_given(tmp_path):
    made = linear(batch="N")
    assert read(made, tmp_path)[0].shapes["y"] == (1, 3)
    assert read(made, tmp_path, {"x": (4, 5)})[0].shapes["y"] == (4, 3)
    with pytest.raises(BadCheckpoint, match=r"\?,5 in the file, 4,6 in --input-shape"):
        read(made, tmp_path, {"x": (4, 6)})


def test_other_open_sizes_must_be_given(tmp_path):
    made = model([helper.make_node("Relu", ["x"], ["y"])], {"x": ("N", 3, "H", "W")}, ["y"])
    with pytest.raises(BadCheckpoint, match=r"open: x \?,3,\?,\?") as refusal:
        read(made, tmp_path)
    assert "--input-shape" in refusal.value.hint
    assert read(made, tmp_path, {"x": (1, 3, 8, 9)})[0].shapes["y"] == (1, 3, 8, 9)


@pytest.mark.parametrize("op", ("MaxPool", "AveragePool"))
@pytest.mark.parametrize("ceil_mode, sizes", [(0, (4, 3)), (1, (5, 4))])
def test_a_pool_that_says_whether_it_rounds_up(tmp_path, op, ceil_mode, sizes):
    """As newer exporters say it at opset 10 also where it does not."""
    window = dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=ceil_mode)
    made = model([helper.make_node(op, ["x"], ["y"], **window)], {"x": (1, 2, 8, 6)}, ["y"], 10)
    graph = canonical(read(made, tmp_path)[0])
    x = np.random.RandomState(2).randn(1, 2, 8, 6).astype(np.float32)
    answer, = run_graph(graph, [x])
    assert graph.shapes["y"] == answer.shape == (1, 2) + sizes
    reference, = session(made.SerializeToString()).run(None, {"x": x})
    np.testing.assert_allclose(answer, reference, atol=1e-6)


def test_weights_that_are_inputs_too_are_weights(tmp_path):
    made = linear()
    made.graph.input.extend([helper.make_tensor_value_info("w", TensorProto.FLOAT, (5, 3))])
    graph, _ = read(made, tmp_path)
    assert graph.inputs == ("x",)


def test_names_become_legal_and_stay_unlike(tmp_path):
    nodes = [helper.make_node("Relu", ["a/b:0"], ["a_b"]), helper.make_node("Neg", ["a_b"], ["a-b"]),
             helper.make_node("Add", ["a-b", "a_b"], ["é"])]
    graph, _ = read(model(nodes, {"a/b:0": (2, 5)}, ["é", "a_b"]), tmp_path, {}, ("a_b_0",), ("out", "second"))
    names = [name for node in graph.nodes for name in node.outputs]
    assert len(set(names)) == len(names) and all(name.replace("_", "").isalnum() for name in names)
    values = run_graph(graph, [ROWS])
    assert np.array_equal(values[0], np.zeros_like(ROWS)) and np.array_equal(values[1], np.maximum(ROWS, 0))


@pytest.mark.parametrize("shapes, message, example", [
    ({"x": ("N", 3, "H", "W")}, "x ?,3,?,?", "1,3,224,224"),
    ({"a:0": (2, 5), "m/ids": ("N", "T"), "é": (4, "T", 8)}, "m/ids ?,?; é 4,?,8", "'m_ids:1,16;tensor:4,16,8'")], ids=str)
def test_all_sizes_that_are_open_are_told_with_what_gives_them(tmp_path, shapes, message, example):
    made = model([helper.make_node("Relu", [list(shapes)[-1]], ["y"])], shapes, ["y"])
    with pytest.raises(BadCheckpoint) as refusal:
        read(made, tmp_path, inputs=tuple("abc"[:len(shapes)]))
    assert refusal.value.message == "the file leaves sizes of its inputs open: " + message
    assert refusal.value.hint == "give them, for example --input-shape=" + example


def test_shapes_computed_from_shapes(tmp_path):
    nodes = [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Shape", ["r"], ["s"]),
             helper.make_node("Gather", ["s", "first"], ["n"]),
             helper.make_node("Concat", ["n", "rest"], ["t"], axis=0),
             helper.make_node("Reshape", ["r", "t"], ["y"])]
    weights = {"first": np.array([0]), "rest": np.array([-1])}
    assert read(model(nodes, {"x": (2, 3, 4)}, ["y"], weights=weights), tmp_path)[0].shapes["y"] == (2, 12)


def test_weights_beside_the_model(tmp_path):
    made = linear()
    answer = expected(made)
    graph, _ = read(with_weight_beside(made, "w", "weights.bin", tmp_path), tmp_path)
    assert np.allclose(run_graph(graph, [ROWS])[0], answer, atol=1e-5)


def unlike(change):
    made = linear()
    change(made)
    return made.SerializeToString()


def set_to(field, value):
    return lambda made: setattr(made.graph.initializer[0], field, value)


HOSTILE = {
    "empty": (b"", "holds no graph"),
    "not ONNX": (b"PK\x03\x04" + bytes(200), "no ONNX model"),
    "text": (b"hello, world\n" * 20, "no ONNX model"),
    "no nodes": (onnx.ModelProto(ir_version=4).SerializeToString(), "holds no graph"),
    "fewer bytes than its shape": (unlike(set_to("raw_data", b"\0" * 8)), "8 bytes where its shape takes 60"),
    "a negative size": (unlike(lambda made: made.graph.initializer[0].dims.__setitem__(0, -5)), "shape (-5, 3)"),
    "a huge size": (unlike(lambda made: made.graph.initializer[0].dims.__setitem__(0, 2 ** 62)), "60 bytes where"),
    "no such type": (unlike(set_to("data_type", 77)), "type 77"),
    "reads what nothing makes": (unlike(lambda made: made.graph.node[0].input.__setitem__(0, "q")), "reads q"),
    "makes what is there": (unlike(lambda made: made.graph.node[1].output.__setitem__(0, "x")), "makes x"),
    "an output that nothing makes": (unlike(lambda made: setattr(made.graph.output[0], "name", "z")), "output z"),
    "too few inputs": (unlike(lambda made: made.graph.node[0].input.pop()), "MatMul at product/MatMul"),
    "an attribute that is none": (unlike(lambda made: made.graph.node[2].attribute.extend(
        [helper.make_attribute("alpha", 1.0)])), "Relu at y"),
    "no outputs": (unlike(lambda made: made.graph.output.pop()), "no outputs"),
    "two inputs alike": (unlike(lambda made: made.graph.input.extend([made.graph.input[0]])), "called alike"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_bytes(name, tmp_path):
    data, words = HOSTILE[name]
    with pytest.raises(BadCheckpoint) as refusal:
        read(data, tmp_path)
    assert words in refusal.value.message and refusal.value.hint


def test_cut_short_anywhere(tmp_path):
    data = linear().SerializeToString()
    for size in range(len(data)):
        with pytest.raises(JobError):
            read(data[:size], tmp_path)


@pytest.mark.parametrize("mask", (0x01, 0x41, 0x80, 0xFF))
def test_a_byte_changed_anywhere(mask, tmp_path):
    """Whatever it means then: it is read, or refused, and nothing else."""
    data = linear().SerializeToString()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= mask
        try:
            read(bytes(changed), tmp_path)
        except JobError as refusal:
            assert refusal.exit_code in (3, 4) and refusal.message


OUTSIDE = ("../weights.bin", "/etc/passwd", "a/../../weights.bin", "link.bin", "nowhere.bin", "", "nul\0byte")


@pytest.mark.parametrize("location", OUTSIDE)
def test_weights_outside_of_the_folder(location, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    made = with_weight_beside(linear(), "w", location, tmp_path, "weights.bin")
    (folder / "link.bin").symlink_to(tmp_path / "weights.bin")
    with pytest.raises(BadCheckpoint) as refusal:
        read(made, folder)
    assert "folder" in refusal.value.message or "beside" in refusal.value.message


@pytest.mark.parametrize("key, value", [("offset", "8"), ("offset", "-1"), ("offset", "x"), ("length", "9")])
def test_weights_beside_the_model_that_are_not_there(key, value, tmp_path):
    made = with_weight_beside(linear(), "w", "weights.bin", tmp_path)
    made.graph.initializer[0].external_data.add(key=key, value=value)
    with pytest.raises(BadCheckpoint):
        read(made, tmp_path)


def test_weights_beside_the_model_that_are_being_written(tmp_path):
    made, weights = with_weight_beside(linear(), "w", "weights.bin", tmp_path), tmp_path / "weights.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:8])
    writer = threading.Timer(0.05, lambda: weights.write_bytes(whole))
    writer.start()
    with pytest.raises(EnvironmentFailed, match="weights.bin changed while it was read"):
        read(made, tmp_path)
    writer.join()


def test_weights_beside_the_model_that_are_replaced_before_they_are_hashed(tmp_path, monkeypatch):
    made, weights = with_weight_beside(linear(), "w", "weights.bin", tmp_path), tmp_path / "weights.bin"
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    (tmp_path / "weights.tmp").write_bytes(bytes(weights.stat().st_size))

    def replaced(data, folder):
        opened = open_onnx(data, folder)
        os.replace(str(tmp_path / "weights.tmp"), str(weights))
        return opened
    monkeypatch.setattr(onnx_file, "open_onnx", replaced)
    with pytest.raises(EnvironmentFailed, match="weights.bin changed while it was read"):
        onnx_file.inspected(tmp_path / "net.onnx")


def test_what_is_not_ours_is_refused_all_at_once(tmp_path):
    body = helper.make_graph([], "body", [], [])
    nodes = [helper.make_node("Fancy", ["x"], ["a"], name="one", domain="com.example"),
             helper.make_node("Fancy", ["a"], ["b"], name="two"),
             helper.make_node("If", ["b"], ["y"], name="three", then_branch=body, else_branch=body)]
    with pytest.raises(UnsupportedModel) as refusal:
        read(model(nodes, {"x": (2,)}, ["y"]), tmp_path)
    assert refusal.value.problems == (
        "operator Fancy of the domain com.example at one", "operator Fancy, which opset 9 does not have, at two",
        "If attribute else_branch, a graph of its own, at three",
        "If attribute then_branch, a graph of its own, at three")


@pytest.mark.parametrize("opset", (1, 5, 29))
def test_other_opsets(opset, tmp_path):
    made = linear(9)
    made.opset_import[0].version = opset
    with pytest.raises(UnsupportedModel, match="opset {}".format(opset)) as refusal:
        read(made, tmp_path)
    assert "from 6 to 28" in refusal.value.hint


HUGE = 10 ** 6


@pytest.mark.parametrize("nodes, shape", [
    ([helper.make_node("Relu", ["x"], ["y"])], (HUGE, HUGE)),
    ([helper.make_node("ConstantOfShape", ["size"], ["ones"]), helper.make_node("Add", ["x", "ones"], ["y"])], (1,)),
    ([helper.make_node("Expand", ["x", "size"], ["y"])], (1,)),
    ([helper.make_node("Resize", ["x", "", "", "size"], ["y"])], (1, 1)),
])
@pytest.mark.parametrize("opset", (9, 13))
def test_what_would_take_all_memory(nodes, shape, opset, tmp_path):
    if nodes[0].op_type == "Resize" and opset < 11:
        pytest.skip("it has no sizes yet")
    made = model(nodes, {"x": shape}, ["y"], opset, weights={"size": np.array([HUGE, HUGE])})
    with pytest.raises(UnsupportedModel, match="a tensor beyond 2 GiB|Expand at y: .*Failed to allocate"):
        read(made, tmp_path)


def test_constants_that_do_not_fit_each_other(tmp_path):
    """Where ONNX infers nothing, ONNX Runtime says what is wrong."""
    nodes = [helper.make_node("Gather", ["numbers", "places"], ["picked"], name="picks"),
             helper.make_node("Add", ["x", "picked"], ["y"])]
    made = model(nodes, {"x": (1,)}, ["y"], weights={"numbers": np.float32([1, 2]), "places": np.array([7])})
    with pytest.raises(UnsupportedModel, match="ONNX does not allow") as refusal:
        canonical(read(made, tmp_path)[0])
    assert "Gather" in refusal.value.message


def test_a_suffix_in_capitals_names_the_format_too():
    assert onnx_file.is_onnx(Path("nowhere/NET.ONNX")) and onnx_file.is_onnx(Path("nowhere/net.Onnx"))


@pytest.mark.parametrize("name", ["weights.bin", "w" * 127 + ".bin"])
def test_which_file_is_weights_is_told_without_reading_the_model(tmp_path, name):
    made = with_weight_beside(linear(), "w", name, tmp_path)
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    assert weights_beside(tmp_path, ["net.onnx", name, "other.bin"], (".bin", ".onnx")) == {name: "net.onnx"}


def test_weights_that_are_not_beside_the_model_may_still_come(tmp_path, monkeypatch):
    made = with_weight_beside(linear(), "w", "weights.bin", tmp_path)
    (tmp_path / "weights.bin").unlink()
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(EnvironmentFailed, match="lies in weights.bin, which is not beside the model yet"):
        read(made, tmp_path)
    monkeypatch.setattr(watch, "RECENT", 0.0)
    with pytest.raises(BadCheckpoint, match=r"lies in weights.bin, which is not beside the model\n"):
        read(made, tmp_path)
