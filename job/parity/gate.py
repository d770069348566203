"""Pass or fail, stage by stage; what cannot be compared fails."""
import contextlib
from typing import Any, Callable, Iterator, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from job.errors import BadCheckpoint, ParityFailed, StageFailed
from job.parity import explain, metrics
from job.parity.choices import limits_of_choices
from job.parity.tolerance import NEARLY_ALIKE, Tolerance, keeps
from job.values import Drift, OutputParity, StageParity

Answers = Sequence[Sequence[np.ndarray]]  # [probe][output], in PyTorch's axis order


def judge(
    stage: str,
    output_names: Sequence[str],
    reference: Answers,
    answers: Answers,
    tolerance: Tolerance,
    probes: Sequence[str] = (),
    asked: Optional[Sequence[int]] = None,
    losses: Mapping[str, float] = {},
) -> StageParity:
    """Compare a stage's answers with PyTorch's.

    ``reference`` holds PyTorch's answers to all probes, ``probes`` their names, ``asked`` the numbers
    of those that this stage was asked (default: all), in the order of its answers. ``losses`` are of outputs that
    name the best of several scores: see job.parity.choices.
    """
    names = tuple(probes) or tuple(str(number) for number in range(len(reference)))
    asked = tuple(range(len(reference)) if asked is None else asked)
    problem = _count_problem(output_names, answers, len(asked))
    if problem:
        return StageParity(stage, tuple(_refused(name, tolerance, problem) for name in output_names))
    asked_names = tuple(names[number] for number in asked)
    return StageParity(
        stage,
        tuple(
            _judge_output(
                name,
                [np.asarray(answer[column]) for answer in reference],
                [np.asarray(answer[column]) for answer in answers],
                tolerance,
                asked_names,
                asked,
                losses.get(name),
            )
            for column, name in enumerate(output_names)
        ),
    )


def first_drift(stages: Sequence[StageParity]) -> Optional[Drift]:
    """The first stage and output that did not pass; its layer is for another to find."""
    for stage in stages:
        if not stage.outputs:
            return Drift(stage.stage, "", None, "{}: no output was compared".format(stage.stage))
        for output in stage.outputs:
            if not output.passed:
                who = explain.REFERENCES.get(stages[0].stage, "PyTorch")
                return Drift(stage.stage, output.name, None, _message(stage.stage, output, who))
    return None


@contextlib.contextmanager
def earlier_drift_first(stages: Sequence[StageParity], explained: Callable[[Drift], Drift]) -> Iterator[None]:
    """Where one of these has drifted, that is why what comes after it fails: calibration, of a network that answers NaN."""
    try:
        yield
    except (StageFailed, BadCheckpoint) as error:
        drift = first_drift(stages)
        if drift is None:
            raise
        raise parity_failed(explained(drift)) from error


def parity_failed(drift: Drift) -> ParityFailed:
    """The error to end with."""
    where = " (first at layer {})".format(drift.layer) if drift.layer else ""
    error = ParityFailed(drift.message + where, hint=drift.hint or explain.hint(drift.stage), stage=drift.stage)
    error.drift = drift
    return error


def _count_problem(output_names: Sequence[str], answers: Answers, asked: int) -> str:
    if not asked:
        return "no probe was asked, so nothing is shown"
    if len(answers) != asked:
        return "answered {} of {} probes".format(len(answers), asked)
    for answer in answers:
        if len(answer) != len(output_names):
            return "answered with {} outputs in place of {}".format(len(answer), len(output_names))
    return ""


def _judge_output(
    name: str,
    reference: List[np.ndarray],
    answers: List[np.ndarray],
    tolerance: Tolerance,
    probes: Tuple[str, ...],
    asked: Tuple[int, ...],
    loss: Optional[float],
) -> OutputParity:
    expected = [reference[number] for number in asked]
    problem = _form_problem(expected, answers, probes)
    if problem:
        return _refused(name, tolerance, problem)
    figures = metrics.measure(expected, answers, probes, metrics.scale_of(reference), reference)
    if loss is not None:
        figures, tolerance = dict(figures, top1_loss=metrics.round_significant(loss)), limits_of_choices(tolerance)
    limits = {limit: tolerance[limit] for limit in tolerance if limit in figures}
    if figures.get("spread", 0) < NEARLY_ALIKE * figures.get("range", 0):
        limits = {limit: limits[limit] for limit in limits if limit not in _of_spread(tolerance)}
    reasons = _reasons(figures, limits)
    return OutputParity(name, metrics.written(figures), limits, not reasons, reasons)


def _of_spread(tolerance: Tolerance) -> Tuple[str, ...]:
    """Limits of quantised stages on what tells one probe's answer from another's: these are finer than 8 bits can tell."""
    return ("snr_of_spread_db", "own_probe") if "snr_of_spread_db" in tolerance else ()


def _reasons(figures: Mapping[str, Any], limits: Tolerance) -> Tuple[str, ...]:
    """Why it does not pass; empty where it does."""
    if figures["nan"] or figures["inf"]:
        return (explain.not_finite(figures),)
    if not limits:
        return ("no limit applies to it",)
    return tuple(
        explain.broken_limit(name, figures, limit)
        for name, limit in limits.items()
        if not keeps(name, figures[name], limit)
    )


def _form_problem(expected: List[np.ndarray], answers: List[np.ndarray], probes: Tuple[str, ...]) -> str:
    for probe, want, have in zip(probes, expected, answers):
        if want.shape != have.shape:
            return "shape {} in place of {} at probe {}".format(have.shape, want.shape, probe)
        if not _same_kind(want.dtype, have.dtype):
            return "{} in place of {} at probe {}".format(have.dtype, want.dtype, probe)
        if not want.size:
            return "it has no elements: {}".format(want.shape)
    return ""


def _same_kind(want: np.dtype, have: np.dtype) -> bool:
    """Equal types; integers of another width, which are compared exactly; float32 for the float64 of a reference."""
    return want == have or (want.kind in "iu" and have.kind in "iu") or (want.kind == "f" and have == np.float32)


def _refused(name: str, tolerance: Tolerance, reason: str) -> OutputParity:
    return OutputParity(name, {}, dict(tolerance), False, (reason,))


def _message(stage: str, output: OutputParity, reference: str) -> str:
    verb = "cannot be checked" if stage in explain.REFERENCES else "differs from " + reference
    return "{}: output `{}` {}: {}".format(stage, output.name, verb, "; ".join(output.reasons))
