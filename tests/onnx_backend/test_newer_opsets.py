"""What newer opsets say otherwise is said in the canonical one: ONNX Runtime answers alike, or it is refused by name."""
import numpy as np
import onnxruntime
import pytest
import torch
from onnx import helper

from job.errors import BadCheckpoint, UnsupportedModel
from job.onnx_model.opsets.newer.registry import NEWER
from job.onnx_model.passes import canonical
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import NEWEST_OPSET, as_it_knows, run_graph
from tests.onnx_backend.einstein_sums import DIAGONALS, SHORTER_ELLIPSIS, SUMS, WRONG
from tests.onnx_backend.newer_forms import GRID, MAP, REFUSED, ROWS, SAME, Row, ints, per_channel
from tests.onnx_backend.small_models import model


def file_of(row: Row):
    inputs = list(row.inputs or ("x",) + tuple(row.weights))
    outputs = ["y{}".format(place) for place in range(row.outputs)]
    made = model([helper.make_node(row.op, inputs, outputs, **row.attributes)], {"x": row.x.shape}, outputs, row.opset,
                 row.weights)
    for output in made.graph.output:
        output.ClearField("type")
    return made.SerializeToString()


def answers(data: bytes, *inputs: np.ndarray):
    file = open_onnx(data, None)
    names = tuple("out_{}".format(place) for place in range(len(file.graph.outputs)))
    graph, _ = graph_of(file, {}, tuple(each.name for each in file.inputs), names)
    found = run_graph(graph, inputs)
    assert [graph.shapes[name] for name in names] == [each.shape for each in found]
    return found


@pytest.mark.parametrize("row", ROWS + SUMS, ids=lambda row: "{}-{}-{}".format(row.op, row.opset, row.attributes))
def test_answers_as_the_file_does(row):
    data = file_of(row)
    expected = onnxruntime.InferenceSession(data).run(None, {"x": row.x})
    for found, each in zip(answers(data, row.x), expected):
        assert found.dtype == each.dtype and found.shape == each.shape
        assert np.allclose(found, each, atol=2e-6)


@pytest.mark.parametrize("new, old", SAME, ids=lambda row: row.op)
def test_means_what_an_older_form_does(new, old):
    expected = onnxruntime.InferenceSession(file_of(old)).run(None, {"x": old.x})
    for found, each in zip(answers(file_of(new), new.x), expected):
        assert found.dtype == each.dtype and np.allclose(found, each, atol=2e-6)


def test_limits_of_whole_numbers():
    """ONNX Runtime knows a Clip of them in newer opsets alone, so the canonical graph answers."""
    ends = {"l": np.array(-1), "h": np.array(3)}
    made = model([helper.make_node("Clip", ["x", "l", "h"], ["y"])], {"x": (2, 3)}, ["y"], 12, ends, "int64")
    file, x = open_onnx(made.SerializeToString(), None), np.array([[4, -2, 0], [2 ** 40 + 1, 3, -2 ** 40]])
    graph, _ = graph_of(file, {}, ("x",), ("y",))
    answer, = run_graph(canonical(graph), [x])
    assert answer.dtype == np.int64 and np.array_equal(answer, np.clip(x, -1, 3))
    assert np.array_equal(onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": x})[0], answer)


def test_the_mask_of_a_dropout_shows_all():
    nodes = [helper.make_node("Dropout", ["x"], ["d", "m"]), helper.make_node("Cast", ["m"], ["n"], to=1),
             helper.make_node("Mul", ["d", "n"], ["y"])]
    answer, = answers(model(nodes, {"x": MAP.shape}, ["y"], 13).SerializeToString(), MAP)
    assert np.array_equal(answer, MAP)


@pytest.mark.parametrize("op, inputs, expected", [
    ("Max", "i three", lambda i: np.maximum(i, 3)), ("Min", "three i five", lambda i: np.minimum(i, 3)),
    ("Clip", "i three five", lambda i: np.clip(i, 3, 5)), ("Abs", "less", lambda i: abs(i - 5)), ("Neg", "less", lambda i: 5 - i),
    ("Sign", "less", lambda i: np.sign(i - 5)), ("Where", "same three i", lambda i: np.where(i == 5, 3, i))])
def test_places_as_only_newer_runtimes_take_them(op, inputs, expected):
    """Of opset 18 on, where ONNX Runtime does not run the file itself."""
    nodes = [helper.make_node("ArgMax", ["x"], ["i"], axis=1, keepdims=0), helper.make_node("Sub", ["i", "five"], ["less"]),
             helper.make_node("Equal", ["i", "five"], ["same"]), helper.make_node(op, inputs.split(), ["j"]),
             helper.make_node("Gather", ["table", "j"], ["of"]), helper.make_node("ReduceMean", ["of", "axis"], ["y"])]
    x, table = np.random.RandomState(0).randn(40, 9).astype(np.float32), np.arange(18, dtype=np.float32).reshape(9, 2) ** 2
    made = model(nodes, {"x": x.shape}, ["y"], 18, {
        "table": table, "axis": ints(1), "three": np.array(3), "five": np.array(5)})
    file = open_onnx(made.SerializeToString(), None)
    graph, _ = graph_of(file, {}, ("x",), ("y",))
    for each in (graph, canonical(graph)):
        answer, = run_graph(each, [x])
        assert np.array_equal(answer, table[expected(x.argmax(1))].mean(1, keepdims=True))


def _normal(x: np.ndarray, axes) -> np.ndarray:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)


