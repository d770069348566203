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
from job.errors import BadCheckpoint, UnsupportedModel, UsageError
from job.memory import peak_memory
from job.onnx_model.cost import multiply_adds
from job.onnx_model.export import graph_from_module
from job.onnx_model.graph import Graph
from job.onnx_model.outputs import FlatOutputs, output_names
from job.onnx_model.passes import canonical
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.repeatable import check_repeatable
from job.onnx_model.runtime import layer_values, session
from job.onnx_model.symbolic import gaps_filled
from job.onnx_model.trace import first_difference, forward, trace
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
        self._example = ()  # type: Sequence[torch.Tensor]
        self._freezes = ()  # type: Sequence[str]

    def release(self) -> None:
        """Forgets the checkpoint."""
        self.__init__()

    def export(self, checkpoint: Path, settings: Any, onnx_file: Path) -> Exported:
        """Checkpoint -> module -> canonical ONNX file."""
        loaded = load_module(checkpoint, settings)
        inputs = _inputs(settings, loaded.default_input_shape)
        example = [torch.from_numpy(array) for array in make_probes(inputs, 1)[0].inputs]
        module, names = FlatOutputs(loaded.module), [facts.name for facts in inputs]
        notes = check_repeatable(module, example) if settings.model_code else ()
        graph, freezes = graph_from_module(
            module, example, names,
            lambda network: output_names(network, settings.output_names, DEFAULT_OUTPUT_NAMES, names))
        graph = canonical(graph)
        _refuse_empty(graph, inputs)
        _refuse_constant(graph, freezes)
        write_onnx(graph, onnx_file)
        self._module, self._graph, self._onnx_file = module, graph._replace(constants={}), onnx_file
        self._example, self._freezes = example, freezes
        outputs = tuple(_facts(name, graph) for name in graph.outputs)
        facts = loaded.facts._replace(notes=loaded.facts.notes + notes + freezes)
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

    def frozen_by(self, probe: Probe) -> Sequence[str]:
        """Sentences on the network's own lines for which a trace of one input does not hold for the probe."""
        with gaps_filled():
            place = first_difference(trace(self._module, self._example).graph,
                                     trace(self._module, list(map(torch.from_numpy, probe.inputs))).graph)
        told = [sentence for sentence in self._freezes if not place or sentence.startswith(place + " ")]
        return told or (["{} treats one input otherwise than another: a trace keeps one way for all".format(place)]
                        if place else [])

    def peak_memory(self) -> int:
        return peak_memory()

    def versions(self) -> Mapping[str, str]:
        return {"torch": torch.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__,
                "numpy": np.__version__}

    def _forward(self, probe: Probe) -> Tuple[np.ndarray, ...]:
        return forward(self._module, list(map(torch.from_numpy, probe.inputs)))


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
