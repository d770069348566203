"""The side that holds PyTorch and ONNX Runtime: checkpoint, module, export; the reference's answers and ONNX's."""
import importlib
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple

import numpy as np
import onnx
import onnxruntime
import torch

from job.architectures.recognition import evidence, recognition_of
from job.architectures.recognition.fingerprints import fingerprints
from job.axes import published
from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint, UnsupportedModel
from job.networks import Network, is_onnx, network_of
from job.networks.onnx_file import inspected
from job.onnx_model.cost import longest_path, multiply_adds
from job.onnx_model.graph import Graph, View
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.passes import canonical
from job.onnx_model.runtime import MappedModel, layer_values
from job.parity import arrays
from job.parity.answers import save_answers
from job.parity.probes import Probe, load_probes
from job.processes.memory import peak_memory
from job.processes.shared_values import Known
from job.settings.settings import Settings
from job.values import Exported, Inspected, Question, TensorFacts, TrainingSpread

_MOVES = ("Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")
_SHARES = ("HardSigmoid", "Sigmoid", "Softmax")


class PyTorchSide:
    """Holds one network at a time."""

    def __init__(self, known: Known = Known()) -> None:
        torch.set_num_threads(1)  # spinning threads cost more than they give
        self._known = known
        self._network = None  # type: Optional[Network]
        self._graph = None  # type: Optional[Graph]
        self._onnx_file = None  # type: Optional[Path]

    @staticmethod
    def prepare() -> None:
        """What most networks wait for, done once for all of them."""
        importlib.import_module("torchvision.models")
        fingerprints()
        arrays.prepare()

    def release(self) -> None:
        """Forgets the checkpoint."""
        self.__init__(self._known)

    def export(self, checkpoint: Path, settings: Settings, onnx_file: Path) -> Exported:
        """Checkpoint -> network -> canonical ONNX file."""
        network, graph = network_of(checkpoint, settings, self._known)
        graph = canonical(graph)
        _refuse_unknown(graph)
        _refuse_empty(graph, network.inputs)
        _refuse_constant(graph, network.freezes)
        write_onnx(graph, onnx_file)
        self._network, self._graph, self._onnx_file = network, graph._replace(constants={}), onnx_file
        outputs = tuple(_facts(name, graph) for name in graph.outputs)
        return Exported(onnx_file, network.inputs, outputs, network.facts, multiply_adds(graph),
                        network.computes_with_batch, longest_path(graph), network.reference)

    def inspect(self, checkpoint: Path, settings: Settings) -> Inspected:
        """What is in the file, whatever network it belongs to."""
        if is_onnx(checkpoint):
            return inspected(checkpoint)
        read = read_checkpoint(checkpoint, settings.weights_key, settings.trust_pickle)
        tensors = tuple((name, str(array.dtype), array.shape) for name, array in read.tensors.items())
        return Inspected(checkpoint.name, read.format, read.sha256, tensors, read.notes + read.namings[0].notes,
                         () if settings.arch or settings.model_code else evidence(recognition_of(read)))

    def answer(self, question: Question) -> None:
        """Asks the network itself, or ONNX Runtime with the canonical file, and saves the answers."""
        run = self._network.forward if question.stage == self._network.reference else self._onnx_runner()
        save_answers(question.answers, [run(probe) for probe in load_probes(question.probes, question.count)])

    def answers_with_numbers(self, probes: Sequence[Probe]) -> bool:
        """Whether all that the network answers to all of them is finite."""
        return all(np.isfinite(array).all() for probe in probes for array in self._network.forward(probe))

    def _onnx_runner(self) -> Callable[[Probe], Sequence[np.ndarray]]:
        model, graph = MappedModel(self._onnx_file), self._graph
        return lambda probe: model.run(graph.outputs, dict(zip(graph.inputs, probe.inputs)))

    def read_samples(self, *arguments: Any) -> Tuple[int, ...]:
        """job.samples.reading.read_samples; here, since a decoder may die of a hostile file."""
        from job.samples.reading import read_samples  # imports Pillow, which few conversions need

        return read_samples(*arguments)

    def read_calibration(self, *arguments: Any) -> Tuple[str, ...]:
        """job.samples.reading.read_calibration."""
        from job.samples.reading import read_calibration

        return read_calibration(*arguments)

    def training_spread(self, probes: Sequence[Probe]) -> Optional[TrainingSpread]:
        """How much these inputs vary beside what the network was trained on; None where that is not known."""
        return self._network.training_spread(probes)

    def onnx_layers(self, probe: Probe) -> Mapping[str, np.ndarray]:
        """Every layer's value: the reference for the stages after ONNX."""
        return layer_values(read_onnx(self._onnx_file), probe.inputs)

    def reference_layers(self, probe: Probe) -> Mapping[str, np.ndarray]:
        """What is known of the reference's own layers: the reference for ONNX."""
        return self._network.layers(probe)

    def modules_of_layers(self) -> Mapping[str, str]:
        """The PyTorch module that each tensor of the graph comes from."""
        return {name: node.layer for node in self._graph.nodes for name in node.outputs}

    def weights_with_nan(self) -> Sequence[str]:
        return self._network.weights_with_nan()

    def is_of_shares(self, output: str) -> bool:
        """Whether all that it can answer lies between 0 and 1, as Sigmoid and Softmax have it."""
        view = View(self._graph)
        node = view.maker(output)
        while node is not None and node.op in _MOVES:
            node = view.maker(node.inputs[0])
        return node is not None and node.op in _SHARES

    def frozen_by(self, probe: Probe) -> Sequence[str]:
        """Sentences on the network's own lines for which a trace of one input does not hold for the probe."""
        return self._network.frozen_by(probe)

    def rounding_of_range(self, probe: Probe) -> Optional[float]:
        """How much rounding alone moves the network's answer; None where that is not known."""
        return self._network.rounding_of_range(probe)

    def peak_memory(self) -> int:
        return peak_memory()

    def versions(self) -> Mapping[str, str]:
        return {"torch": torch.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__,
                "numpy": np.__version__}


