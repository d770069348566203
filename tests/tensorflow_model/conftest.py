"""One small model, written once, and the Python of a current TensorFlow."""
from pathlib import Path
from typing import NamedTuple

import pytest
from small_models import two_by_two_graph

from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.graph import KerasGraph
from job.tensorflow_model.saved_model import write_saved_model
from job.tensorflow_model.tflite import write_tflite
from tests.tools_environment import locked_tools


class Written(NamedTuple):
    model: KerasGraph
    folder: Path  # with saved_model/1, m.float32.tflite, m.dynamic.tflite


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Written:
    model = two_by_two_graph()
    folder = tmp_path_factory.mktemp("model")
    write_saved_model(model, folder / "saved_model" / "1")
    frozen = frozen_graph(model, batch=1)
    for mode in ("float32", "dynamic"):
        write_tflite(frozen, mode, folder / "m.{}.tflite".format(mode))
    return Written(model, folder)


@pytest.fixture(scope="session")
def current_tensorflow(checkout: Path) -> str:
    """A newer Python with the locked TensorFlow; making it the first time takes a minute or two."""
    return str(locked_tools(Path(__file__).with_name("current_tensorflow.lock"), checkout) / "python")
