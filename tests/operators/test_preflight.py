"""Preflight takes every attribute that a converter reads, and refuses all others by name."""
import numpy as np
import pytest

from job.errors import UnsupportedModel
from job.keras_model.preflight import check_supported, operator_of, problems_of
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.graph import Graph, Node, View
from tests.operators.cases_preflight import ROWS
from tests.passes.small_graphs import MAP, drawn, graph, node


@pytest.mark.parametrize("row", ROWS, ids=["{} {}".format(place, row.id) for place, row in enumerate(ROWS)])
def test_one_node(row):
    problems = problems_of(row.graph())
    if row.refused is None:
        assert problems == []
    else:
        (problem,) = problems
        assert row.op in problem and row.refused in problem


@pytest.mark.parametrize("operands", ["t i d", "t d i"])
@pytest.mark.parametrize("shape, refused", [((6, 1, 1), True), ((), True), (MAP, False)], ids=str)
def test_a_choice_between_whole_numbers_does_not_spread_them(shape, refused, operands):
    of = graph(node("Greater", "x c", "t"), node("Cast", "x", "i", to=7), node("Where", operands, "y"),
               constants={"c": np.array(0.25, np.float32), "d": np.ones(shape, np.int64)})
    assert [problem.split(" that")[0] for problem in problems_of(of)] == ["Where of int64"] * refused


@pytest.mark.parametrize("operands", ["t i d", "t d i"])
def test_a_constant_of_whole_numbers_is_not_chosen_from(operands):
    of = graph(node("Greater", "x c", "t"), node("Cast", "x", "i", to=7), node("Where", operands, "y"),
               constants={"c": np.array(0.25, np.float32), "d": np.ones(MAP, np.int64)})
    with pytest.raises(UnsupportedModel) as refusal:
        keras_model_from_onnx(of)
    assert "Where of a constant of int64" in refusal.value.message


def test_a_dilated_depthwise_convolution_keeps_its_kernel():
    """Zeros between its taps cost multiplications."""
    of = graph(node("Conv", "x w", "y", group=6, dilations=(2, 2), pads=(2, 2, 2, 2)),
               constants=drawn(w=(6, 1, 3, 3)))
    (kernel,) = keras_model_from_onnx(of).network.weights.values()
    assert kernel.shape == (3, 3, 6, 1)


def test_a_table_of_what_was_learned_is_a_weight():
    """Not a constant in the graph, which has an end at 2 GB."""
    of = graph(node("Clip", "x", "c", min=0.0, max=2.5), node("Cast", "c", "i", to=7), node("Gather", "t i", "y"),
               constants=drawn(t=(5, 3)))
    (table,) = keras_model_from_onnx(of).network.weights.values()
    assert table.shape == (5, 3)


@pytest.mark.parametrize("op, inputs", [
    ("TopK", "x i"), ("Reshape", "x i"), ("Tile", "x i"), ("Expand", "x i"), ("Resize", "x i"),
    ("Slice", "x i c"), ("Slice", "x c i"), ("Slice", "x c c i"), ("Slice", "x c c c i")])
def test_what_says_a_shape_must_not_be_computed(op, inputs):
    of = Graph((node(op, inputs, "y"),), ("x", "i"), ("y",), {"c": np.ones(4, np.int64)},
               {"x": MAP, "i": (4,), "y": MAP}, {"i": "float32" if op == "Resize" else "int64"})
    (problem,) = problems_of(of)
    assert "{} with a computed input {}".format(op, inputs.split().index("i")) in problem


@pytest.mark.parametrize("inputs, outputs", [(("x", "k"), ("", "i")), (("x", "k", ""), ("v", "i"))])
def test_what_is_left_out_needs_no_shape(inputs, outputs):
    of = Graph((Node("TopK", inputs, outputs, {"axis": 2}, "layer"),), ("x",), ("i",), {"k": np.array([3])},
               {"x": MAP, "v": (2, 6, 3, 7), "i": (2, 6, 3, 7)})
    assert problems_of(of) == []
    assert len(problems_of(of._replace(shapes=dict(of.shapes, i=(2, 6, 0, 7))))) == 1


@pytest.mark.parametrize("dtype, words", [("object", "input x of type text"), ("float16", "input x of type float16")])
def test_a_type_of_input_is_refused_by_name(dtype, words):
    assert problems_of(Graph((), ("x",), ("x",), {}, {"x": MAP}, {"x": dtype})) == [words]


def test_an_input_without_axes_is_refused():
    (problem,) = problems_of(Graph((), ("x", "z"), ("z",), {}, {"x": (), "z": MAP}))
    assert "input x, which is a number without axes: give it one" in problem


def test_an_output_that_no_input_decides_is_refused():
    (problem,) = problems_of(Graph((), ("x",), ("x", "c"), {"c": np.ones(3, np.float32)}, {"x": MAP, "c": (3,)}))
    assert "output c, which no input decides: a constant" in problem


@pytest.mark.parametrize("attributes, words", [({}, "Relu of unknown shape"), ({"k": 3}, "Relu attribute k=3")])
def test_what_has_no_known_shape_is_named_once(attributes, words):
    (problem,) = problems_of(Graph((node("Relu", "x", "y", **attributes),), ("x",), ("y",), {}, {"x": MAP}))
    assert words in problem


