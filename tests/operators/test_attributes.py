"""Every row: ONNX Runtime's answers, and the operators that it should cost."""
import numpy as np
import pytest

from job.axes import published
from job.keras_model.preflight import check_supported
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.graph import Graph
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.passes import canonical
from job.onnx_model.runtime import run_graph
from job.parity.answers import answers_of_file
from job.parity.probes import make_probes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite
from job.tensorflow_model.tflite_file import open_tflite
from job.values import TensorFacts
from tests.operators.attributes import ROWS

OF_RANGE = 2e-5


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_attributes(row, tmp_path):
    before = row.graph()
    inputs = _facts(before, before.inputs)
    probes = make_probes(inputs, 2)
    write_onnx(canonical(before), tmp_path / "model.onnx")
    graph = read_onnx(tmp_path / "model.onnx")
    check_supported(graph)
    built = keras_model_from_onnx(graph)
    outputs = _facts(graph, graph.outputs)
    with KerasRunner(built.network) as run:
        keras = answers_of_file(run, inputs, outputs, probes, not built.batch_fixed_by)
    file = tmp_path / "model.tflite"
    write_tflite(frozen_graph(built.network, inputs[0].pytorch_shape[0]), "float32", file)
    with TFLiteRunner(file) as run:
        tflite = answers_of_file(run, inputs, outputs, probes, False)
    for probe, *answers in zip(probes, keras, tflite):
        reference = run_graph(before, probe.inputs)
        for answer in answers:
            assert len(answer) == len(reference)
            for expected, value in zip(reference, answer):
                _assert_close(expected, value)
    assert " ".join(operator.name for operator in open_tflite(file).operators) == row.operators
    assert (built.batch_fixed_by == "") == row.batch_is_free


def _facts(graph: Graph, names):
    return tuple(TensorFacts(name, graph.dtypes.get(name, "float32"), shape, published(len(shape)))
                 for name in names for shape in [graph.shapes[name]])


def _assert_close(expected, value):
    assert value.shape == expected.shape
    if expected.dtype.kind != "f":
        assert np.array_equal(expected, value)
    else:
        spread = float(np.ptp(expected) if expected.size > 1 else np.abs(expected).max())
        assert spread > 0, "a constant shows nothing"
        assert np.abs(expected.astype(np.float64) - value).max() <= OF_RANGE * spread
