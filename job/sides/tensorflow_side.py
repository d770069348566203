"""The side that holds TensorFlow and Keras: builds the model, writes the files, answers for each of them."""
import functools
from collections import Counter
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from job import determinism

determinism.silence_libraries()
with determinism.held_back_stderr():
    import keras
    import tensorflow
    from tensorflow.python.util import deprecation
    from job.keras_model.build import keras_model
    from job.keras_model.operators import table
    from job.keras_model.preflight import check_supported, problems_of
    from job.keras_model.walk import KerasModel
from job.axes import inverse
from job.modes import stage_of
from job.onnx_model.model_file import read_onnx
from job.parity import arrays
from job.parity.answers import answers_of_file, load_answers, save_answers
from job.parity.choices import Chosen, loss_of_choices
from job.parity.probes import Probe, load_probes
from job.processes.memory import peak_memory
from job.processes.shared_values import Known
from job.samples.calibration import samples_of
from job.tensorflow_model.describe import describe_saved_model, describe_tflite
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite
from job.tensorflow_model.flatbuffer.widening import widened
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.int8_source import int8_source, shown_to_samples
from job.tensorflow_model.quantised.layer_noise import layer_noise
from job.tensorflow_model.quantised.needed_ranges import needed_ranges
from job.tensorflow_model.runners import KerasRunner, SavedModelRunner, TFLiteRunner
from job.tensorflow_model.saved_model import write_saved_model
from job.tensorflow_model.tflite import sparing_step, tflite_steps
from job.tensorflow_model.toco import TocoRun
from job.values import Exported, LayerNoise, Model, Question, TensorFacts


