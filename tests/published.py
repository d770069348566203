"""A published model as its user meets it: the folder and TensorFlow, nothing of the job."""
import json
import subprocess
from pathlib import Path
from typing import Any, Dict, Mapping, Sequence, Tuple

import numpy as np
import tensorflow as tf

from tests.running import run_job


def convert(checkpoint: Path, output_dir: Path, *flags: str) -> "Published":
    """Runs the job as a whole process; an AssertionError repeats what it said where it did not end with 0."""
    job = run_job("convert", checkpoint, "--output-dir={}".format(output_dir), *flags, stderr=subprocess.STDOUT)
    assert job.returncode == 0, job.stdout
    folder, = [each for each in output_dir.iterdir() if each.is_dir() and not each.name.startswith(".")]
    return Published(folder)


class Published:
    """Reads interface.json and follows it, for a network with one input and one output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parity = self._document("parity.json")
        self.interface = self._document("interface.json")

    def _document(self, name: str) -> Dict[str, Any]:
        return json.loads((self.folder / name).read_text())

    def file(self, mode: str) -> Tuple[str, Mapping[str, Any]]:
        """The file's name and its entry in interface.json."""
        found, = [item for item in self.interface["files"].items() if item[1]["mode"] == mode]
        return found

    @property
    def modes(self) -> Sequence[str]:
        """saved_model, float32, ... of every file."""
        return [entry["mode"] for entry in self.interface["files"].values()]

    def answer(self, mode: str, x: np.ndarray) -> np.ndarray:
        """What that file makes of x; both are laid out as PyTorch has them."""
        file, entry = self.file(mode)
        (fed,), (given,) = entry["inputs"], entry["outputs"]
        answer = _saved_model_answer if mode == "saved_model" else _tflite_answer
        y = answer(str(self.folder / file), fed["name"], x.transpose(fed["permutation"]), given["name"])
        return y.transpose(np.argsort(given["permutation"]))


def _saved_model_answer(folder: str, name: str, x: np.ndarray, output: str) -> np.ndarray:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        signatures = tf.compat.v1.saved_model.load(session, ["serve"], folder).signature_def
        served = signatures["serving_default"]
        return session.run(served.outputs[output].name, {served.inputs[name].name: x})


def _tflite_answer(file: str, name: str, x: np.ndarray, output: str) -> np.ndarray:
    interpreter = tf.lite.Interpreter(file)
    interpreter.allocate_tensors()
    (fed,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert (fed["name"], given["name"]) == (name, output)
    interpreter.set_tensor(fed["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(given["index"])
