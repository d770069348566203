"""A PyTorch module through export, passes, Keras and TensorFlow Lite, in this process."""
from pathlib import Path
from typing import Any, NamedTuple, Sequence, Tuple

import numpy as np
import torch

from job.axes import published
from job.keras_model.build import plan_of
from job.keras_model.preflight import check_supported
from job.keras_model.walk import KerasModel, keras_model_from_onnx
from job.onnx_model.export import traced_graph
from job.onnx_model.graph import Graph
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.outputs import FlatOutputs
from job.onnx_model.passes import canonical
from job.onnx_model.runtime import run_graph
from job.parity.answers import answers_of_file
from job.parity.probes import Probe, make_probes
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite
from job.values import Shape, TensorFacts

Answers = Sequence[Tuple[np.ndarray, ...]]


class Made(NamedTuple):
    """Keras' and TensorFlow Lite's answers to the probes, in PyTorch's axis order."""

    keras: Answers
    tflite: Answers
    operators: Tuple[str, ...]  # of the .tflite, in the order they run
    batch_fixed_by: str


class Conversion(NamedTuple):
    """Answers to the same probes, in PyTorch's axis order."""

    pytorch: Answers
    onnx: Answers
    keras: Answers
    tflite: Answers
    operators: Tuple[str, ...]  # of the .tflite, in the order they run
    batch_fixed_by: str


def converted(module: torch.nn.Module, shapes: Sequence[Shape], folder, outputs: int = 1, probes: int = 3) -> Conversion:
    inputs = tuple(tensor_facts("input_{}".format(i), shape) for i, shape in enumerate(shapes))
    module.eval()
    graph = exported(module, inputs, ["output_{}".format(i) for i in range(outputs)])
    asked = make_probes(inputs, probes)
    read = written_and_read(graph, folder)
    onnx = [run_graph(read, probe.inputs) for probe in asked]
    made = made_from(read, inputs, asked, folder)
    pytorch = [_forward(module, probe) for probe in asked]
    return Conversion(pytorch, onnx, *made)


def written_and_read(graph: Graph, folder: Path) -> Graph:
    """The canonical graph by way of its file. Raises UnsupportedModel where preflight refuses it."""
    write_onnx(graph, folder / "model.onnx")
    read = read_onnx(folder / "model.onnx")
    check_supported(read)
    return read


def made_from(graph: Graph, inputs: Sequence[TensorFacts], probes: Sequence[Probe], folder: Path) -> Made:
    """The Keras network and the .tflite file, and what they answer."""
    outputs = tuple(tensor_facts(name, graph.shapes[name], graph.dtypes[name]) for name in graph.outputs)
    built = keras_model_from_onnx(graph)
    check_planned(graph, built)
    with KerasRunner(built.network) as run:
        keras = answers_of_file(run, inputs, outputs, probes, not built.batch_fixed_by)
    file = folder / "model.tflite"
    write_tflite(frozen_graph(built.network, inputs[0].pytorch_shape[0]), "float32", file)
    with TFLiteRunner(file) as run:
        tflite = answers_of_file(run, inputs, outputs, probes, False)
    return Made(keras, tflite, tuple(operator.name for operator in open_tflite(file).operators), built.batch_fixed_by)


def check_planned(graph: Graph, built: KerasModel) -> None:
    """What is laid for weights of any values, where such a thing is, is what was laid for these."""
    plan = plan_of(graph)
    if plan is not None:
        check_same_build(plan.model(graph.constants), built)


def check_same_build(again: KerasModel, built: KerasModel) -> None:
    assert _described(again) == _described(built)
    assert list(again.network.weights) == list(built.network.weights)
    for name, value in built.network.weights.items():
        np.testing.assert_array_equal(again.network.weights[name], value)


def _described(built: KerasModel) -> Tuple[Any, ...]:
    ends = [(tensor.name, tensor.shape.as_list()) for tensor in built.network.inputs + built.network.outputs]
    nodes = built.network.graph.as_graph_def().SerializeToString(deterministic=True)
    return nodes, ends, built.network.loops, built.batch_fixed_by, built.tensors


def exported(module: torch.nn.Module, inputs: Sequence[TensorFacts], outputs: Sequence[str]) -> Graph:
    example = [torch.from_numpy(array) for array in make_probes(tuple(inputs), 1)[0].inputs]
    flat, names = FlatOutputs(module), [facts.name for facts in inputs]
    return canonical(traced_graph(flat, example, names, lambda _: outputs).of(flat))


def tensor_facts(name: str, shape: Shape, dtype: str = "float32") -> TensorFacts:
    return TensorFacts(name, dtype, tuple(shape), published(len(shape)))


def _forward(module: torch.nn.Module, probe: Probe) -> Tuple[np.ndarray, ...]:
    with torch.no_grad():
        result = module(*(torch.from_numpy(array) for array in probe.inputs))
    return tuple(tensor.numpy() for tensor in (result if isinstance(result, (tuple, list)) else (result,)))
