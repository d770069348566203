"""The table of operators leaves none of ONNX's out, and what it says of passes is so."""
import numpy as np
import onnx.defs
import pytest

from job.keras_model.operators import rows
from job.keras_model.preflight import problems_of
from job.keras_model.refused import REFUSED
from job.keras_model.registry import CONVERTERS, converts
from job.onnx_model.passes import REPLACED, WIDENED, canonical
from tests.passes.small_graphs import drawn, graph, node

ROW, CUBE = (2, 4, 9), (2, 4, 5, 9, 7)
MAP = (2, 4, 9, 7)
WINDOW = {3: {"kernel_shape": (3,)}, 4: {"kernel_shape": (3, 3)}, 5: {"kernel_shape": (3, 3, 3)}}


def test_every_operator_of_onnx_is_in_it():
    named = [row.operator for row in rows()]
    assert sorted(named) == sorted(set(named))
    assert {schema.name for schema in onnx.defs.get_all_schemas() if not schema.domain} == set(named)


def test_what_is_refused_or_replaced_has_no_converter():
    assert not set(REFUSED) & (set(CONVERTERS) | set(REPLACED))
    assert all(converter.refuse.__doc__ for converter in CONVERTERS.values() if converter.refuse)


def test_an_operator_has_one_converter():
    before = CONVERTERS["Relu"]
    with pytest.raises(ValueError):
        converts("Relu")(lambda operator, x: x)
    assert CONVERTERS["Relu"] is before


def of(op, inputs, shape, **attributes):
    constants = drawn(w3=(4, 4, 3), w4=(4, 4, 3, 3), w5=(4, 4, 3, 3, 3), m=(9, 7), row=(7,))
    constants.update({"half{}".format(rank): np.float32([1, 1] + [0.6] * (rank - 2)) for rank in (3, 4, 5)})
    given = {"x": shape, "v": (9, 7), "u": (7,)}
    return graph(node(op, inputs, "y", **attributes),
                 constants={name: constants[name] for name in inputs.split() if name in constants},
                 inputs={name: given[name] for name in inputs.split() if name in given})


FORMS = [
    *[(op, of(op, "x", shape, auto_pad="SAME_UPPER", **WINDOW[len(shape)]))
      for op in ("MaxPool", "AveragePool") for shape in (ROW, MAP, CUBE)],
    *[(op, of(op, "x", MAP, ceil_mode=1, strides=(2, 2), **WINDOW[4])) for op in ("MaxPool", "AveragePool")],
    ("MaxPool", of("MaxPool", "x", MAP, dilations=(2, 3), **WINDOW[4])),
    *[(op, of(op, "x w{}".format(len(shape)), shape, auto_pad="SAME_LOWER"))
      for op in ("Conv", "ConvTranspose") for shape in (ROW, MAP, CUBE)],
    ("Conv", of("Conv", "x x", MAP)),
    ("ConvTranspose", of("ConvTranspose", "x w4", MAP, strides=(2, 2), output_shape=(18, 14))),
    ("Gemm", of("Gemm", "x m row", (9, 4), alpha=0.5, beta=2.0, transA=1, transB=0)),
    ("Gemm", of("Gemm", "x v u", (4, 9))),
    *[("MatMul", of("MatMul", inputs, shape)) for inputs, shape in (("x row", ROW[1:] + (7,)), ("x v", (9,)), ("m x", (3, 7, 2)))],
    ("Pad", of("Pad", "x", MAP, mode="edge", pads=(0, 0, 1, 2, 0, 0, 3, 1))),
    *[("Resize", of("Resize", "x half{}".format(len(shape)), shape, mode=mode))
      for mode, shapes in (("nearest", (ROW, MAP, CUBE)), ("linear", (ROW, CUBE))) for shape in shapes],
]


@pytest.mark.parametrize("op, before", FORMS, ids=["{} {}".format(*pair) for pair in enumerate(op for op, _ in FORMS)])
def test_forms_that_passes_take_away_are_not_refused(op, before):
    assert problems_of(before), "its converter would take it as it is"
    assert problems_of(canonical(before)) == []


def test_every_operator_that_is_widened_is_tried():
    assert {op for op, _ in FORMS} == set(WIDENED)
