"""ONNX Runtime answers alike whether a model's weights are in it or in a file beside it."""
import numpy as np
import pytest

from job.onnx_model.graph import Graph
from job.onnx_model.model_file import write_onnx
from job.onnx_model.runtime import MappedModel, run_graph, session
from tests.passes.small_graphs import drawn, graph, node, questions


@pytest.mark.parametrize("weight, group", [((16, 6, 3, 3), 1), ((6, 1, 9, 9), 6)])
@pytest.mark.parametrize("follows", [
    [node("Mul", "c s", "y")], [node("Add", "c s", "y")], [node("Mul", "c s", "m"), node("Add", "m s", "y")],
    [node("BatchNormalization", "c one two three four", "y")],
], ids=["scaled", "shifted", "both", "normalised"])
def test_a_convolution_before_arithmetic(tmp_path, weight, group, follows):
    channels, constants = weight[0], drawn(w=weight, s=(weight[0], 1, 1))
    constants.update(zip(("one", "two", "three", "four"), np.random.RandomState(3).uniform(0.5, 2, (4, channels)).astype("f")))
    read = {name for each in follows for name in each.inputs} | {"w"}
    of = graph(node("Conv", "x w", "c", group=group), *follows, inputs={"x": (1, 6, 12, 11)},
               constants={name: value for name, value in constants.items() if name in read})
    write_onnx(of, tmp_path / "model.onnx")
    given = questions(of)
    inside = run_graph(of, given)[0]
    for model in (session(tmp_path / "model.onnx"), MappedModel(tmp_path / "model.onnx")):
        beside = model.run(["y"], dict(zip(of.inputs, given)))[0]
        assert np.abs(inside - beside).max() <= 1e-5 * np.ptp(inside)


def test_weights_beside_a_model_are_not_copied(tmp_path):
    of = graph(node("MatMul", "x w", "y"), inputs={"x": (1, 30)}, constants=drawn(w=(30, 40)))
    write_onnx(of, tmp_path / "model.onnx")
    model, given = MappedModel(tmp_path / "model.onnx"), dict(zip(of.inputs, questions(of)))
    assert model.run(of.outputs, given)[0].any()
    np.memmap(str(tmp_path / "model.onnx.data"), np.uint8, "r+")[:] = 0
    assert not model.run(of.outputs, given)[0].any()


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool"])
def test_constants_of_every_type(tmp_path, dtype):
    table, places = np.random.RandomState(0).randint(0, 2, (40, 50)).astype(dtype), np.arange(300) % 40
    of = Graph((node("Gather", "table places", "rows", axis=0), node("Gather", "rows x", "y", axis=0)), ("x",), ("y",),
               {"table": table, "places": places}, {"x": (2,), "y": (2, 50)}, {"x": "int64", "y": dtype})
    write_onnx(of, tmp_path / "model.onnx")
    found, = MappedModel(tmp_path / "model.onnx").run(of.outputs, {"x": np.array([1, 77])})
    assert found.dtype == dtype and np.array_equal(found, table[[1, 37]])


@pytest.mark.parametrize("shape", [(1, 20, 30), (1, 24, 24)])
def test_an_addition_between_transposes(tmp_path, shape):
    """As of positions to tokens that a convolution made."""
    of = graph(node("Transpose", "x", "t", perm=(0, 2, 1)), node("Add", "t w", "a"), node("Transpose", "a", "y", perm=(0, 2, 1)),
               inputs={"x": shape}, constants=drawn(w=(1,) + shape[:0:-1]))
    write_onnx(of, tmp_path / "model.onnx")
    given, = questions(of)
    made, = MappedModel(tmp_path / "model.onnx").run(["y"], {"x": given})
    np.testing.assert_array_equal(made, given + of.constants["w"].swapaxes(1, 2))
