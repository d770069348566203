"""How often PyTorch and each published file tell the class of the user's labelled samples, and how much a file loses.

A file's loss (`drop`) is counted on the samples that it was asked: those that only PyTorch tells right, less those that
only the file does, over all of them. What was counted is held to `--max-accuracy-drop`; its interval says how sure it is.
"""
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

import numpy as np

from job.modes import CALIBRATED
from job.parity import explain
from job.parity.answers import load_answers
from job.parity.metrics import round_significant
from job.parity.tolerance import kind_of
from job.processes.actors import Side
from job.samples.intervals import drop_interval, interval
from job.samples.labels import check_labels, check_telling
from job.samples.use import Samples
from job.values import Drift, Question, TensorFacts


INT8_WORK = 1.6e10  # multiply-adds of all samples together: about a minute of TensorFlow 1.14's int8 kernels
LEAST = 4  # samples
NO_CLASS = -1


def number_asked(stage: str, samples: int, multiply_adds: int) -> int:
    """Of so many samples, those that a stage answers: fewer where its kernels are slow."""
    if kind_of(stage) not in CALIBRATED:
        return samples
    return min(samples, max(LEAST, int(INT8_WORK / max(multiply_adds, 1))))


class Accuracy:
    """The same samples put to each stage, the reference first; the highest score of the first output is what it says."""

    def __init__(self, folder: Path, samples: Samples, output: TensorFacts) -> None:
        self._folder, self._samples, self._output = folder, samples, output
        self._pending = OrderedDict()  # type: Dict[str, Any]

    def ask(self, stage: str, count: int, side: Side, *file: Path) -> None:
        """The side answers for the first so many samples, once it has done what it was asked before."""
        question = Question(stage, self._samples.file, count, self._answers(stage))
        self._pending[stage] = side.start("answer", question, *file)

    def figures(self, limited: bool = False) -> Mapping[str, Any]:
        """Waits for all answers. The document for parity.json.

        Raises BadCheckpoint for samples in the folders of other classes, and where drops are `limited` for such as can
        show none.
        """
        samples = self._samples
        wanted = np.repeat([samples.classes[label] for label in samples.labels], samples.rows)
        told = OrderedDict((stage, self._told(stage)) for stage in self._pending)
        reference = next(iter(told.values()))
        check_labels(reference, wanted, samples.classes)
        if limited:
            check_telling(reference, wanted)
        stages = [_stage(stage, says, reference, wanted) for stage, says in told.items()]
        return {
            "output": self._output.name,
            "samples_found": samples.found,
            "samples_judged": len(samples.labels),
            "classes": {label: samples.classes[label] for label in sorted(set(samples.labels))},
            "stages": stages,
        }

    def _told(self, stage: str) -> np.ndarray:
        self._pending[stage].result()
        answers = load_answers(self._answers(stage))
        return np.concatenate([classes_told(answer[0], self._output, rows)
                               for answer, rows in zip(answers, self._samples.rows)])

    def _answers(self, stage: str) -> Path:
        return self._folder / "accuracy.{}.npz".format(stage)


def classes_told(scores: np.ndarray, output: TensorFacts, rows: int) -> np.ndarray:
    """Of the first rows, the class with the highest score; NO_CLASS where scores are of another form, or not finite."""
    if scores.shape != output.pytorch_shape:
        return np.full(rows, NO_CLASS)
    scores = scores.reshape(scores.shape[:2])[:rows]
    return np.where(np.isfinite(scores).all(axis=1), scores.argmax(axis=1), NO_CLASS)


def _stage(stage: str, told: np.ndarray, reference: np.ndarray, wanted: np.ndarray) -> Mapping[str, Any]:
    total = len(told)
    right, before = told == wanted[:total], reference[:total] == wanted[:total]
    figures = {"stage": stage, "correct": int(right.sum()), "total": total, "share": _digits(right.mean()),
               "interval_95": list(map(_digits, interval(int(right.sum()), total)))}
    if told is reference:
        return figures
    lost, gained = int((before & ~right).sum()), int((right & ~before).sum())
    return dict(figures, drop=_digits((lost - gained) / total),
                drop_interval_95=list(map(_digits, drop_interval(lost, gained, total))))


def _digits(share: float) -> float:
    return round_significant(share, 4)


def dropped(accuracy: Optional[Mapping[str, Any]], most: Optional[float]) -> Optional[Drift]:
    """The first file that loses more than is allowed; None where none does, or nothing is said of it."""
    for figures in accuracy["stages"] if accuracy and most is not None else ():
        if figures.get("drop", 0) > most:
            return Drift(figures["stage"], accuracy["output"], None, explain.beyond_drop(figures, most),
                         explain.hint_on_drop(figures["stage"]))
    return None


def told(stages: Sequence[Mapping[str, Any]]) -> str:
    """The figures in a line of the log."""
    return "samples told right: " + ", ".join(
        "{stage} {correct} of {total}".format(**figures) for figures in stages)
