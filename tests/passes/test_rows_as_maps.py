import numpy as np
import pytest

from job.onnx_model.passes import rows_as_maps
from tests.passes.small_graphs import assert_same_values, assert_unchanged, graph, node, ops, positive, weights, whole

ROWS, MAP = (2, 6, 9), (2, 6, 1, 9)
SHAPES = {"rows": whole(*ROWS), "map": whole(*MAP)}
DOWN, UP, END = node("Reshape", "x rows", "r"), node("Reshape", "z map", "mapped"), node("Neg", "mapped", "y")


def rows_graph(*nodes, constants={}, inputs={"x": MAP}, **kwargs):
    """With those constants that the nodes read."""
    read = {name for each in nodes for name in each.inputs}
    return graph(*nodes, inputs=inputs, **kwargs,
                 constants={name: value for name, value in dict(CONSTANTS, **constants).items() if name in read})


FORMS = {
    "Relu": [node("Relu", "r", "z")],
    "Mul of two": [node("Tanh", "r", "t"), node("Sigmoid", "r", "s"), node("Mul", "t s", "z")],
    "Add of a constant row": [node("Add", "r c", "z")],
    "Sub from a number": [node("Sub", "one r", "z")],
    "PRelu": [node("PRelu", "r slope", "z")],
    "BatchNormalization": [node("BatchNormalization", "r a b m v", "z")],
    "Split of channels": [node("Split", "r", "t s", axis=1, split=(3, 3)), node("Concat", "s t", "z", axis=1)],
    "Split of the batch": [node("Split", "r", "t s", split=(1, 1)), node("Concat", "s t", "z", axis=0)],
    "Slice along rows": [node("Slice", "r starts ends axes", "t"), node("Slice", "r ends far axes", "s"),
                         node("Concat", "s t", "z", axis=-1)],
    "Gather": [node("Gather", "r order", "z", axis=2)],
    "Pad": [node("Pad", "r", "t", pads=(0, 1, 2, 0, 0, 3), value=0.5), node("Slice", "t ones tens both", "z")],
    "Pad by what is there": [node("Pad", "r", "t", pads=(0, 0, 2, 0, 0, 3), mode="reflect"),
                             node("Slice", "t ends last axes", "z")],
    "Concat with constants": [node("Slice", "r starts ends axes", "t"), node("Concat", "t w", "z", axis=2)],
}
CONSTANTS = dict(SHAPES, c=weights(6, 1), one=np.array(1, np.float32), slope=weights(6, 1), a=weights(6), b=weights(6),
                 m=weights(6), v=positive(6), starts=whole(0), ends=whole(4), axes=whole(2), far=whole(9),
                 last=whole(13), ones=whole(1, 2), tens=whole(7, 11), both=whole(1, 2),
                 order=whole(8, 7, 6, 5, 4, 3, 2, 1, 0), w=weights(2, 6, 5))


@pytest.mark.parametrize("nodes", FORMS.values(), ids=list(FORMS))
def test_no_rows_are_left(nodes):
    before = rows_graph(DOWN, *nodes, UP, END)
    after = rows_as_maps(before)
    assert ops(after) == [each.op for each in nodes] + ["Neg"]
    assert_same_values(before, after)


def test_rows_come_last_where_they_are_the_answer():
    before = rows_graph(DOWN, node("Relu", "r", "t"), node("Neg", "t", "y"))
    after = rows_as_maps(before)
    assert ops(after) == ["Relu", "Neg", "Reshape"]
    assert_same_values(before, after)


def test_not_beside_rows_that_are_of_no_map():
    assert_unchanged(rows_as_maps, rows_graph(DOWN, node("Add", "r q", "z"), UP, END, inputs={"x": MAP, "q": ROWS}))


def test_not_where_the_rows_are_needed_too():
    nodes = DOWN, node("Relu", "r", "z"), UP, END
    assert_unchanged(rows_as_maps, rows_graph(*nodes, outputs="y r"))
    assert_unchanged(rows_as_maps, rows_graph(*nodes, node("MatMul", "r square", "product"), outputs="y product",
                                              constants={"square": weights(9, 9)}))


def test_not_of_what_is_no_map_of_height_one():
    assert_unchanged(rows_as_maps, rows_graph(DOWN, node("Relu", "r", "z"), UP, END, inputs={"x": (2, 6, 3, 3)},
                                              constants={"map": whole(2, 6, 3, 3)}))
