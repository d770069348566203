"""How far one output's answers are from PyTorch's: pure functions of arrays, computed in float64.

Figures are rounded to a few digits and the gate judges what is written: the verdict can be checked
against the report. NaN is never less or more than a limit, so it keeps none.
"""
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

import numpy as np

EXACT_DB = 300.0  # no error at all: the ratio double precision itself could show
QUIET = 0.1  # beside louder probes a quiet one is measured against its own range, down to this share of all
SMALL = 1e-3  # a probe whose answer is this small beside the others has no direction worth comparing
NEARER = 0.9  # of the distance to its own probe: nearer than that to another is not noise
NEGLIGIBLE = 1e-3  # of the spread of all probes' answers: an error of so much mixes none of them up
OWN_PROBE_ELEMENTS = 8  # with fewer, noise alone may point at another probe's answer


class Scale(NamedTuple):
    """What errors of one output are measured against, taken from all of PyTorch's answers."""

    lowest: float
    highest: float
    spread: float  # rms deviation of the answers from their mean over the probes

    @property
    def range(self) -> float:
        return self.highest - self.lowest


def scale_of(reference: Sequence[np.ndarray]) -> Scale:
    values = _float64(reference)
    with np.errstate(all="ignore"):
        spread = _rms(values - values.mean(axis=0, keepdims=True))
    return Scale(float(values.min()), float(values.max()), spread)


def measure(
    reference: Sequence[np.ndarray],
    answer: Sequence[np.ndarray],
    probes: Sequence[str] = (),
    scale: Optional[Scale] = None,
    others: Optional[Sequence[np.ndarray]] = None,
) -> Mapping[str, Any]:
    """Figures of one output over its probes; figures that do not apply to it are left out.

    ``scale`` and ``others`` are of all of PyTorch's answers where this stage was asked only some.
    """
    with np.errstate(all="ignore"):  # NaN and infinities are figures here
        return _measure(reference, answer, probes, scale or scale_of(reference), others or reference)


def _measure(
    reference: Sequence[np.ndarray],
    answer: Sequence[np.ndarray],
    probes: Sequence[str],
    scale: Scale,
    others: Sequence[np.ndarray],
) -> Mapping[str, Any]:
    names = tuple(probes) or tuple(str(number) for number in range(len(reference)))
    kind = np.asarray(reference[0]).dtype.kind
    expected, given = _float64(reference), _float64(answer)
    figures = {"probes": len(reference)}  # type: Dict[str, Any]
    figures.update(_errors(expected, given, scale))
    figures.update(_oddities(given))
    figures["worst"] = _worst(expected, given, scale.range, names)
    if kind != "f":
        figures["mismatch"] = round_significant(np.mean(expected != given))
        return figures
    figures.update(_directions(expected, given))
    if given[0].size >= OWN_PROBE_ELEMENTS:
        figures["own_probe"] = _own_probe(given, expected, _float64(others), scale.spread)
    if given.ndim == 3 and given.shape[2] >= 2:
        rows = (-1, given.shape[2])
        figures.update(_classes(expected.reshape(rows), given.reshape(rows), scale.range))
    return figures


def snr_db(reference: np.ndarray, answer: np.ndarray) -> float:
    """Of one array, at most EXACT_DB either way; where there is no signal, noise of any size drowns it."""
    expected = reference.astype(np.float64)
    with np.errstate(all="ignore"):
        signal, noise = _rms(expected), _rms(answer.astype(np.float64) - expected)
    return round_significant(_decibels(signal, noise) if signal and np.isfinite(noise) else -EXACT_DB if noise else EXACT_DB)


def round_significant(figure: float, digits: int = 3) -> float:
    """The figure with so many significant digits; NaN and infinities stay what they are."""
    return float("{:.{}g}".format(float(figure), digits))