def _erf(x: np.ndarray) -> np.ndarray:
    node = helper.make_node("Erf", ["x"], ["y"])
    return onnxruntime.InferenceSession(model([node], {"x": x.shape}, ["y"], 13).SerializeToString()).run(None, {"x": x})[0]


def _sampled(x: np.ndarray, border: bool, corners: bool) -> np.ndarray:
    """By PyTorch 1.1, to which -1 and 1 are always the centres of the outermost pixels."""
    sizes = np.array([x.shape[3], x.shape[2]], np.float32)
    grid = GRID if corners else ((GRID + 1) * sizes - 1) / (sizes - 1) - 1
    return torch.nn.functional.grid_sample(torch.from_numpy(x), torch.from_numpy(grid),
                                           padding_mode="border" if border else "zeros").numpy()


FORMULAS = [
    (Row("GridSample", 16, {"g": GRID}), lambda x: _sampled(x, False, False)),
    (Row("GridSample", 20, {"g": GRID}, {"mode": "linear", "align_corners": 1}), lambda x: _sampled(x, False, True)),
    (Row("GridSample", 16, {"g": GRID}, {"padding_mode": "border"}), lambda x: _sampled(x, True, False)),

    (Row("ReduceSum", 13, {}, {"noop_with_empty_axes": 1}), lambda x: x),
    (Row("LayerNormalization", 17, {"s": MAP[0, 0, 0], "b": MAP[0, 0, 1]}),
     lambda x: _normal(x, -1) * MAP[0, 0, 0] + MAP[0, 0, 1]),
    (Row("LayerNormalization", 17, {"s": MAP[0, 0]}, {"axis": 2}), lambda x: _normal(x, (2, 3)) * MAP[0, 0]),
    (Row("GroupNormalization", 18, {"s": per_channel("s")["s"][:2], "b": MAP[0, 0, 0, :2]}, {"num_groups": 2}),
     lambda x: (_normal(x.reshape(2, 2, -1), 2).reshape(x.shape) * per_channel("s")["s"][:2].repeat(2)[:, None, None]
                + MAP[0, 0, 0, :2].repeat(2)[:, None, None])),
    (Row("Gelu", 20), lambda x: x * 0.5 * (1 + _erf(x / np.float32(np.sqrt(2))))),
    (Row("Gelu", 20, {}, {"approximate": "tanh"}),
     lambda x: x * 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))),
    (SHORTER_ELLIPSIS, lambda x: np.einsum("...ij,...kj->...ki", x, SHORTER_ELLIPSIS.weights["w0"])),
    (Row("Mish", 18), lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    (Row("ScatterND", 18, {"i": ints(-1, -2)[None], "u": MAP[:1, 0]}),
     lambda x: np.concatenate([x[:1], np.concatenate([x[1:, :2], MAP[:1, :1], x[1:, 3:]], 1)])),
]


