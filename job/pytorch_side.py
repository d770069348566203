"""The side that holds PyTorch and ONNX Runtime: checkpoint, module, export; the reference's answers and ONNX's."""
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple

import numpy as np
import onnx
import onnxruntime
import torch

from job.architectures.module import load_module, nearest_architectures
from job.axes import published
from job.checkpoint import read_checkpoint
from job.errors import BadCheckpoint, UsageError
from job.memory import peak_memory
from job.onnx_model.cost import multiply_adds
from job.onnx_model.export import graph_from_module
from job.onnx_model.graph import Graph
from job.onnx_model.outputs import FlatOutputs, output_names
from job.onnx_model.passes import canonical
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.runtime import layer_values, session
from job.parity.answers import save_answers
from job.parity.probes import Probe, load_probes, make_probes
from job.setting_values import InputShape
from job.settings import DEFAULT_OUTPUT_NAMES
from job.values import Exported, Inspected, Question, Shape, TensorFacts


class PyTorchSide:
    """Holds one checkpoint's module at a time."""

    def __init__(self) -> None:
        torch.set_num_threads(1)  # spinning threads cost more than they give
        self._module = None  # type: Optional[FlatOutputs]
        self._graph = None  # type: Optional[Graph]
        self._onnx_file = None  # type: Optional[Path]

    def release(self) -> None:
        """Forgets the checkpoint."""
        self.__init__()

    def export(self, checkpoint: Path, settings: Any, onnx_file: Path) -> Exported:
        """Checkpoint -> module -> canonical ONNX file."""
        loaded = load_module(checkpoint, settings)
        inputs = _inputs(settings, loaded.default_input_shape)
        example = [torch.from_numpy(array) for array in make_probes(inputs, 1)[0].inputs]
        module = FlatOutputs(loaded.module)
        graph, notes = graph_from_module(
            module, example, [facts.name for facts in inputs],
            lambda network: output_names(network, settings.output_names, DEFAULT_OUTPUT_NAMES))
        graph = canonical(graph)
        _refuse_empty(graph, inputs)
        write_onnx(graph, onnx_file)
        self._module, self._graph, self._onnx_file = module, graph._replace(constants={}), onnx_file
        outputs = tuple(_facts(name, graph) for name in graph.outputs)
        facts = loaded.facts._replace(notes=loaded.facts.notes + notes)
        return Exported(onnx_file, inputs, outputs, facts, multiply_adds(graph))

    def inspect(self, checkpoint: Path, settings: Any) -> Inspected:
        """What is in the file, whatever network it belongs to."""
        read = read_checkpoint(checkpoint)
        tensors = tuple((name, str(array.dtype), array.shape) for name, array in read.tensors.items())
        return Inspected(checkpoint.name, read.format, read.sha256, tensors, read.notes,
                         nearest_architectures(read.tensors) if not (settings.arch or settings.model_code) else ())

    def answer(self, question: Question) -> None:
        """Asks PyTorch itself, or ONNX Runtime with the file, and saves the answers."""
        run = self._forward if question.stage == "pytorch" else self._onnx_runner()
        save_answers(question.answers, [run(probe) for probe in load_probes(question.probes, question.count)])

    def _onnx_runner(self) -> Callable[[Probe], Sequence[np.ndarray]]:
        model, graph = session(self._onnx_file), self._graph
        return lambda probe: model.run(list(graph.outputs), dict(zip(graph.inputs, probe.inputs)))

    def read_samples(self, *arguments: Any) -> Tuple[int, ...]:
        """job.samples.reading.read_samples; here, since a decoder may die of a hostile file."""
        from job.samples.reading import read_samples  # imports Pillow, which few conversions need

        return read_samples(*arguments)

    def onnx_layers(self, probe: Probe) -> Mapping[str, np.ndarray]:
        """Every layer's value: the reference for the stages after ONNX."""
        return layer_values(read_onnx(self._onnx_file), probe.inputs)

    def pytorch_layers(self, probe: Probe) -> Mapping[str, np.ndarray]:
        """What each module of the network returned first, by its path."""
        values = {}
        hooks = [module.register_forward_hook(_keep(path, values)) for path, module
                 in self._module.network.named_modules()]
        self._forward(probe)
        for hook in hooks:
            hook.remove()
        return values

    def modules_of_layers(self) -> Mapping[str, str]:
        """The PyTorch module that each tensor of the graph comes from."""
        return {name: node.layer for node in self._graph.nodes for name in node.outputs}

    def peak_memory(self) -> int:
        return peak_memory()

    def versions(self) -> Mapping[str, str]:
        return {"torch": torch.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__,
                "numpy": np.__version__}

    def _forward(self, probe: Probe) -> Tuple[np.ndarray, ...]:
        with torch.no_grad():
            result = self._module(*(torch.from_numpy(array) for array in probe.inputs))
        return tuple(tensor.numpy() for tensor in result)


def _keep(path: str, values: dict):
    def hook(module: torch.nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor):
            values.setdefault(path, output.numpy().copy())
    return hook


def _inputs(settings: Any, default: Optional[Shape]) -> Tuple[TensorFacts, ...]:
    named = settings.input_shapes or ((InputShape(None, default),) if default else ())
    if not named:
        raise BadCheckpoint("nothing says what shape the network's input has",
                            hint="give it as PyTorch has it, with the batch: --input-shape=1,3,224,224")
    names = tuple(each.name or given for each, given in zip(named, _padded(settings.input_names, len(named))))
    if None in names or len(set(names)) < len(names):
        raise UsageError("{} inputs need {} names".format(len(named), len(named)),
                         hint="--input-shape=a:1,3,8,8;b:1,4 names them, or --input-names=a,b")
    return tuple(TensorFacts(name, each.dtype, tuple(each.shape), published(len(each.shape)))
                 for name, each in zip(names, named))


def _padded(names: Sequence[str], count: int) -> Tuple[Optional[str], ...]:
    return (tuple(names) + (None,) * count)[:count]


def _refuse_empty(graph: Graph, inputs: Sequence[TensorFacts]) -> None:
    """PyTorch 1.1 goes on where a pool has left nothing of a map."""
    for node in graph.nodes:
        shape = graph.shapes.get(node.output, ())
        if 0 in shape:
            raise BadCheckpoint(
                "the input is too small: {} makes a tensor of shape {} of it".format(node.layer, shape),
                hint="give a larger one than --input-shape={}".format(",".join(map(str, inputs[0].pytorch_shape))),
                stage="onnx")


def _facts(name: str, graph: Graph) -> TensorFacts:
    shape = graph.shapes[name]
    return TensorFacts(name, graph.dtypes[name], shape, published(len(shape)))
