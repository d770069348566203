"""One network through the whole chain, and whether every stage agrees with PyTorch."""
import copy
import re
import traceback
from pathlib import Path
from typing import Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch

from job.axes import published
from job.errors import StageFailed, UnsupportedModel
from job.keras_model.preflight import check_supported
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.cost import longest_path
from job.onnx_model.graph import Graph
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.runtime import run_graph
from job.parity.answers import answers_of_file
from job.parity.metrics import measure
from job.parity.probes import Probe, make_probes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite
from job.values import Shape, TensorFacts
from tests.fuzz.network import Drawn, ending_at, random_network
from tests.fuzz.quantised import Asked, judged_modes
from tests.operators.conversion import exported

OF_RANGE = 1e-4      # the job's own gate
OF_ROUNDING = 20     # times what float32 itself loses in PyTorch, where that is more
PROBES = 4
NAMED = re.compile(r"^\S+ in \S|\bat \S|^output \S")  # what it is, and where

Answers = Sequence[Tuple[np.ndarray, ...]]


class Question(NamedTuple):
    """The network of a seed, or what one of its values takes."""

    seed: int
    end: Optional[int] = None
    quantised: bool = False  # in every mode, in place of the stages up to float32
    runtime: Optional[str] = None  # the Python of an environment with a current LiteRT


class Verdict(NamedTuple):
    seed: int
    outcome: str        # agrees, refused, FAILS, WRONG, CRASH, or UNNAMED: refused, but not by the name of an operator
    reason: str = ""
    depth: int = 0      # operators on the longest path
    errors: Mapping[str, float] = {}  # stage -> the largest error, of an output's range, as the job measures it
    lines: Tuple[str, ...] = ()
    snr_db: Mapping[str, float] = {}  # mode -> the lowest of an output
    snr_between_runtimes: Mapping[str, float] = {}  # mode -> likewise, of a current one beside 1.14


class Disagrees(Exception):
    """A stage's answer is not PyTorch's."""


def judged(question: Question, folder: Path) -> Verdict:
    torch.set_num_threads(1)
    seed, drawn = question.seed, random_network(question.seed)
    if question.end is not None:
        if not len(drawn.shapes) <= question.end < drawn.values:
            return Verdict(seed, "absent")
        drawn = ending_at(drawn, question.end)
    try:
        if question.quantised:
            return _quantised(question, drawn, folder)
        depth, errors = _converted(drawn, folder)
        return Verdict(seed, "agrees", depth=depth, errors=errors, lines=drawn.alive())
    except UnsupportedModel as refusal:
        named = all(map(NAMED.search, refusal.problems))
        return Verdict(seed, "refused" if named else "UNNAMED", refusal.message, lines=drawn.alive())
    except StageFailed as refusal:
        return Verdict(seed, "UNNAMED", refusal.message, lines=drawn.alive())
    except Disagrees as wrong:
        return Verdict(seed, "WRONG", str(wrong), lines=drawn.alive())
    except Exception:  # whatever it is, it is what this looks for
        return Verdict(seed, "CRASH", traceback.format_exc(), lines=drawn.alive())


def _quantised(question: Question, drawn: Drawn, folder: Path) -> Verdict:
    """FAILS where all that is computed is right, and its noise more than the gate allows."""
    inputs, probes, reference, graph = _exported(drawn)
    found = judged_modes(graph, Asked(inputs, _ends(graph), probes, reference), folder, question.runtime)
    outcome = "WRONG" if found.wrong else "FAILS" if found.broken_limits else "agrees"
    return Verdict(question.seed, outcome, "\n  ".join([*found.wrong, *found.broken_limits]), longest_path(graph), {},
                   drawn.alive(), found.snr_db, found.snr_between_runtimes)


