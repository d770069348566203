"""How far a stage may be from PyTorch, and the reasons for the figures.

Float stages do the same arithmetic in another order. Over the networks of this field the largest
error is a few millionths of the output's range; 1e-4 is far above that and far below any fault.
Where all probes are answered nearly alike the range says little, so the error must also be small
against the *spread*: the part of the answers that differs from probe to probe.

Quantised stages keep 8 bits of each weight, with one scale for a whole tensor. Measured over fresh
and trained networks the noise lies 8 dB (MobileNetV3, the worst; trained MobileNetV2: 17) to 40 dB
below the signal. An answer that is wrong altogether scores 0 dB or less: zeros 0, another input's
answer -3, a wrong sign -6. int8, calibrated with inputs of the same kind, is as close or
closer: 13 dB (seeded MobileNetV2 and MobileNetV3), 15 to 27 (seeded ResNet-50), 18 to 21 (trained MobileNetV2 on photographs),
19 (trained EfficientNet-Lite0), 20 to 25 (DenseNet), 40 (SqueezeNet). Its limits are the same.

  snr_db             5: noise has at most a third of the signal's power
  snr_of_spread_db   3: a model that ignored its input and always gave its mean answer would score 0;
                        not asked where the spread is under NEARLY_ALIKE of the range: 8 bits cannot tell
                        such answers apart, and the report says so
  top1_loss       0.15: the chosen class may score so much of the range below PyTorch's best, since
                        near ties are decided by noise; a class picked at random loses about half of it
  mismatch         0.1: of the elements of an integer output (argmax), for the same reason

float16 keeps 11 bits of each weight, whatever its size: 42 dB (seeded MobileNetV2) to 64 were measured, and its limits lie
about 20 dB above those of 8 bits.

``own_probe`` is the share of answers that are not clearly nearer to PyTorch's answer to some other
probe: it finds answers that were mixed up, also where noise is loud. Quantised stages are not asked it where the spread is
under NEARLY_ALIKE of the range, for the reason above: the float stages show it there.
"""
from typing import Any, Iterable, List, Mapping, Optional

from job.errors import BadCheckpoint, UsageError
from job.modes import CALIBRATED
from job.nearest import did_you_mean

Tolerance = Mapping[str, float]
Override = Mapping[str, Mapping[str, float]]  # kind of stage -> limits

AT_MOST = ("max_error_of_range", "error_of_spread", "top1_loss", "mismatch")
AT_LEAST = ("cosine", "snr_db", "snr_of_spread_db", "top1", "top5", "own_probe")

NEARLY_ALIKE = 1e-2  # spread over range

_FLOAT = {
    "max_error_of_range": 1e-4,
    "error_of_spread": 1e-2,
    "cosine": 0.9999,
    "own_probe": 1.0,
    "mismatch": 0.0,
}
_QUANTISED = {
    "snr_db": 5.0,
    "snr_of_spread_db": 3.0,
    "top1_loss": 0.15,
    "own_probe": 1.0,
    "mismatch": 0.1,
}

_HALF = {
    "snr_db": 25.0,
    "snr_of_spread_db": 10.0,
    "top1_loss": 0.02,
    "own_probe": 1.0,
    "mismatch": 0.02,
}

DEFAULT = dict({"float": _FLOAT, "dynamic": _QUANTISED, "float16": _HALF},
               **{mode: _QUANTISED for mode in CALIBRATED})  # type: Override


def kind_of(stage: str) -> str:
    """float, dynamic, float16 or int8: ``tflite.dynamic`` and its like are named after their kind."""
    last = stage.split(".")[-1]
    return last if last in DEFAULT else "float"


def tolerance_for(stage: str, override: Optional[Override] = None) -> Tolerance:
    """The limits of a stage: the defaults of its kind, with the override's in their place."""
    kind = kind_of(stage)
    return dict(DEFAULT[kind], **(override or {}).get(kind, {}))


def check_override(override: Any) -> Override:
    """A tolerance as a user writes it, ``{float: {cosine: 0.99999}}``; else UsageError."""
    problems = _problems(override)
    if problems:
        raise UsageError(
            "tolerance: " + "; ".join(problems),
            hint="write it as {float: {max_error_of_range: 1e-5}, dynamic: {snr_db: 20}}; the limits are "
            + ", ".join(sorted(AT_MOST + AT_LEAST)) + "; the kinds " + ", ".join(DEFAULT),
        )
    return {kind: {name: float(limit) for name, limit in limits.items()} for kind, limits in override.items()}


def check_only_tighter(override: Override) -> None:
    """Raise BadCheckpoint where an override is looser than the defaults."""
    looser = []  # type: List[str]
    for kind in sorted(override):
        limits = tolerance_for(kind)
        for name, limit in sorted(override[kind].items()):
            if name in limits and not keeps(name, limit, limits[name]):
                looser.append("{} {} {} (default {})".format(kind, name, limit, limits[name]))
    if looser:
        raise BadCheckpoint(
            "the sidecar's tolerance is looser than the default: " + "; ".join(looser),
            hint="a file beside a checkpoint can only tighten the gate; loosen it with --tolerance",
        )


def keeps(name: str, figure: float, limit: float) -> bool:
    """Whether a figure keeps its limit; NaN keeps none."""
    return figure <= limit if name in AT_MOST else figure >= limit


def _problems(override: Any) -> List[str]:
    if not isinstance(override, Mapping):
        return ["{!r} is not a mapping".format(override)]
    found = []
    for kind, limits in override.items():
        if kind not in DEFAULT:
            found.append(_unknown("kind of stage", kind, DEFAULT))
        elif not isinstance(limits, Mapping):
            found.append("{}: {!r} is not a mapping".format(kind, limits))
        else:
            found.extend(_limit_problems(kind, limits))
    return found


def _limit_problems(kind: str, limits: Mapping[Any, Any]) -> List[str]:
    found = []
    for name, limit in limits.items():
        if name not in AT_MOST + AT_LEAST:
            found.append("{}: {}".format(kind, _unknown("limit", name, AT_MOST + AT_LEAST)))
        elif isinstance(limit, bool) or not isinstance(limit, (int, float)) or not abs(limit) < float("inf"):
            found.append("{}.{}: {!r} is not a finite number".format(kind, name, limit))
    return found


def _unknown(what: str, word: Any, known: Iterable[str]) -> str:
    return ", ".join(filter(None, ["unknown {} {!r}".format(what, word), did_you_mean(str(word), known)]))
