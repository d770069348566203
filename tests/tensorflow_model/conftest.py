"""One small model, written once."""
from pathlib import Path
from typing import NamedTuple

import pytest
from small_models import two_by_two_graph

from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.graph import KerasGraph
from job.tensorflow_model.saved_model import write_saved_model
from job.tensorflow_model.tflite import write_tflite


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