def _exported(drawn: Drawn) -> Tuple[Tuple[TensorFacts, ...], Tuple[Probe, ...], Answers, Graph]:
    """Inputs, probes, PyTorch's answers and the graph."""
    inputs = tuple(_facts("input_{}".format(i), shape) for i, shape in enumerate(drawn.shapes))
    probes = make_probes(inputs, PROBES)
    reference = [_forward(drawn.network, probe.inputs, torch.float32) for probe in probes]
    graph = exported(drawn.network, inputs, ["output_{}".format(i) for i in range(len(reference[0]))])
    check_supported(graph)
    return inputs, probes, reference, graph


def _converted(drawn: Drawn, folder: Path) -> Tuple[int, Mapping[str, float]]:
    """The depth of the graph, and each stage's error. Raises Disagrees at the first stage that does not agree."""
    inputs, probes, reference, graph = _exported(drawn)
    exact = [_forward(copy.deepcopy(drawn.network).double(), probe.inputs, torch.float64) for probe in probes]
    errors = {}  # type: Dict[str, float]
    for stage, answers in _stages(graph, inputs, probes, folder):
        errors[stage] = _compared(stage, answers, reference, exact)
    return longest_path(graph), errors


def _stages(graph: Graph, inputs: Sequence[TensorFacts], probes: Sequence[Probe],
            folder: Path) -> Iterator[Tuple[str, Answers]]:
    yield "onnx", [run_graph(graph, probe.inputs) for probe in probes]
    write_onnx(graph, folder / "model.onnx")
    built = keras_model_from_onnx(read_onnx(folder / "model.onnx"))
    ends = _ends(graph)
    with KerasRunner(built.network) as run:
        yield "keras", answers_of_file(run, inputs, ends, probes, not built.batch_fixed_by)
    file = folder / "model.tflite"
    write_tflite(frozen_graph(built.network, inputs[0].pytorch_shape[0]), "float32", file)
    with TFLiteRunner(file) as run:
        yield "tflite.float32", answers_of_file(run, inputs, ends, probes, False)


def _ends(graph: Graph) -> Tuple[TensorFacts, ...]:
    return tuple(_facts(name, graph.shapes[name], graph.dtypes.get(name, "float32")) for name in graph.outputs)


def _facts(name: str, shape: Shape, dtype: str = "float32") -> TensorFacts:
    return TensorFacts(name, dtype, shape, published(len(shape)))


def _forward(network: torch.nn.Module, arrays: Sequence[np.ndarray], dtype: torch.dtype) -> Tuple[np.ndarray, ...]:
    with torch.no_grad():
        return tuple(tensor.numpy() for tensor in network(*(torch.from_numpy(array).to(dtype) for array in arrays)))


def _compared(stage: str, answers: Answers, reference: Answers, exact: Answers) -> float:
    """The largest error of range over the outputs. Raises Disagrees beyond the gate and beyond float32 itself."""
    largest = 0.0
    for number in range(len(reference[0])):
        wanted, true, got = ([answer[number] for answer in each] for each in (reference, exact, answers))
        if [each.shape for each in got] != [each.shape for each in wanted]:
            raise Disagrees("{} output {}: shapes {}, not {}".format(
                stage, number, [each.shape for each in got], wanted[0].shape))
        error, rounding = _error(wanted, got), _error(true, wanted)
        if not error <= max(OF_RANGE, OF_ROUNDING * rounding):
            raise Disagrees("{} output {}: {:.3g} of its range (float32 in PyTorch: {:.1g})".format(
                stage, number, error, rounding))
        largest = max(largest, error)
    return largest


def _error(wanted: Sequence[np.ndarray], got: Sequence[np.ndarray]) -> float:
    """Of the range as the job measures it; of whole numbers, and where nothing varies, in numbers of ours."""
    if wanted[0].dtype.kind != "f":
        return float(np.mean([np.mean(x != y) for x, y in zip(wanted, got)]))
    figure = measure(wanted, got)["max_error_of_range"]
    if not np.isnan(figure):
        return figure
    return max(float(np.abs(y - x.astype(np.float64)).max() / max(np.abs(x).max(), 1e-3)) for x, y in zip(wanted, got))
