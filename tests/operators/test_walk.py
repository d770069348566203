"""What the walk makes of a graph as a whole: inputs, outputs, names, weights, and what ties the batch."""
import gc
import weakref

import keras
import numpy as np
import pytest
from keras import backend

from job.axes import inverse, published
from job.keras_model import walk
from job.keras_model.layers import layer_name
from job.keras_model.operators import CONVERTERS
from job.keras_model.walk import keras_model_from_onnx
from job.tensorflow_model.runners import KerasRunner
from tests.passes.small_graphs import MAP, drawn, graph, node, questions, whole

TWO_CONVS = dict(drawn(w=(4, 6, 3, 3), b=(4,), v=(5, 4, 1, 1)))


def two_convs():
    return graph(node("Conv", "x w b", "m"), node("Relu", "m", "r"), node("Conv", "r v", "y"), constants=TWO_CONVS)


def names_of(built):
    return [each.name for each in built.network.graph.get_operations()]


def test_names_are_the_same_each_time():
    """A process converts many."""
    assert names_of(keras_model_from_onnx(two_convs())) == names_of(keras_model_from_onnx(two_convs()))


@pytest.mark.parametrize("last", [
    node("Relu", "x", "y"), node("Reshape", "x s", "y"), node("Conv", "x w", "y"), node("Identity", "x", "y")],
    ids=lambda each: each.op)
def test_outputs_have_their_very_names_whatever_makes_them(last):
    of = graph(last, constants=dict(drawn(w=(5, 6, 1, 1)), s=whole(-1, 6, 63)))
    assert [tensor.op.name for tensor in keras_model_from_onnx(of).network.outputs] == ["y"]


def test_every_weight_is_there_as_its_layer_wants_it():
    weights = keras_model_from_onnx(two_convs()).network.weights
    assert sorted(value.shape for value in weights.values()) == [(1, 1, 4, 5), (3, 3, 6, 4), (4,)]
    assert all(value.flags["C_CONTIGUOUS"] for value in weights.values())


@pytest.mark.parametrize("op, inputs", [("MatMul", "x w"), ("Gemm", "x w")])
def test_a_layer_without_bias_has_one_weight(op, inputs):
    of = graph(node(op, inputs, "y", **({"transB": 1} if op == "Gemm" else {})), constants=drawn(w=(5, 5)), inputs={"x": (2, 5)})
    built = keras_model_from_onnx(of)
    assert len(built.network.weights) == 1
    assert sum(each.type in ("VariableV2", "VarHandleOp") for each in built.network.graph.get_operations()) == 1


@pytest.mark.parametrize("name, allowed", [
    ("conv1.weight", "conv1.weight"), ("/block/r", "layer_block_r"), ("_e", "layer_e"), ("2-b", "2-b"), ("a b:0", "a_b_0")])
def test_names_are_such_as_tensorflow_takes(name, allowed):
    backend.reset_uids()
    assert (layer_name(name), layer_name(name)) == (allowed, allowed + "_2")


def test_the_process_may_want_channels_first():
    before = backend.image_data_format()
    backend.set_image_data_format("channels_first")
    try:
        built = keras_model_from_onnx(two_convs())
        assert backend.image_data_format() == "channels_first"
    finally:
        backend.set_image_data_format(before)
    assert built.network.outputs[0].shape.as_list() == [None, 7, 5, 5]


def test_weights_are_not_copied_for_the_walk(monkeypatch):
    shown = []
    original = walk.onnx2keras.onnx_to_keras
    monkeypatch.setattr(walk.onnx2keras, "onnx_to_keras", lambda model, *args, **kwargs: (
        shown.append(model.ByteSize()), original(model, *args, **kwargs))[1])
    keras_model_from_onnx(graph(node("Conv", "x w b", "m"), node("Add", "m c", "y"),
                                constants=drawn(w=(4, 600, 3, 3), b=(4,), c=(998,)), inputs={"x": (2, 600, 5, 1000)}))
    assert shown[0] < 1000


def test_every_tensor_is_told_with_its_order():
    of = graph(node("Relu", "x", "r"), node("Transpose", "r", "t", perm=(0, 2, 1, 3)), node("Exp", "t", "y"))
    built = keras_model_from_onnx(of)
    assert set(built.tensors) == {"r", "t", "y"}
    name, order = built.tensors["t"]
    tensor = built.network.graph.get_tensor_by_name(name)
    assert [tensor.shape.as_list()[place] for place in inverse(order)][1:] == [9, 6, 7]