def _refuse_unknown(graph: Graph) -> None:
    """Of all that an output is made from, the first whose shape no inference and no forward could tell."""
    unknown = [node for node in graph.nodes if any(name and name not in graph.shapes for name in node.outputs)]
    if unknown and any(name not in graph.shapes for name in graph.outputs):
        made = {name for node in unknown for name in node.outputs}
        first = [node for node in unknown if not made.intersection(node.inputs)]
        raise UnsupportedModel(["{} at {}: the shape of its result depends on values".format(
            node.op, node.place) for node in first],
            hint="a .tflite has fixed shapes: let what decides them be constants")


def _refuse_empty(graph: Graph, inputs: Sequence[TensorFacts]) -> None:
    """PyTorch 1.1 goes on where a pool has left nothing of a map."""
    for node in graph.nodes:
        shape = graph.shapes.get(node.output, ())
        if 0 in shape:
            raise BadCheckpoint(
                "the input is too small: {} makes a tensor of shape {} of it".format(node.layer, shape),
                hint="give a larger one than --input-shape={}".format(",".join(map(str, inputs[0].pytorch_shape))),
                stage="onnx")


def _refuse_constant(graph: Graph, freezes: Sequence[str]) -> None:
    """Nobody could tell a right constant from a wrong one by asking."""
    moving = set(graph.inputs)
    for node in graph.nodes:
        if moving.intersection(node.inputs):
            moving.update(node.outputs)
    fixed = [name for name in graph.outputs if name not in moving]
    if fixed:
        raise UnsupportedModel(
            ["output `{}`: a constant, in a trace it depends on no input".format(name) for name in fixed],
            hint="; ".join(freezes) or "leave it out of what the network returns, and keep it beside the model")


def _facts(name: str, graph: Graph) -> TensorFacts:
    shape = graph.shapes[name]
    return TensorFacts(name, graph.dtypes[name], shape, published(len(shape)))