class TensorFlowSide:
    """Holds one checkpoint's model at a time."""

    def __init__(self, known: Known = Known()) -> None:
        self._known = known
        self._model = None  # type: Optional[KerasModel]
        self._inputs = ()  # type: Tuple[TensorFacts, ...]
        self._outputs = ()  # type: Tuple[TensorFacts, ...]
        self._any_batch = False
        self._run = None  # type: Optional[TocoRun]

    @staticmethod
    def prepare() -> None:
        """What every checkpoint waits for, done once for all of them."""
        arrays.prepare()

    def release(self) -> None:
        """Forgets the checkpoint."""
        if self._run is not None:
            self._run.end()
        self.__init__(self._known)

    def build(self, exported: Exported) -> str:
        """ONNX -> Keras. Returns the name of the layer that ties the batch, '' where any will do."""
        self.release()
        graph = read_onnx(exported.onnx_file)
        check_supported(graph)
        with deprecation.silence():  # to look for what to warn of takes an eighth of the time
            self._model = keras_model(graph, self._known)
        tied = self._model.batch_fixed_by or (exported.computes_with_batch and exported.outputs[0].name) or ""
        self.open_published(exported.inputs, exported.outputs, not tied)
        return tied

    def open_published(self, inputs: Tuple[TensorFacts, ...], outputs: Tuple[TensorFacts, ...],
                       any_batch: bool) -> None:
        """What the files that are asked from now on take and give."""
        self._inputs, self._outputs, self._any_batch = inputs, outputs, any_batch

    def preflight(self, exported: Exported) -> Tuple[Mapping[str, int], Tuple[str, ...]]:
        """How often each operator occurs, and all that cannot be converted."""
        graph = read_onnx(exported.onnx_file)
        return Counter(node.op for node in graph.nodes), tuple(problems_of(graph))

    def operators(self) -> str:
        """The table of what converts."""
        return table()

    def start_tflites(self, folder: Path, files: Mapping[str, str], questions: Mapping[str, Question],
                      calibration: Optional[Path]) -> None:
        """Begins the conversions, each followed by its answers: one after another, since toco is the peak of memory.

        `calibration` is a folder that job.samples.calibration wrote.
        """
        paths = {mode: folder / file for mode, file in files.items()}
        answers = {mode: functools.partial(self.answer, questions[mode], path) for mode, path in paths.items()}
        frozen = frozen_graph(self._model.network, self._inputs[0].pytorch_shape[0])
        samples = functools.partial(samples_of, calibration, self._inputs) if calibration else tuple
        self._run = TocoRun(*tflite_steps(frozen, paths, answers, samples, self._known))

    def finish_tflite(self, folder: Path, file: str, mode: str) -> Model:
        """Waits for the file and its answers."""
        self._run.finish(stage_of(mode))
        return describe_tflite(folder, file, mode)

    def spare_layers(self, folder: Path, float32: Path, file: str, question: Question, layers: Sequence[str]) -> Model:
        """Makes the `dynamic` file anew and answers with it: these layers, as layer_noise() calls them, keep float32 weights."""
        kept = frozenset(self._model.tensors[name][0].split(":")[0] if name in self._model.tensors else name for name in layers)
        with TocoRun(sparing_step(float32, folder / file, kept, functools.partial(self.answer, question, folder / file))) as run:
            run.finish()
        return describe_tflite(folder, file, "dynamic")

    def write_saved_model(self, folder: Path, file: str) -> Model:
        with deprecation.silence():
            write_saved_model(self._model.network, folder / file)
        return describe_saved_model(folder, file)

    def answer(self, question: Question, file: Path) -> None:
        """Asks the Keras model, or a file of the published folder, and saves its answers in PyTorch's order."""
        together = question.stage in ("keras", "saved_model") and self._any_batch
        with self._runner(question.stage, file) as run:
            probes = load_probes(question.probes, question.count)
            save_answers(question.answers, answers_of_file(run, self._inputs, self._outputs, probes, together))

    def losses_of_choices(self, saved_model: Path, question: Question, reference: Path) -> Mapping[str, float]:
        """job.parity.choices.loss_of_choices of what has answered, by output, for those that name the best of several scores:
        those of the SavedModel are looked at. `reference` holds the reference's answers."""
        asked = {}  # type: Dict[str, List[Chosen]]
        with self._runner("saved_model", saved_model) as run:
            for probe, *answers in zip(load_probes(question.probes, question.count), load_answers(reference),
                                       load_answers(question.answers)):
                inputs = [array.transpose(facts.permutation) for array, facts in zip(probe.inputs, self._inputs)]
                for number, (scores, row) in run.scores(inputs).items():
                    facts = self._outputs[number]
                    row = row.transpose(inverse(facts.permutation)) if row.ndim == len(facts.permutation) else row
                    asked.setdefault(facts.name, []).append(Chosen(scores, row, *(each[number] for each in answers)))
        return {name: loss_of_choices(each) for name, each in asked.items()}

    def layers(self, stage: str, file: Path, probe: Probe) -> Mapping[str, np.ndarray]:
        """The value of every ONNX tensor that the stage computes too, in PyTorch's order."""
        inputs = [array.transpose(facts.permutation) for array, facts in zip(probe.inputs, self._inputs)]
        names = {tensor.split(":")[0] for tensor, _ in self._model.tensors.values()}
        with self._runner(stage, file) as run:
            if isinstance(run, TFLiteRunner):  # toco has fused some away
                names.intersection_update(run.inner_names())
            values = run.inner_values(inputs, sorted(names))
        return {name: values[tensor.split(":")[0]].transpose(inverse(order))
                for name, (tensor, order) in self._model.tensors.items()
                if tensor.endswith(":0") and tensor.split(":")[0] in values
                and values[tensor.split(":")[0]].ndim == len(order)}  # toco has reshaped some

    def layer_noise(self, float32: Path, file: Path, probe: Probe, calibration: Optional[Path]) -> Tuple[LayerNoise, ...]:
        """Of each layer of a quantised file; called as the ONNX tensors that they make, where there are such.

        A calibrated one is held to the network that it was made from: see job.tensorflow_model.quantised.int8_source.
        """
        original = open_tflite(float32)
        if calibration is not None:
            original = shown_to_samples(original)
            seen = needed_ranges(original, functools.partial(samples_of, calibration, self._inputs))
            original, _ = int8_source(original, seen)
        inputs = [array.transpose(facts.permutation) for array, facts in zip(probe.inputs, self._inputs)]
        names = {tensor.split(":")[0]: name for name, (tensor, _) in self._model.tensors.items()}
        return tuple(each._replace(layer=names.get(each.layer, each.layer))
                     for each in layer_noise(original, widened(open_tflite(file)), inputs))

    def peak_memory(self) -> int:
        return peak_memory()

    def versions(self) -> Mapping[str, str]:
        return {"tensorflow": tensorflow.__version__, "keras": keras.__version__}

    def _runner(self, stage: str, file: Path):
        if stage == "keras":
            return KerasRunner(self._model.network)
        if stage == "saved_model":
            names = ([facts.name for facts in ends] for ends in (self._inputs, self._outputs))
            return SavedModelRunner(file, *names)
        return TFLiteRunner(file)
