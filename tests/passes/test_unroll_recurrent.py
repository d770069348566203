import numpy as np
import pytest

from job.onnx_model.passes import unroll_recurrent
from job.onnx_model.passes.unroll_recurrent import MOST_STEPS
from tests.passes.small_graphs import assert_same_values, assert_unchanged, drawn, graph, node, ops

WEIGHTS = {"RNN": 1, "GRU": 3, "LSTM": 4}


def layer(op, length=5, lengths=None, **attributes):
    constants = dict(drawn(w=(1, 2 * WEIGHTS[op], 3), r=(1, 2 * WEIGHTS[op], 2), b=(1, 4 * WEIGHTS[op])))
    if lengths is not None:
        constants["lengths"] = np.array(lengths, np.int32)
    inputs = "x w r b" + (" lengths" if lengths is not None else "")
    return graph(node(op, inputs, "sequence last", hidden_size=2, **attributes), inputs={"x": (length, 2, 3)},
                 constants=constants, outputs="sequence last")


@pytest.mark.parametrize("op", sorted(WEIGHTS))
@pytest.mark.parametrize("attributes", [{}, {"direction": "reverse"}, {"lengths": (5, 5)}])
def test_one_step_after_another(op, attributes):
    before = layer(op, **attributes)
    after = unroll_recurrent(before)
    assert op not in ops(after) and ops(after).count("Gemm") >= 5
    assert_same_values(before, after)


def test_an_attribute_may_say_what_is_so_anyway():
    """PyTorch's newer exporter writes it of every LSTM."""
    before = layer("LSTM", input_forget=0)
    after = unroll_recurrent(before)
    assert "LSTM" not in ops(after)
    assert_same_values(before, after)


@pytest.mark.parametrize("op", sorted(WEIGHTS))
def test_steps_are_parted_and_joined_all_at_once(op):
    few, many = (ops(unroll_recurrent(layer(op, length=length))) for length in (5, 50))
    assert "Gather" not in many
    assert [many.count(each) for each in ("Reshape", "Concat")] == [few.count(each) for each in ("Reshape", "Concat")]


def test_the_state_beside_a_layer_that_stays_is_a_constant():
    before = layer("GRU", length=MOST_STEPS + 1)
    made = before.nodes[0]._replace(inputs=("x", "w", "r", "b", "", "h"))
    before = graph(node("ConstantOfShape", "rest", "h"), made, inputs={"x": (MOST_STEPS + 1, 2, 3)},
                   constants=dict(before.constants, rest=np.array([1, 2, 2], np.int64)), outputs="sequence last")
    assert ops(unroll_recurrent(before)) == ["GRU"]


@pytest.mark.parametrize("before", [
    layer("GRU", length=MOST_STEPS + 1), layer("LSTM", lengths=(5, 3)), layer("RNN", clip=0.5),
    layer("LSTM", input_forget=1),
    layer("RNN", activations=["Softsign"])])
def test_what_has_no_such_steps_stays(before):
    assert_unchanged(unroll_recurrent, before)


@pytest.mark.parametrize("op", sorted(WEIGHTS))
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_from_a_state_that_is_given(op, direction):
    """Computed, as an encoder hands it on."""
    before = layer(op, direction=direction)
    states = ("h", "c")[:1 + (op == "LSTM")]
    made = before.nodes[0]._replace(inputs=("x", "w", "r", "b", "") + states)
    given = dict({"x": (5, 2, 3)}, **{name: (1, 2, 2) for name in states})
    before = graph(made, inputs=given, constants=before.constants, outputs="sequence last")
    after = unroll_recurrent(before)
    assert op not in ops(after)
    assert_same_values(before, after)


def test_gates_that_look_at_the_cell():
    before = layer("LSTM")
    made = before.nodes[0]._replace(inputs=("x", "w", "r", "b", "", "", "", "p"))
    before = graph(made, inputs={"x": (5, 2, 3)}, constants=dict(before.constants, **drawn(p=(1, 6))), outputs="sequence last")
    after = unroll_recurrent(before)
    assert "LSTM" not in ops(after)
    assert_same_values(before, after)


@pytest.mark.parametrize("op, attributes", [
    ("RNN", {"activations": ["Relu"]}), ("RNN", {"activations": ["Sigmoid"]}), ("GRU", {"linear_before_reset": 1}),
    ("GRU", {"activations": ["Sigmoid", "Relu"]}), ("LSTM", {"activations": ["Sigmoid", "Relu", "Tanh"]})], ids=str)
def test_functions_of_the_gates(op, attributes):
    before = layer(op, **attributes)
    after = unroll_recurrent(before)
    assert op not in ops(after)
    assert_same_values(before, after)
