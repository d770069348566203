"""Callables that answer probes with each form of the model: arrays in the file's order and layout.

Each holds one session or interpreter until its context is left. `inner_names` and `inner_values` are for
finding the first layer that drifts: a name that occurs in two runners is the same tensor in both.
"""
from pathlib import Path
from typing import Any, Collection, Dict, Iterator, Mapping, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.interpreter import Interpreter

from job.tensorflow_model.choosing import are_places, chooser, in_rows
from job.tensorflow_model.describe import read_meta_graph
from job.tensorflow_model.flatbuffer.cut_models import with_inner_outputs
from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile, open_tflite
from job.tensorflow_model.flatbuffer.widening import has_halves, widened
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.graph import KerasGraph, lean_network
from job.tensorflow_model.quiet import without_greeting

Arrays = Tuple[np.ndarray, ...]
_OF_8_BITS = (np.int8, np.uint8)
SERVING = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY


class _SessionRunner:
    """Runs tensors of a graph, by name, in a session of its own."""

    def __init__(self, graph: Any, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self._inputs, self._outputs = inputs, outputs
        self._always_fed = {}  # type: Mapping[str, np.ndarray]
        self._session = tf.compat.v1.Session(graph=graph, config=_config())

    def __call__(self, *inputs: np.ndarray) -> Arrays:
        return tuple(self._run(self._outputs, inputs))

    def inner_names(self) -> Tuple[str, ...]:
        """Every float32 tensor that depends on an input, in the order they were made."""
        reached = {name.split(":")[0] for name in self._inputs}
        names = []
        for operation in self._session.graph.get_operations():
            if any(tensor.op.name in reached for tensor in operation.inputs):
                reached.add(operation.name)
                if operation.outputs and operation.outputs[0].dtype == tf.float32:
                    names.append(operation.name)
        return tuple(names)

    def inner_values(self, inputs: Sequence[np.ndarray], names: Sequence[str]) -> Dict[str, np.ndarray]:
        """The first output of each named operation that the graph has: a published one has none that no output needs."""
        known = {operation.name for operation in self._session.graph.get_operations()}
        names = [name for name in names if name in known]
        return dict(zip(names, self._run([name + ":0" for name in names], inputs)))

    def _run(self, fetched: Sequence[str], inputs: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return self._session.run(list(fetched), {**self._always_fed, **dict(zip(self._inputs, inputs))})

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()


class KerasRunner(_SessionRunner):
    """The Keras graph as it is: the variables' values are fed, so that nothing is added to it."""

    def __init__(self, model: KerasGraph) -> None:
        super().__init__(model.graph, [tensor.name for tensor in model.inputs],
                         [tensor.name for tensor in model.outputs])
        variables = lean_network(model).variables
        self._always_fed = {variable.name + ":0": variable.value for variable in variables}


class SavedModelRunner(_SessionRunner):
    """A SavedModel from its folder, by `serving_default`; inputs and outputs are in the order given."""

    def __init__(self, folder: Path, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        signature = read_meta_graph(folder).signature_def[SERVING]
        super().__init__(tf.Graph(), [signature.inputs[name].name for name in inputs],
                         [signature.outputs[name].name for name in outputs])
        tf.compat.v1.saved_model.load(self._session, [tf.saved_model.SERVING], str(folder))

    def scores(self, inputs: Sequence[np.ndarray]) -> Mapping[int, Tuple[np.ndarray, np.ndarray]]:
        """By its number, for each output that names the best of several: scores [rows, classes], and the row that each of
        its elements is chosen from."""
        found = {}
        for number, name in enumerate(self._outputs):
            chooses = chooser(self._session.graph.get_tensor_by_name(name))
            if chooses is None:
                continue
            rows = in_rows(chooses, self._run([chooses.inputs[0].name], inputs)[0])
            places = np.arange(rows[..., 0].size).reshape(rows.shape[:-1])
            placed = self._session.run(name, {chooses.outputs[0].name: places})
            if are_places(placed, places.size):
                found[number] = rows.reshape(places.size, -1), placed
        return found


class TFLiteRunner:
    """A .tflite file in TensorFlow's own interpreter; one with half-precision weights is widened first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._model = {"model_path": str(path)}  # type: Dict[str, Any]
        file = open_tflite(path)
        if has_halves(file):
            self._model = {"model_content": tflite_bytes(widened(file))}  # the interpreter reads it where it is
        self._interpreter = _allocated(**self._model)

    def __call__(self, *inputs: np.ndarray) -> Arrays:
        return _invoke(self._interpreter, inputs)

    def inner_names(self) -> Tuple[str, ...]:
        """Every float32 tensor that an operator makes, in the order they run."""
        computed = open_tflite(self._path).computed()
        return tuple(tensor.name for tensor in computed if tensor.dtype == "float32")

    def inner_values(self, inputs: Sequence[np.ndarray], names: Sequence[str]) -> Dict[str, np.ndarray]:
        found = {name: value for _, name, value in InnerTensors(widened(open_tflite(self._path)), names).values(inputs)}
        return {name: found[name] for name in names}

    def __enter__(self) -> "TFLiteRunner":
        return self

    def __exit__(self, *_: object) -> None:
        del self._interpreter


class InnerTensors:
    """A .tflite whose outputs are, besides its own, the named tensors that its operators make."""

    def __init__(self, file: TFLiteFile, names: Optional[Collection[str]] = None) -> None:
        self._content = tflite_bytes(with_inner_outputs(file, names))  # the interpreter reads it where it is
        self._interpreter = _allocated(model_content=self._content)

    def values(self, inputs: Sequence[np.ndarray]) -> Iterator[Tuple[int, str, np.ndarray]]:
        """Index, name and value of each output, copied one at a time."""
        _run(self._interpreter, inputs)
        for detail in self._interpreter.get_output_details():
            yield detail["index"], detail["name"], self._interpreter.get_tensor(detail["index"])


def _config() -> tf.compat.v1.ConfigProto:
    """One thread: the last bits of a sum depend on how it is split, and the report must not depend on the number of cores.

    The graph is run as it is written. To optimise it costs more than it saves in the few times that it runs.
    """
    config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config


def _allocated(**model: Any) -> Interpreter:
    with without_greeting():
        interpreter = Interpreter(**model)
        interpreter.allocate_tensors()
    return interpreter


def _invoke(interpreter: Interpreter, inputs: Sequence[np.ndarray]) -> Arrays:
    _run(interpreter, inputs)
    return tuple(_as_float(interpreter.get_tensor(detail["index"]), detail)
                 for detail in interpreter.get_output_details())


def _run(interpreter: Interpreter, inputs: Sequence[np.ndarray]) -> None:
    for detail, value in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(detail["index"], _as_8_bits(value, detail))
    interpreter.invoke()


def _as_8_bits(value: np.ndarray, detail: Mapping[str, Any]) -> np.ndarray:
    """What an input of 8 bits takes for a float: the nearest that it can say."""
    if detail["dtype"] not in _OF_8_BITS or value.dtype != np.float32:
        return value
    (scale, zero_point), limits = detail["quantization"], np.iinfo(detail["dtype"])
    return np.clip(np.round(value / np.float32(scale)) + zero_point, limits.min, limits.max).astype(detail["dtype"])


def _as_float(value: np.ndarray, detail: Mapping[str, Any]) -> np.ndarray:
    if value.dtype not in _OF_8_BITS:
        return value
    scale, zero_point = detail["quantization"]
    return (value.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