def written(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    """Figures as JSON can say them: null for NaN and infinities, whose counts stand beside them."""
    return {name: _plain(value) for name, value in figures.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return written(value)
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def _errors(expected: np.ndarray, given: np.ndarray, scale: Scale) -> Mapping[str, float]:
    error = np.abs(given - expected)
    rmse = _rms(error)
    figures = {
        "max_abs": error.max(),
        "mean_abs": error.mean(),
        "rmse": rmse,
        "range": scale.range,
        "max_error_of_range": _of_range(expected, given, scale.range).max(),
        "spread": scale.spread,
        "error_of_spread": _ratio(rmse, scale.spread),
        "snr_db": _decibels(_rms(expected), rmse),
        "snr_of_spread_db": _decibels(scale.spread, rmse),
    }
    return {name: round_significant(figure) for name, figure in figures.items()}


def _of_range(expected: np.ndarray, given: np.ndarray, whole_range: float) -> np.ndarray:
    """Every error over the range of its probe's answer, so that a loud probe does not hide the others."""
    own = np.ptp(expected.reshape(len(expected), -1), axis=1)
    ranges = np.maximum(own, QUIET * whole_range) if whole_range else np.full(len(own), np.nan)
    return np.abs(given - expected) / ranges.reshape((-1,) + (1,) * (expected.ndim - 1))


def _oddities(given: np.ndarray) -> Mapping[str, Any]:
    return {
        "nan": int(np.isnan(given).sum()),
        "inf": int(np.isinf(given).sum()),
        "constant": bool((given == given.flat[0]).all()),
    }


def _worst(
    expected: np.ndarray, given: np.ndarray, whole_range: float, probes: Sequence[str]
) -> Mapping[str, Any]:
    """The element with the largest error of its range, a NaN or infinity before all others."""
    error = _of_range(expected, given, whole_range) if whole_range else np.abs(given - expected)
    error[~np.isfinite(error)] = np.inf
    probe, *index = np.unravel_index(int(error.argmax()), error.shape)
    at = (probe,) + tuple(index)
    return {
        "probe": probes[probe],
        "index": [int(i) for i in index],
        "answer": round_significant(given[at], 6),
        "reference": round_significant(expected[at], 6),
    }


def _directions(expected: np.ndarray, given: np.ndarray) -> Mapping[str, float]:
    """The smallest cosine over the probes; near-zero answers are left to the largest error."""
    norms = [float(np.linalg.norm(x)) for x in expected]
    cosines = [_cosine(x, y) for x, y, norm in zip(expected, given, norms) if not norm < SMALL * max(norms)]
    return {"cosine": round(_least(cosines), 6)}


def _cosine(expected: np.ndarray, given: np.ndarray) -> float:
    """0 where either has no direction."""
    norms = float(np.linalg.norm(expected)) * float(np.linalg.norm(given))
    return float(np.vdot(expected, given)) / norms if norms else 0.0


def _own_probe(given: np.ndarray, expected: np.ndarray, others: np.ndarray, spread: float) -> float:
    """Share of the answers that are not clearly nearer to PyTorch's answer to some other probe: of two that are answered
    alike, as by a detector that finds nothing in either, rounding decides which is the nearer."""
    own = [_rms(x - y) for x, y in zip(given, expected)]
    nearest = [min(_rms(x - other) for other in others) for x in given]
    return round_significant(np.mean([near >= NEARER * distance or distance <= NEGLIGIBLE * spread
                                      for near, distance in zip(nearest, own)]))


def _classes(expected: np.ndarray, given: np.ndarray, whole_range: float) -> Mapping[str, float]:
    """Agreement on the best class, for rows of class scores."""
    rows = np.arange(len(expected))
    best, chosen = expected.argmax(axis=1), given.argmax(axis=1)
    lost = expected[rows, best] - expected[rows, chosen] + 0 * given.sum(axis=1)  # NaN stays NaN
    figures = {
        "top1": round_significant(np.mean(best == chosen)),
        "top1_loss": round_significant(_ratio(lost.max(), whole_range)),
    }
    if given.shape[1] > 5:
        five = np.argsort(-given, axis=1, kind="mergesort")[:, :5]
        figures["top5"] = round_significant(np.mean((five == best[:, None]).any(axis=1)))
    return figures


def _float64(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All probes in one array, probe first."""
    return np.stack([np.asarray(array) for array in arrays]).astype(np.float64)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _least(figures: List[float]) -> float:
    """The smallest, and NaN where any is NaN."""
    return float(np.min(figures)) if figures else float("nan")


def _ratio(part: float, whole: float) -> float:
    """NaN, which keeps no limit, where there is nothing to measure against."""
    return float(part) / float(whole) if whole else float("nan")


def _decibels(signal: float, noise: float) -> float:
    if signal == 0:
        return float("nan")
    if noise == 0:
        return EXACT_DB
    return float(np.clip(20 * np.log10(signal / noise), -EXACT_DB, EXACT_DB))
