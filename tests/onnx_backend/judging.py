"""One case through reading, passes, preflight, Keras and TensorFlow Lite, and what came of it."""
import contextlib
import signal
from pathlib import Path
from typing import Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

from job.axes import published
from job.errors import JobError, UnsupportedModel
from job.keras_model.preflight import check_supported
from job.keras_model.walk import keras_model_from_onnx
from job.onnx_model.graph import Graph
from job.onnx_model.model_file import read_onnx, write_onnx
from job.onnx_model.passes import canonical
from job.onnx_model.reading import OnnxFile, graph_of, open_onnx
from job.parity.answers import answers_of_file, load_answers, save_answers
from job.parity.probes import Probe
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner, TFLiteRunner
from job.tensorflow_model.tflite import tflite_steps
from job.tensorflow_model.toco import TocoRun
from job.values import TensorFacts
from tests.onnx_backend.cases import PARAMETERS, Case

SECONDS = 60  # for one case
OF_RANGE = 2e-5
HALF_OF_RANGE = 2.0 ** -11  # float16 answers are rounded to their own digits, and ours are not

Arrays = Sequence[np.ndarray]


class Verdict(NamedTuple):
    outcome: str  # converts, refused, wrong, failed
    words: str = ""  # of the refusal; the inputs that were handed in as constants


def judged(case: Case, folder: Path) -> Verdict:
    inputs, outputs = case.data()
    try:
        with _limited():
            answers, given = answers_of(case.model(), inputs, folder)
    except UnsupportedModel as refusal:
        return Verdict("refused", "; ".join(refusal.problems))
    except JobError as failure:
        return Verdict("failed", failure.message)
    wrong = [problem for stage, values in answers for problem in differences(stage, outputs, values)]
    return Verdict("wrong", "; ".join(wrong)) if wrong else Verdict("converts", given)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError("longer than {} seconds".format(SECONDS))
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def answers_of(model: bytes, values: Arrays, folder: Path) -> Tuple[List[Tuple[str, Arrays]], str]:
    file = open_onnx(model, folder)
    file, values, given = _with_parameters(file, values)
    graph, _ = graph_of(file, {}, ["input_{}".format(i) for i in range(len(file.inputs))],
                        ["output_{}".format(i) for i in range(len(file.graph.outputs))])
    write_onnx(canonical(graph), folder / "model.onnx")
    graph = read_onnx(folder / "model.onnx")
    check_supported(graph)
    built = keras_model_from_onnx(graph)
    ends = _facts(graph, graph.inputs), _facts(graph, graph.outputs)
    probes = [Probe("data", tuple(np.asarray(value, facts.dtype) for value, facts in zip(values, ends[0])))]
    with KerasRunner(built.network) as run:
        keras = answers_of_file(run, *ends, probes, False)[0]
    answers = folder / "answers.npz"

    def ask() -> None:
        with TFLiteRunner(folder / "model.tflite") as run:
            save_answers(answers, answers_of_file(run, *ends, probes, False))
    batch = (ends[0][0].pytorch_shape or (1,))[0]
    steps = tflite_steps(frozen_graph(built.network, batch), {"float32": folder / "model.tflite"}, {"float32": ask})
    with TocoRun(*steps) as run:
        run.finish()
    return [("Keras", keras), ("TensorFlow Lite", load_answers(answers)[0])], ", ".join(given)


def _with_parameters(file: OnnxFile, values: Arrays) -> Tuple[OnnxFile, Arrays, Sequence[str]]:
    """What PARAMETERS names becomes a constant; one input always stays."""
    wanted = {node.inputs[place] for node in file.graph.nodes for place in PARAMETERS.get(node.op, ())
              if place < len(node.inputs)}
    named = [(item, value) for item, value in zip(file.inputs, values)]
    given = {item.name: value for item, value in named if item.name in wanted}
    left = [(item, value) for item, value in named if item.name not in given]
    if not given or not left:
        return file, values, ()
    graph = file.graph._replace(inputs=tuple(item.name for item, _ in left),
                                constants=dict(file.graph.constants, **given))
    return (OnnxFile(graph, tuple(item for item, _ in left), file.opset), [value for _, value in left], tuple(given))


def _facts(graph: Graph, names: Sequence[str]) -> Tuple[TensorFacts, ...]:
    return tuple(TensorFacts(name, graph.dtypes.get(name, "float32"), graph.shapes[name],
                             published(len(graph.shapes[name]))) for name in names)


def differences(stage: str, expected: Arrays, found: Arrays) -> List[str]:
    problems = ["{} has {} outputs".format(stage, len(found))] if len(found) != len(expected) else []
    for place, (wanted, have) in enumerate(zip(expected, found)):
        problem = _difference(wanted, have)
        problems += ["{} output {}: {}".format(stage, place, problem)] if problem else []
    return problems


def _difference(wanted: np.ndarray, have: np.ndarray) -> str:
    if wanted.shape != have.shape:
        return "shape {}, not {}".format(have.shape, wanted.shape)
    if have.dtype != (np.float32 if wanted.dtype.kind == "f" else wanted.dtype):
        return "type {}".format(have.dtype)
    if wanted.dtype.kind != "f":
        return "" if np.array_equal(wanted, have) else "{} elements differ".format(np.sum(wanted != have))
    finite, half = np.isfinite(wanted), wanted.dtype == np.float16
    with np.errstate(over="ignore"):
        if not np.array_equal(np.nan_to_num(wanted[~finite].astype(np.float32)), np.nan_to_num(have[~finite])):
            return "other infinite values"
    wanted, have = wanted[finite].astype(np.float64), have[finite].astype(np.float64)
    return _distance(wanted, have, HALF_OF_RANGE if half else OF_RANGE) if finite.any() else ""


def _distance(wanted: np.ndarray, have: np.ndarray, allowed: float) -> str:
    error = np.abs(wanted - have).max()
    scale = max(wanted.max() - wanted.min(), np.abs(wanted).max())
    return "" if error <= allowed * scale else "error {:.3g} on a range of {:.3g}".format(error, scale)
