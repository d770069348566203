"""Whether the reference's own answers can show an error at all."""
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import numpy as np

from job.parity import metrics
from job.parity.explain import REFERENCES
from job.parity.gate import Answers
from job.parity.tolerance import NEARLY_ALIKE
from job.values import OutputParity, StageParity

ALIKE = 1e-5  # spread over range: below it float arithmetic's own error hides what tells probes apart

LIMITS = {"spread_of_range": ALIKE}


def judge_reference(output_names: Sequence[str], reference: Answers, stage: str = "pytorch") -> StageParity:
    """The reference's stage: fails where its answers are empty, NaN, constant or all alike."""
    return StageParity(
        stage,
        tuple(
            _judge_output(name, [np.asarray(answer[column]) for answer in reference], REFERENCES.get(stage, stage))
            for column, name in enumerate(output_names)
        ),
    )


def _judge_output(name: str, answers: List[np.ndarray], who: str) -> OutputParity:
    problem = _form_problem(answers)
    if problem:
        return OutputParity(name, {}, LIMITS, False, (problem,))
    figures = _figures(answers)
    reasons = _reasons(answers, figures, who)
    return OutputParity(name, metrics.written(figures), LIMITS, not reasons, reasons)


def _form_problem(answers: List[np.ndarray]) -> str:
    if len(answers) < 2:
        return "{} probes answered, and it takes two to tell an answer from a constant".format(len(answers))
    if len({(answer.shape, answer.dtype.kind) for answer in answers}) > 1:
        return "its shape or type differs from probe to probe"
    return "" if answers[0].size else "it has no elements: {}".format(answers[0].shape)


def _figures(answers: List[np.ndarray]) -> Mapping[str, Any]:
    scale = metrics.scale_of(answers)
    of_range = scale.spread / scale.range if scale.range else 0.0
    figures = {
        "probes": len(answers),
        "lowest": metrics.round_significant(scale.lowest),
        "highest": metrics.round_significant(scale.highest),
        "range": metrics.round_significant(scale.range),
        "spread": metrics.round_significant(scale.spread),
        "spread_of_range": metrics.round_significant(of_range),
        "nan": int(sum(np.isnan(answer).sum() for answer in answers)),
        "inf": int(sum(np.isinf(answer).sum() for answer in answers)),
    }  # type: Dict[str, Any]
    if figures["spread_of_range"] < NEARLY_ALIKE:
        figures["note"] = (
            "all probes are answered nearly alike: read error_of_spread, not max_error_of_range; "
            "real inputs given with --samples show more"
        )
    return figures


def _reasons(answers: List[np.ndarray], figures: Mapping[str, Any], who: str) -> Tuple[str, ...]:
    if figures["nan"] or figures["inf"]:
        return ("{} answers with {nan} NaN and {inf} infinite values".format(who, **figures),)
    if not any(answer.any() for answer in answers):
        return ("{} answers every probe with zeros".format(who),)
    if not figures["range"]:
        return ("{} answers with the constant {!r}".format(who, figures["lowest"]),)
    if not figures["spread_of_range"] >= ALIKE:
        return (
            "{} answers all {} probes alike, so that an error would not show "
            "(spread {} of the range, at least {})".format(who, len(answers), figures["spread_of_range"], ALIKE),
        )
    return ()
