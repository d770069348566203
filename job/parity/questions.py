"""The probes put to every stage, and the gate over what comes back."""
import functools
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Sequence, Tuple

from job.parity.answers import load_answers
from job.parity.gate import judge
from job.parity.probes import Probe, save_probes
from job.parity.reference import judge_reference
from job.parity.tolerance import Override, tolerance_for
from job.processes.actors import Side
from job.values import Question, StageParity, TensorFacts

Losses = Callable[[Question, Path], Mapping[str, float]]


class Questions:
    """Asked all at once, judged as the answers come; the reference first."""

    def __init__(self, folder: Path, probes: Sequence[Probe], counts: Mapping[str, int],
                 outputs: Sequence[TensorFacts], tolerance: Override, losses: Losses, reference: str = "pytorch") -> None:
        """`losses` tells, of the answers to a question beside the reference's, job.parity.choices.loss_of_choices by output."""
        self._folder, self._counts, self._tolerance = folder, counts, tolerance
        self._names = tuple(probe.name for probe in probes)
        self._outputs, self._losses = tuple(facts.name for facts in outputs), losses
        self.reference = reference
        self._pending = {}  # type: Dict[str, Any]
        save_probes(folder / "probes.npz", probes)

    @property
    def stages(self) -> Tuple[str, ...]:
        return tuple(self._pending)

    def question(self, stage: str) -> Question:
        return Question(stage, self._folder / "probes.npz", self._counts[stage], self._answers(stage))

    def ask(self, stage: str, side: Side, *file: Path) -> None:
        """The side answers, once it has done what it was asked before."""
        self.expect(stage, side.start("answer", self.question(stage), *file))

    def expect(self, stage: str, pending: Any) -> None:
        """The stage's answers are there once `pending` is done."""
        self._pending[stage] = pending

    def judged(self, stage: str) -> StageParity:
        """Waits for the stage's answers and compares them with the reference's."""
        self._pending[stage].result()
        answers = load_answers(self._answers(stage))
        if stage == self.reference:
            return judge_reference(self._outputs, answers, stage)
        reference = load_answers(self._answers(self.reference))
        compared = functools.partial(judge, stage, self._outputs, reference, answers, tolerance_for(stage, self._tolerance),
                                     self._names[:len(reference)], range(self._counts[stage]))
        parity = compared()
        differing = {output.name for output in parity.outputs if output.metrics.get("mismatch") and not output.passed}
        if not differing:
            return parity
        losses = self._losses(self.question(stage), self._answers(self.reference))
        return compared(losses={name: losses[name] for name in differing.intersection(losses)})

    def _answers(self, stage: str) -> Path:
        return self._folder / (stage + ".npz")
