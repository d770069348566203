"""Functions that TensorFlow Lite has no operator for, at many places and against double precision."""
import numpy as np
import pytest
import torch
from scipy import special

from job.axes import published
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.model_file import read_onnx, write_onnx
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite
from job.values import TensorFacts
from tests.operators.case import Lambda
from tests.operators.conversion import exported

_SMALL = np.logspace(-30, 0, 20001)
_ALL = np.concatenate([np.linspace(-30, 30, 60001), _SMALL, -_SMALL])

ROWS = [
    # name, PyTorch's function, the truth, places, largest error: absolute, and of the value itself
    ("erf", torch.erf, special.erf, np.concatenate([_ALL, -np.logspace(2, 15, 101)]), 4e-7, 7e-7),
    ("log1p", torch.log1p, np.log1p, np.concatenate([_ALL[_ALL > -0.9999], np.logspace(2, 30, 101)]), None, 2.5e-7),
    ("expm1", torch.expm1, np.expm1, np.concatenate([_ALL, np.linspace(30, 85, 1001)]), None, 5e-7),
    ("sinh", torch.sinh, np.sinh, _ALL, None, 5e-7),
    ("log-sigmoid", torch.nn.functional.logsigmoid, lambda x: -np.logaddexp(0, -x), _ALL, 4e-6, None),
    ("softplus", torch.nn.functional.softplus, lambda x: np.logaddexp(0, x), _ALL, 4e-6, None),
    ("gelu", lambda x: x * 0.5 * (1 + torch.erf(x / 2 ** 0.5)), lambda x: x * special.ndtr(x), _ALL, 4e-6, None),
    ("round", torch.round, np.round, np.concatenate([_ALL, np.arange(-20, 20) + 0.5, [2.0 ** 24 + 2]]), 0, None),
    ("fmod", lambda x: torch.fmod(x, 0.3), lambda x: np.fmod(x, np.float64(np.float32(0.3))), _ALL, 0, None),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_close_everywhere(row, tmp_path):
    _, function, truth, places, absolute, relative = row
    x = places.astype(np.float32)[None]
    expected = truth(x.astype(np.float64))
    for answer in _answers(function, x, tmp_path):
        error = np.abs(answer - expected)
        assert np.isfinite(answer).all()
        assert absolute is None or error.max() <= absolute
        assert relative is None or np.all(error <= relative * np.abs(expected))


def _answers(function, x, folder):
    facts = TensorFacts("x", "float32", x.shape, published(2))
    write_onnx(exported(Lambda(function).eval(), (facts,), ["y"]), folder / "model.onnx")
    built = keras_model_from_onnx(read_onnx(folder / "model.onnx"))
    write_tflite(frozen_graph(built.network, 1), "float32", folder / "model.tflite")
    for runner in (KerasRunner(built.network), TFLiteRunner(folder / "model.tflite")):
        with runner as run:
            yield run(x)[0]
