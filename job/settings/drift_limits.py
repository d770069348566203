"""What of a model can be held to the version that it replaces: --max-drift's figures, and when each is worse."""
from typing import Callable, Mapping, NamedTuple


class Limit(NamedTuple):
    rows: str      # of the comparison
    figure: str
    worse: Callable[[float, float], float]  # (before, now) -> by how much it is worse
    words: str     # what it limits


def _growth(before: float, now: float) -> float:
    return (now - before) / before if before else float(now > 0)


def _loss(before: float, now: float) -> float:
    return before - now


LIMITS = {
    "size": Limit("files", "bytes", _growth, "growth of a file, as a share of it"),
    "operators": Limit("files", "nodes", _growth, "growth of a file's operators, as a share of them"),
    "error": Limit("outputs", "max_error_of_range", lambda before, now: now - before,
                   "growth of a float stage's error, of the output's range"),
    "snr_db": Limit("outputs", "snr_db", _loss, "signal to noise that an output may lose, in dB"),
    "accuracy": Limit("accuracy", "share", _loss, "share of the labelled samples that may be lost"),
}  # type: Mapping[str, Limit]
