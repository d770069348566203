"""Small float32 files and what becomes of them in int8."""
import numpy as np
from small_models import plain_graph

from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.int8_source import shown_to_samples
from job.tensorflow_model.quantised.needed_ranges import needed_ranges
from job.tensorflow_model.runners import TFLiteRunner
from job.tensorflow_model.tflite import write_tflite

MAP = (1, 7, 9, 6)


def samples(shape=MAP, seed=0, count=6):
    random = np.random.RandomState(seed)
    return [(random.randn(*shape).astype(np.float32),) for _ in range(count)]


def float32_of(build, folder, shape=MAP):
    write_tflite(frozen_graph(plain_graph(build, [None] + list(shape[1:])), shape[0]), "float32", folder / "m.float32.tflite")
    return open_tflite(folder / "m.float32.tflite")


def answer_of(file, given, folder):
    """What the interpreter makes of these inputs."""
    (folder / "asked.tflite").write_bytes(tflite_bytes(file))
    with TFLiteRunner(folder / "asked.tflite") as run:
        return run(given)[0]


def quantised(float32, given=None):
    def calibration():
        return given or samples()
    shown = shown_to_samples(float32)
    return int8_from_float32(shown, needed_ranges(shown, calibration), calibration)
