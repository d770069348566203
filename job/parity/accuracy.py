"""How often PyTorch and each published file tell the class of the user's labelled samples."""
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, Mapping, Sequence

import numpy as np

from job.modes import CALIBRATED
from job.parity.answers import load_answers
from job.parity.intervals import interval
from job.parity.metrics import round_significant
from job.parity.tolerance import kind_of
from job.samples.use import Samples
from job.values import Question, TensorFacts


INT8_WORK = 1.6e10  # multiply-adds of all samples together: about a minute of TensorFlow 1.14's int8 kernels
LEAST = 4  # samples


class Accuracy:
    """The same samples put to each stage, fewer to slow ones; the highest score of the first output is what it says."""

    def __init__(self, folder: Path, samples: Samples, output: TensorFacts, multiply_adds: int) -> None:
        self._folder, self._samples, self._output = folder, samples, output
        self._multiply_adds = multiply_adds
        self._pending = OrderedDict()  # type: Dict[str, Any]

    def ask(self, stage: str, side: Any, *file: Path) -> None:
        """The side answers, once it has done what it was asked before."""
        question = Question(stage, self._samples.file, self._count(stage), self._answers(stage))
        self._pending[stage] = side.start("answer", question, *file)

    def figures(self) -> Mapping[str, Any]:
        """Waits for all answers. The document for parity.json."""
        samples = self._samples
        return {
            "output": self._output.name,
            "samples_found": samples.found,
            "samples_judged": len(samples.labels),
            "classes": {label: samples.classes[label] for label in sorted(set(samples.labels))},
            "stages": [self._stage(stage) for stage in self._pending],
        }

    def _stage(self, stage: str) -> Mapping[str, Any]:
        self._pending[stage].result()
        answers, samples = load_answers(self._answers(stage)), self._samples
        right = sum(rows_right(answer[0], self._output, samples.classes[label], rows)
                    for answer, label, rows in zip(answers, samples.labels, samples.rows))
        total = sum(samples.rows[:len(answers)])
        return {"stage": stage, "correct": right, "total": total, "share": round_significant(right / total, 4),
                "interval_95": [round_significant(end, 4) for end in interval(right, total)]}

    def _count(self, stage: str) -> int:
        most = len(self._samples.labels)
        if kind_of(stage) not in CALIBRATED:
            return most
        return min(most, max(LEAST, int(INT8_WORK / max(self._multiply_adds, 1))))

    def _answers(self, stage: str) -> Path:
        return self._folder / "accuracy.{}.npz".format(stage)


def rows_right(scores: np.ndarray, output: TensorFacts, number: int, rows: int) -> int:
    """Of the first rows, those whose highest score is that of the class; scores of another form are wrong."""
    if scores.shape != output.pytorch_shape:
        return 0
    scores = scores.reshape(scores.shape[:2])[:rows]
    return int((np.isfinite(scores).all(axis=1) & (scores.argmax(axis=1) == number)).sum())


def told(stages: Sequence[Mapping[str, Any]]) -> str:
    """The figures in a line of the log."""
    return "samples told right: " + ", ".join(
        "{stage} {correct} of {total}".format(**figures) for figures in stages)
