import numpy as np
import pytest

from job.onnx_model.passes import whole_sequences
from tests.passes.small_graphs import assert_same_values, assert_unchanged, drawn, graph, node, ops

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def layer(op, lengths=None, **attributes):
    constants = dict(drawn(w=(1, 2 * GATES[op], 3), r=(1, 2 * GATES[op], 2), b=(1, 4 * GATES[op])))
    if lengths is not None:
        constants["lengths"] = np.array(lengths, np.int32)
    inputs = "x w r b" + (" lengths" if lengths is not None else "")
    return graph(node(op, inputs, "sequence last", hidden_size=2, **attributes), inputs={"x": (5, 2, 3)},
                 constants=constants, outputs="sequence last")


@pytest.mark.parametrize("op", sorted(GATES))
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_lengths_that_say_what_is_so_anyway(op, direction):
    before = layer(op, lengths=(5, 5), direction=direction)
    after = whole_sequences(before)
    assert after.nodes[0].inputs == ("x", "w", "r", "b", "")
    assert_same_values(before, after)


@pytest.mark.parametrize("before", [layer("GRU"), layer("LSTM", lengths=(5, 3))])
def test_none_and_others_stay(before):
    assert_unchanged(whole_sequences, before)


def test_a_first_state_of_zeros_is_a_constant():
    before = layer("GRU")
    made = before.nodes[0]._replace(inputs=("x", "w", "r", "b", "", "h"))
    before = graph(node("ConstantOfShape", "rest", "h"), made, inputs={"x": (5, 2, 3)},
                   constants=dict(before.constants, rest=np.array([1, 2, 2], np.int64)), outputs="sequence last")
    assert ops(whole_sequences(before)) == ["GRU"]