@pytest.mark.parametrize("row, formula", FORMULAS, ids=lambda each: getattr(each, "op", ""))
def test_functions_that_came_later(row, formula):
    found, = answers(file_of(row), row.x)
    assert np.allclose(found, formula(row.x), atol=5e-6)


@pytest.mark.parametrize("op, places, attributes", [
    ("GatherElements", (2, 4, 6, 3), {"axis": 3}), ("GatherElements", (1, 2, 3, 5), {"axis": -3}),
    ("GatherND", (3, 1), {}), ("GatherND", (2, 3, 2), {}), ("GatherND", (2, 3, 1), {"batch_dims": 1}),
    ("GatherND", (4,), {})], ids=str)
def test_places_that_are_computed(op, places, attributes):
    """From the first element and from the last."""
    nodes = [helper.make_node("Cast", ["x"], ["i"], to=7), helper.make_node(op, ["t", "i"], ["y"], **attributes)]
    x = np.random.RandomState(4).randint(-2, 2, places).astype(np.float32)
    made = model(nodes, {"x": places}, ["y"], 13, {"t": MAP})
    made.graph.output[0].ClearField("type")
    expected, = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": x})
    found, = answers(made.SerializeToString(), x)
    assert np.array_equal(found, expected) and len(set(found.reshape(-1))) > 3 or found.size < 4


@pytest.mark.parametrize("row, words", REFUSED, ids=lambda each: getattr(each, "op", ""))
def test_refused_by_name(row, words):
    with pytest.raises(UnsupportedModel) as refusal:
        answers(file_of(row), row.x)
    assert words in refusal.value.message


@pytest.mark.parametrize("row", DIAGONALS, ids=lambda row: row.attributes["equation"])
def test_a_diagonal_is_refused(row):
    with pytest.raises(UnsupportedModel) as refusal:
        answers(file_of(row), row.x)
    assert refusal.value.problems == ("Einsum attribute equation={} (a diagonal) at y0".format(row.attributes["equation"]),)


@pytest.mark.parametrize("row, words", WRONG, ids=lambda each: getattr(each, "op", ""))
def test_an_equation_that_is_none_of_its_operands(row, words):
    with pytest.raises(BadCheckpoint, match="Einsum at y0 is not as opset 12 says it: .*" + words):
        answers(file_of(row), row.x)


def test_all_that_is_not_known_is_named_at_once():
    nodes = [helper.make_node("Det", ["x"], ["a"]), helper.make_node("Neg", ["a"], ["b"]),
             helper.make_node("NonZero", ["b"], ["n"]), helper.make_node("Unique", ["b"], ["y"])]
    with pytest.raises(UnsupportedModel) as refusal:
        answers(model(nodes, {"x": (3, 3)}, ["y", "n"], 13).SerializeToString(), MAP)
    assert refusal.value.problems == ("operator Det at a", "operator Unique at y")


@pytest.mark.parametrize("opset, op, domain, words", [
    (13, "DynamicQuantizeLinear", "", ""), (13, "QuantizeLinear", "", ""),
    (17, "QGemm", "com.microsoft", " of the domain com.microsoft"),
    (9, "DynamicQuantizeLSTM", "com.microsoft", " of the domain com.microsoft")], ids=str)
def test_a_model_that_is_quantised_already(opset, op, domain, words):
    attributes = {"axis": 1} if op == "QuantizeLinear" else {}
    node = helper.make_node(op, ["x", "s", "z"][:1 if op[0] == "D" else 3], ["y"], domain=domain, **attributes)
    weights = {"s": np.array(0.1, np.float32), "z": np.array(3, np.uint8)}
    with pytest.raises(UnsupportedModel) as refusal:
        answers(model([node], {"x": MAP.shape}, ["y"], opset, weights).SerializeToString(), MAP)
    problem, = refusal.value.problems
    assert problem == "operator {}{}: a model that is quantised already: give the float model at y".format(op, words)
    assert "--quantize" in refusal.value.hint