def test_only_an_output_is_moved_to_the_order_of_what_is_published():
    built = keras_model_from_onnx(graph(
        node("ReduceMean", "x", "m", axes=(3,), keepdims=0), node("Exp", "m", "e"), node("Neg", "e", "y")))
    assert sum(each.type == "Transpose" for each in built.network.graph.get_operations()) == 1


@pytest.mark.parametrize("nodes, tied", [
    ((node("Relu", "x", "r"), node("Slice", "r s e a", "t"), node("Concat", "t t", "y", axis=0)), "t"),
    ((node("Slice", "x s e a", "t"), node("Relu", "t", "y")), "t"),
    ((node("Slice", "x s e a", "t"), node("Relu", "x", "y")), "t"),
    ((node("Relu", "x", "r"), node("Concat", "r r", "y", axis=0)), "y"),
    ((node("Relu", "x", "y"),), ""),
], ids=["twice", "before", "aside", "last", "never"])
def test_the_first_that_ties_the_batch_is_named(nodes, tied):
    of = graph(*nodes, constants=dict(s=whole(0), e=whole(1), a=whole(0)))
    built = keras_model_from_onnx(of)
    assert built.batch_fixed_by == tied


@pytest.mark.parametrize("x, z, tied", [
    ((2, 6), (2, 5), ""), ((2, 6), (3, 6), "z"), ((2, 6), (1, 6), "z"), ((2, 6), (2, 6), "")], ids=str)
def test_inputs_of_several_batches_tie_it(x, z, tied):
    built = keras_model_from_onnx(graph(node("Relu", "x", "y"), node("Exp", "z", "w"), outputs="y w", inputs={"x": x, "z": z}))
    assert built.batch_fixed_by == tied
    assert [each.shape.as_list()[0] for each in built.network.inputs] == ([x[0], z[0]] if tied else [None, None])


@pytest.mark.parametrize("shape", [MAP, (2, 6, 7), (2, 3, 4, 5, 7), (3, 5)], ids=str)
def test_inputs_and_outputs_are_as_published(shape):
    of = graph(node("Neg", "x", "y"), inputs={"x": shape})
    (x,) = questions(of)
    order = published(len(shape))
    with KerasRunner(keras_model_from_onnx(of).network) as run:
        (y,) = run(x.transpose(order))
    assert np.array_equal(y, -x.transpose(order))


def test_an_input_may_be_left_out():
    """Amid others: the steps are given, the axes are not."""
    sliced = node("Slice", "", "y")._replace(inputs=("x", "s", "e", "", "t"))
    of = graph(sliced, constants=dict(s=whole(0, 1, 2, 3), e=whole(2, 5, 9, 7), t=whole(1, 1, 2, 3)))
    (x,) = questions(of)
    with KerasRunner(keras_model_from_onnx(of).network) as run:
        (y,) = run(x.transpose(published(4)))
    assert np.array_equal(y, x[:, 1:5, 2::2, 3::3].transpose(published(4)))


def test_every_output_of_an_operator_is_there():
    of = graph(node("Split", "x", "y z", axis=1, split=(2, 4)), outputs="y z")
    assert [each.shape.as_list()[1:] for each in keras_model_from_onnx(of).network.outputs] == [[9, 7, 2], [9, 7, 4]]


def test_an_operator_that_is_not_ours_meets_no_converter_of_onnx2keras():
    before = dict(walk.onnx2keras.AVAILABLE_CONVERTERS)
    assert "Flatten" in before
    with pytest.raises(KeyError):
        keras_model_from_onnx(graph(node("Flatten", "x", "y")))
    assert walk.onnx2keras.AVAILABLE_CONVERTERS == before and walk.onnx2keras.keras is keras
    assert "TopK" in CONVERTERS and "TopK" not in before


def test_layers_of_keras_have_their_own_weights_again():
    before = keras.engine.Layer.add_weight
    keras_model_from_onnx(two_convs())
    assert keras.engine.Layer.add_weight is before and "unset_weights" not in before.__module__


def test_a_graph_that_is_done_with_is_not_kept():
    done = weakref.ref(keras_model_from_onnx(two_convs()).network.graph)
    keras_model_from_onnx(two_convs())
    gc.collect()
    assert done() is None