@pytest.mark.parametrize("op, attributes, before, after, words", [
    ("AveragePool", dict(kernel_shape=(3, 3), strides=(3, 3)), (2, 6, 1, 2), (2, 6, 1, 1), "window larger than the map"),
    ("Resize", {}, (2, 6, 4, 4), (2, 6, 6, 4), "Resize from"),
    ("Resize", dict(mode="cubic"), (2, 6, 4, 4), (2, 6, 8, 4), "mode=cubic"),
    ("ConvTranspose", dict(output_padding=(1, 0)), (2, 6, 4, 4), (2, 4, 7, 6), "output_padding (1, 0)")])
def test_what_onnx_runtime_would_not_run(op, attributes, before, after, words):
    of = Graph((node(op, "x" if op == "AveragePool" else "x c", "y", **attributes),), ("x",), ("y",),
               {"c": np.ones((6, 4, 3, 3), np.float32)}, {"x": before, "y": after})
    (problem,) = problems_of(of)
    assert words in problem


def test_all_that_stands_in_the_way_is_told_at_once():
    of = graph(node("Softmax", "x", "m", w=2, k=3, axis=1), node("Xor", "m m", "y"))
    with pytest.raises(UnsupportedModel) as refusal:
        check_supported(of)
    assert [words in refusal.value.message for words in ("Softmax attribute k=3", "attribute w=2", "operator Xor")] == [True] * 3
    assert [problem.split(" at ")[0] for problem in problems_of(of)][:2] == ["Softmax attribute k=3", "Softmax attribute w=2"]


def test_what_converts_is_not_stopped():
    check_supported(graph(node("Relu", "x", "y")))


def test_a_reason_of_its_own_is_told_alone():
    """Not beside what its attributes are refused for, of which it may be the consequence."""
    of = graph(node("MatMul", "x z", "y", k=3), inputs={"x": (2, 3, 5), "z": (1, 5, 4)})
    assert [problem.split(" at ")[0] for problem in problems_of(of)] == ["MatMul attribute k=3"]


@pytest.mark.parametrize("inputs", ["x w", "x w b"])
def test_a_bias_that_is_left_out_is_not_computed(inputs):
    of = graph(node("Conv", "x w", "y"), constants=drawn(w=(4, 6, 3, 2)))
    names = tuple(inputs.replace("b", "").split(" "))
    assert problems_of(of._replace(nodes=(of.nodes[0]._replace(inputs=names),))) == []


def test_what_is_left_out_has_neither_shape_nor_type():
    operator = operator_of(Node("Conv", ("x", ""), ("y",)), View(Graph((), ("x",), ("y",), {}, {"x": MAP, "y": MAP})))
    assert (operator.input_shapes, operator.input_dtypes) == ((MAP, None), ("float32", None))


def test_what_follows_a_part_that_is_left_out_is_looked_at():
    of = Graph((Node("Slice", ("x", "c", "c", "", "i"), ("y",)),), ("x", "i"), ("y",), {"c": np.ones(1, np.int64)},
               {"x": MAP, "y": (2, 0, 9, 7), "i": (1,)}, {"i": "int64"})
    assert ["computed input 4" in problem or "no elements" in problem for problem in problems_of(of)] == [True, True]


@pytest.mark.parametrize("value, words", [(np.ones(3), "k=<tensor>"), (2.5, "k=2.5")], ids=["tensor", "number"])
def test_a_tensor_among_the_attributes_is_not_printed(value, words):
    (problem,) = problems_of(graph(node("Relu", "x", "m"), node("Relu", "m", "y"))._replace(
        nodes=(node("Relu", "x", "m"), node("Relu", "m", "y", k=value))))
    assert words in problem


@pytest.mark.parametrize("layer, place", [("head.act", "head.act"), ("", "y")])
def test_a_node_is_named_by_its_layer_where_it_has_one(layer, place):
    of = graph(node("Relu", "x", "y", k=3))
    (problem,) = problems_of(of._replace(nodes=(of.nodes[0]._replace(layer=layer),)))
    assert problem.endswith(" at " + place)


def test_what_reads_a_tensor_of_unknown_shape_is_not_named_for_it():
    of = Graph((node("Relu", "x", "m"), node("Exp", "m", "y")), ("x",), ("y",), {}, {"x": MAP})
    assert problems_of(of) == ["Relu of unknown shape at layer of m"]


@pytest.mark.parametrize("op, words", [
    ("If", "operator If: a graph within a graph at"), ("Flatten", "operator Flatten: not in a form that becomes Reshape at"),
    ("Foo", "operator Foo at")])
def test_an_operator_that_has_no_converter_is_refused_with_the_reason_that_is_known(op, words):
    (problem,) = problems_of(Graph((node(op, "x", "y"),), ("x",), ("y",), {}, {"x": MAP, "y": MAP}))
    assert problem.startswith(words)


@pytest.mark.parametrize("outputs, reader, expected", [
    (("y",), (), []), (("y", "m"), (), ["Dropout whose mask is read at layer"]),
    (("y", "z"), (node("Cast", "m", "z", to=1),), ["Dropout whose mask is read at layer"])])
def test_a_mask_of_an_old_dropout_may_only_be_left(outputs, reader, expected):
    of = Graph((Node("Dropout", ("x",), ("y", "m"), {}, "layer"),) + reader, ("x",), outputs, {},
               {name: MAP for name in "xymz"}, {"m": "bool"})
    assert problems_of(of) == expected
