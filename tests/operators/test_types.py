"""Types that TensorFlow Lite 1.14 does not compute with are refused by name; an input is asked for in its own type."""
import keras
import numpy as np
import pytest

from job.keras_model.preflight import problems_of
from job.keras_model.upstream import onnx2keras
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.graph import Graph
from tests.passes.small_graphs import MAP, node

FLOATS = ("Abs", "Div", "Max", "Min", "Pow", "Relu", "Sum")
NUMBERS = ("Add", "Mul", "Sub")
LAYERS = (("Conv", (4, 6, 3, 3), {}), ("ConvTranspose", (6, 4, 3, 3), {}), ("Gemm", (4, 6), {"transB": 1}),
          ("MatMul", (6, 4), {}), ("Resize", (4,), {}))


def _of(op, dtype):
    inputs = "x" if op in ("Abs", "Relu") else "x z"
    return Graph((node(op, inputs, "y"),), ("x", "z"), ("y",), {}, {"x": MAP, "z": MAP, "y": MAP}, {"x": dtype, "z": dtype})


@pytest.mark.parametrize("op, dtype", [(op, "int64") for op in FLOATS + NUMBERS] + [(op, "int32") for op in FLOATS])
def test_arithmetic_of_whole_numbers(op, dtype):
    assert problems_of(_of(op, dtype)) == ["{} of {} at layer of y".format(op, dtype)]


@pytest.mark.parametrize("op, dtype", [(op, "float32") for op in FLOATS + NUMBERS] + [(op, "int32") for op in NUMBERS])
def test_arithmetic_that_there_is(op, dtype):
    assert problems_of(_of(op, dtype)) == []


@pytest.mark.parametrize("dtype", ["float32", "int64", "int32", "bool"])
def test_inputs_that_there_are(dtype):
    assert problems_of(Graph((node("Cast", "x", "y", to=1),), ("x",), ("y",), {}, {"x": MAP, "y": MAP}, {"x": dtype})) == []


@pytest.mark.parametrize("op, shape, attributes", LAYERS)
def test_layers_of_whole_numbers(op, shape, attributes):
    of = Graph((node(op, "x w", "y", **attributes),), ("x",), ("y",), {"w": np.ones(shape, np.int64)},
               {"x": (2, 6) if op in ("Gemm", "MatMul") else MAP, "y": (2, 4) if op in ("Gemm", "MatMul") else MAP},
               {"x": "int64"})
    (problem,) = problems_of(of)
    assert problem.startswith("{} of int64".format(op))


def test_an_input_has_its_own_type_and_the_process_is_left_as_it_was():
    before, image_format = dict(onnx2keras.AVAILABLE_CONVERTERS), keras.backend.image_data_format()
    keras.backend.set_image_data_format("channels_first")
    of = Graph((node("Cast", "x", "y", to=1),), ("x",), ("y",), {}, {"x": (2, 6), "y": (2, 6)}, {"x": "int64"})
    try:
        (x,) = keras_model_from_onnx(of).network.inputs
        assert keras.backend.image_data_format() == "channels_first"
    finally:
        keras.backend.set_image_data_format(image_format)
    assert x.dtype == "int64" and x.shape.as_list() == [None, 6]
    assert onnx2keras.keras is keras and onnx2keras.AVAILABLE_CONVERTERS == before