@pytest.mark.parametrize("op", sorted(NEWER) + ["If"])
@pytest.mark.parametrize("opset", (20, 28))
def test_a_node_that_is_none(op, opset):
    """As a damaged file may have it: without inputs, and its attributes are texts."""
    *domain, name = op.rsplit(".", 1)
    for inputs in ([], ["x"]):
        node = helper.make_node(name, inputs, ["y"], domain="".join(domain), axis="a", axes="b", blocksize="c", num_groups="d")
        try:
            answers(model([node], {"x": MAP.shape}, ["y"], opset).SerializeToString(), MAP)
        except (BadCheckpoint, UnsupportedModel) as error:
            assert "at y" in error.message


def test_the_shape_of_nothing():
    nodes = [helper.make_node("Shape", [], ["s"]), helper.make_node("Reshape", ["x", "s"], ["y"])]
    with pytest.raises(BadCheckpoint, match="Shape at s is not as opset 13 says it"):
        answers(model(nodes, {"x": (2,)}, ["y"], 13).SerializeToString(), np.zeros(2, np.float32))


def test_a_node_that_makes_nothing():
    nodes = [helper.make_node("Relu", ["x"], []), helper.make_node("Relu", ["x"], ["y"])]
    with pytest.raises(BadCheckpoint, match="it has no output"):
        answers(model(nodes, {"x": (2,)}, ["y"], 13).SerializeToString(), np.zeros(2, np.float32))


def test_a_tensor_of_nothing_whose_other_sizes_no_array_can_have():
    made = model([helper.make_node("Relu", ["x"], ["y"])], {"x": (2,)}, ["y"], 13, {"w": np.zeros(0, np.float32)})
    made.graph.initializer[0].dims.extend([2 ** 40, 2 ** 40])
    with pytest.raises(BadCheckpoint, match="the tensor w has shape"):
        answers(made.SerializeToString(), np.zeros(2, np.float32))


def test_a_value_that_must_be_constant():
    nodes = [helper.make_node("Cast", ["x"], ["k"], to=7), helper.make_node("Unsqueeze", ["x", "k"], ["y"])]
    with pytest.raises(UnsupportedModel, match="Unsqueeze input axes computed at y"):
        answers(model(nodes, {"x": (1,)}, ["y"], 13).SerializeToString(), np.zeros(1, np.float32))


def test_what_depends_on_shapes_alone_is_a_constant():
    """As exporters say a view of what a batch is: no size is left to be computed."""
    nodes = [helper.make_node("Shape", ["x"], ["rows"], start=0, end=1),
             helper.make_node("Constant", [], ["rest"], value_ints=[-1]),
             helper.make_node("Concat", ["rows", "rest"], ["sizes"], axis=-1),
             helper.make_node("Reshape", ["x", "sizes"], ["y"])]
    made = model(nodes, {"x": ("N", 4, 6, 5)}, ["y"], 15)
    graph, _ = graph_of(open_onnx(made.SerializeToString(), None), {"x": MAP.shape}, ("x",), ("y",))
    assert [node.op for node in graph.nodes] == ["Reshape", "Identity"] and graph.shapes["y"] == (2, 120)


def test_onnx_runtime_takes_newer_files():
    made = model([helper.make_node("Relu", ["x"], ["y"])], {"x": (2,)}, ["y"], 20)
    made.ir_version = 10
    data, renamed = as_it_knows(made.SerializeToString())
    value, = onnxruntime.InferenceSession(data).run(None, {"x": np.array([-1, 2], np.float32)})
    assert renamed and value.tolist() == [0, 2]
    made.opset_import[0].version = NEWEST_OPSET
    assert not as_it_knows(made.SerializeToString())[1]
    made.ir_version = 8
    assert as_it_knows(made.SerializeToString()) == (made.SerializeToString(), False)
