"""One network in every quantised mode: whether its files run in 1.14 and in a current runtime, keep the job's gate there, and
compute what they say.
"""
import subprocess
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.keras_model.walk import keras_model_from_onnx
from job.modes import NAMES
from job.onnx_model.graph import Graph
from job.onnx_model.model_file import read_onnx, write_onnx
from job.parity.answers import answers_of_file
from job.parity.gate import judge
from job.parity.metrics import snr_db
from job.parity.probes import Probe
from job.parity.tolerance import tolerance_for
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.int8_source import int8_source, shown_to_samples
from job.tensorflow_model.quantised.ranges import ranges_of
from job.tensorflow_model.runners import InnerTensors, TFLiteRunner
from job.tensorflow_model.tflite import tflite_steps
from job.tensorflow_model.toco import TocoRun
from job.values import TensorFacts
from tests.fuzz.operator_errors import wrong_operators

RUNTIME = Path("tests", "quantised", "current_litert.lock")  # of an environment, within the checkout
ASKING = Path(__file__).with_name("current_runtime_answers.py")
SECONDS = 60  # for the current runtime
SAME = 80.0  # dB: but for the last bits

Answers = Sequence[Tuple[np.ndarray, ...]]


class Asked(NamedTuple):
    inputs: Sequence[TensorFacts]
    outputs: Sequence[TensorFacts]
    probes: Sequence[Probe]
    reference: Answers  # PyTorch's

    def samples(self) -> Iterator[Sequence[np.ndarray]]:
        """The probes as the files take them."""
        for probe in self.probes:
            yield [np.ascontiguousarray(array.transpose(facts.permutation)) for array, facts in zip(probe.inputs, self.inputs)]


class Judged(NamedTuple):
    snr_db: Mapping[str, float]  # the lowest of an output, by mode
    snr_between_runtimes: Mapping[str, float]  # likewise, of what a current one answers to what 1.14 does
    wrong: Sequence[str]  # operators
    broken_limits: Sequence[str]  # of the gate


def judged_modes(graph: Graph, asked: Asked, folder: Path, runtime: Optional[str]) -> Judged:
    """`runtime` is the Python of an environment with a current LiteRT."""
    files = _files(graph, asked, folder)
    current = _current_answers(runtime, files, asked, folder) if runtime else {}
    snrs, between, broken = {}, {}, []  # type: Dict[str, float], Dict[str, float], List[str]
    for mode in NAMES:
        with TFLiteRunner(files[mode]) as run:
            answers = answers_of_file(run, asked.inputs, asked.outputs, asked.probes, False)
        snrs[mode] = _lowest_snr(asked.reference, answers)
        broken += _broken_limits(mode, asked, answers)
        if mode in current:
            between[mode] = _lowest_snr(answers, current[mode])
            broken += _broken_limits(mode, asked, current[mode], " in LiteRT")
    return Judged(snrs, between, _wrong(files, asked), broken)


def _wrong(files: Mapping[str, Path], asked: Asked) -> Sequence[str]:
    """What the source of int8 answers otherwise than the float32 file does, and operators of int8."""
    float32, sample = open_tflite(files["float32"]), next(asked.samples())
    shown = shown_to_samples(float32)
    source, _ = int8_source(shown, ranges_of(shown, asked.samples))
    ours, theirs = ([value for _, _, value in InnerTensors(each, ()).values(sample)] for each in (source, float32))
    changed = ["the source of int8 answers otherwise: {:.3g} dB".format(snr_db(*pair)) for pair in zip(theirs, ours)
               if snr_db(*pair) < SAME]
    return changed + list(wrong_operators(source, open_tflite(files["int8"]), sample))


def _files(graph: Graph, asked: Asked, folder: Path) -> Mapping[str, Path]:
    write_onnx(graph, folder / "model.onnx")
    built = keras_model_from_onnx(read_onnx(folder / "model.onnx"))
    frozen = frozen_graph(built.network, asked.inputs[0].pytorch_shape[0])
    files = {mode: folder / "model.{}.tflite".format(mode) for mode in ("float32",) + NAMES}
    for file in files.values():
        if file.exists():  # of the network before: steps make use of what is there
            file.unlink()
    with TocoRun(*tflite_steps(frozen, files, samples=asked.samples)) as run:
        run.finish()
    return files


def _broken_limits(mode: str, asked: Asked, answers: Answers, where: str = "") -> List[str]:
    parity = judge("tflite." + mode, [facts.name for facts in asked.outputs], asked.reference, answers, tolerance_for(mode))
    return ["{}{} {}: {}".format(mode, where, output.name, "; ".join(output.reasons))
            for output in parity.outputs if not output.passed]


def _lowest_snr(wanted: Answers, got: Answers) -> float:
    """Of the outputs that are float; infinite where none is."""
    pairs = [pair for want, have in zip(wanted, got) for pair in zip(want, have)]
    return min([snr_db(*pair) for pair in pairs if pair[0].dtype.kind == "f"] or [np.inf])


def _current_answers(runtime: str, files: Mapping[str, Path], asked: Asked, folder: Path) -> Mapping[str, Answers]:
    """By mode. Raises RuntimeError where the runtime refuses one of the files, or ends."""
    np.savez(str(folder / "questions.npz"), **{
        "{}.{}".format(number, facts.name): array for number, sample in enumerate(asked.samples())
        for facts, array in zip(asked.inputs, sample)})
    run = subprocess.run([runtime, str(ASKING), str(folder), *(str(files[mode]) for mode in NAMES)], timeout=SECONDS,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    if run.returncode:
        raise RuntimeError("a current runtime ended with {}: {}".format(run.returncode, run.stderr.strip()[-500:]))
    return {mode: _read(files[mode], asked) for mode in NAMES}


def _read(file: Path, asked: Asked) -> Answers:
    with np.load(str(file) + ".npz") as stored:
        answers = iter([[stored["{}.{}".format(number, place)] for place in range(len(asked.outputs))]
                        for number in range(len(asked.probes))])
    return answers_of_file(lambda *_: next(answers), asked.inputs, asked.outputs, asked.probes, False)
