import numpy as np
import pytest

from job.onnx_model.passes import linear_by_parts, merge_reshapes
from tests.passes.small_graphs import assert_same_values, assert_unchanged, drawn, graph, node, ops, whole

ROWS = (2, 5, 8)  # batch, tokens, features; a layer makes 24 of them: three parts of 2 heads of 4
HEADS = whole(2, 5, 3, 2, 4)


def taken_apart(*ends, bias=True, target=HEADS, perm=(2, 0, 3, 1, 4), outputs="y z", **constants):
    product = node("MatMul", "x w", "sum" if not bias else "product")
    total = [node("Add", "b product", "sum")] if bias else []
    moved = [node("Transpose", "split", "moved", perm=perm)] if perm else []
    return graph(
        product, *total, node("Reshape", "sum target", "split"), *moved, *ends,
        outputs=outputs, inputs={"x": ROWS},
        constants=dict(drawn(w=(8, 24), b=(24,)), target=target, **constants))


def picks(read="moved", axis=0, first=np.array(0), second=np.array(2), **kinds):
    ends = node("Gather", read + " first", "y", axis=axis), node("Gather", read + " second", "z", axis=axis)
    return taken_apart(*ends, first=first, second=second, **kinds)


@pytest.mark.parametrize("bias", [True, False])
def test_parts_that_are_picked(bias):
    before = picks(bias=bias)
    after = linear_by_parts(before)
    assert "Gather" not in ops(after) and ops(after).count("MatMul") == 2 and ops(after).count("Add") == 2 * bias
    assert_same_values(before, after)


@pytest.mark.parametrize("other", [
    dict(first=whole(1), second=whole(-1)),
    dict(perm=None, read="split", axis=2),
    dict(perm=(0, 2, 1, 3, 4), axis=1, target=whole(2, 5, 3, 4, 2)),
    dict(perm=(2, 0, 1, 3), axis=-4, target=whole(2, 5, 3, 8)),
    dict(perm=(1, 0, 2, 3), axis=0, target=whole(10, 3, 2, 4)),
], ids=["with an axis of one", "without a Transpose", "other sizes", "one head", "tokens together"])
def test_in_other_forms(other):
    before = picks(**other)
    after = linear_by_parts(before)
    assert "Gather" not in ops(after) and ops(after).count("MatMul") == 2
    assert_same_values(before, after)


def test_parts_that_are_split_off():
    before = taken_apart(
        node("Split", "moved", "q k v", axis=0, split=(1, 1, 1)), node("Reshape", "q own", "rows"), node("Relu", "rows", "y"),
        node("Relu", "v", "z"),
        own=whole(2, 2, 5, 4))
    after = merge_reshapes(linear_by_parts(before))
    assert "Split" not in ops(after) and ops(after).count("MatMul") == 2
    assert ops(after).count("Reshape") == 3  # into heads twice; and what is read with its axis of one
    assert_same_values(before, after)


def test_past_axes_of_one():
    before = taken_apart(
        node("Reshape", "moved dense", "squeezed"),
        node("Gather", "squeezed first", "y", axis=0), node("Gather", "squeezed second", "z", axis=0),
        target=whole(1, 10, 1, 3, 8), perm=(3, 1, 2, 0, 4), dense=whole(3, 10, 1, 8),
        first=np.array(0), second=np.array(1))
    after = linear_by_parts(before)
    assert "Gather" not in ops(after) and ops(after).count("MatMul") == 2
    assert_same_values(before, after)


@pytest.mark.parametrize("other", [
    dict(second=np.array(0)),
    dict(second=whole(1, 2)),
    dict(outputs="y z moved"),
    dict(outputs="y z sum"),
    dict(axis=2),
    dict(target=whole(2, 5, 2, 3, 4), perm=(3, 0, 2, 1, 4)),
    dict(target=whole(5, 2, 3, 2, 4), perm=(0, 2, 1, 3, 4)),
], ids=["one twice", "two at a time", "the whole is an output", "so is the layer's", "heads", "parts within heads", "tokens"])
def test_not_for_others(other):
    assert_unchanged(linear_by_parts, picks(**other))


def test_not_where_another_reads_the_whole():
    ends = node("Gather", "moved first", "y", axis=0), node("Relu", "moved", "z")
    assert_unchanged(linear_by_parts, taken_apart(*ends, first=np.array(0)))


def test_not_where_parts_are_of_several():
    ends = (node("Split", "moved", "y z", axis=0, split=(1, 2)),)
    assert_unchanged(linear_by_parts, taken_apart(*ends))
