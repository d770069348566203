"""One network through the whole chain, and whether every stage agrees with PyTorch."""
import copy
import traceback
from pathlib import Path
from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch

from job.axes import published
from job.errors import StageFailed, UnsupportedModel
from job.keras_model.preflight import check_supported
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.runtime import run_graph
from job.parity.answers import answers_of_file
from job.parity.probes import make_probes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import write_tflite
from job.values import TensorFacts
from tests.fuzz.network import Drawn, ending_at, random_network
from tests.operators.conversion import exported

OF_RANGE = 1e-4      # the job's own gate
OF_ROUNDING = 20     # times what float32 itself loses in PyTorch, where that is more
PROBES = 4

Answers = Sequence[Tuple[np.ndarray, ...]]


class Question(NamedTuple):
    """The network of a seed, or what one of its values takes."""

    seed: int
    end: Optional[int] = None


class Verdict(NamedTuple):
    seed: int
    outcome: str        # agrees, refused, WRONG or CRASH
    reason: str = ""
    error: float = 0.0  # the largest, of the output's range
    lines: Tuple[str, ...] = ()


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
        return Verdict(seed, "agrees", error=_largest_error(drawn, folder), lines=drawn.alive())
    except UnsupportedModel as refusal:
        return Verdict(seed, "refused", refusal.message, lines=drawn.alive())
    except StageFailed as refusal:
        return Verdict(seed, "refused", "toco: " + refusal.message, lines=drawn.alive())
    except Disagrees as wrong:
        return Verdict(seed, "WRONG", str(wrong), lines=drawn.alive())
    except Exception:  # whatever it is, it is what this looks for
        return Verdict(seed, "CRASH", traceback.format_exc(), lines=drawn.alive())


def _largest_error(drawn: Drawn, folder: Path) -> float:
    """Of all stages, over the output's range. Raises Disagrees at the first stage that does not agree."""
    inputs = tuple(TensorFacts("input_{}".format(i), "float32", shape, published(len(shape)))
                   for i, shape in enumerate(drawn.shapes))
    probes = make_probes(inputs, PROBES)
    reference = [_forward(drawn.network, probe.inputs, torch.float32) for probe in probes]
    exact = [_forward(copy.deepcopy(drawn.network).double(), probe.inputs, torch.float64) for probe in probes]
    names = ["output_{}".format(i) for i in range(len(reference[0]))]
    graph = exported(drawn.network, inputs, names)
    check_supported(graph)
    errors = [_compared("onnx", [run_graph(graph, probe.inputs) for probe in probes], reference, exact)]
    write_onnx(graph, folder / "model.onnx")
    read = read_onnx(folder / "model.onnx")
    built = keras_model_from_onnx(read)
    ends = tuple(TensorFacts(name, graph.dtypes.get(name, "float32"), graph.shapes[name], published(len(graph.shapes[name])))
                 for name in graph.outputs)
    with KerasRunner(built.network) as run:
        answers = answers_of_file(run, inputs, ends, probes, not built.batch_fixed_by)
    errors.append(_compared("keras", answers, reference, exact))
    file = folder / "model.tflite"
    write_tflite(frozen_graph(built.network, inputs[0].pytorch_shape[0]), "float32", file)
    with TFLiteRunner(file) as run:
        errors.append(_compared("tflite", answers_of_file(run, inputs, ends, probes, False), reference, exact))
    return max(errors)


def _forward(network: torch.nn.Module, arrays: Sequence[np.ndarray], dtype: torch.dtype) -> Tuple[np.ndarray, ...]:
    with torch.no_grad():
        return tuple(tensor.numpy() for tensor in network(*(torch.from_numpy(array).to(dtype) for array in arrays)))


def _compared(stage: str, answers: Answers, reference: Answers, exact: Answers) -> float:
    largest = 0.0
    for number in range(len(reference[0])):
        wanted, true, got = (np.stack([answer[number] for answer in each]) if _alike(each, number) else None
                             for each in (reference, exact, answers))
        if got is None or got.shape != wanted.shape:
            raise Disagrees("{} output {}: shapes {}, not {}".format(
                stage, number, [answer[number].shape for answer in answers], wanted.shape[1:]))
        span = float(true.max() - true.min()) or max(float(np.abs(true).max()), 1e-3)
        error = float(np.abs(got.astype(np.float64) - wanted).max()) / span
        rounding = float(np.abs(true - wanted).max()) / span
        if not error <= max(OF_RANGE, OF_ROUNDING * rounding):
            raise Disagrees("{} output {}: {:.3g} of its range (float32 in PyTorch: {:.1g})".format(
                stage, number, error, rounding))
        largest = max(largest, error)
    return largest


def _alike(answers: Answers, number: int) -> bool:
    return len({answer[number].shape for answer in answers}) == 1
