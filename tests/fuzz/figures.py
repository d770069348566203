"""What many verdicts come to, in lines to read."""
from collections import Counter
from typing import Sequence

import numpy as np

from tests.fuzz.judging import Verdict

DEPTHS = ((1, 5), (6, 10), (11, 20), (21, 40), (41, 1000))  # operators on the longest path
PERCENTILES = (50, 90, 99, 99.9, 100)
LOWEST = (0, 1, 10, 50)  # percentiles of signal to noise
EXACT = 200.0  # dB: what is more is no noise


def summary(found: Sequence[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in found)
    lines = ["{} networks: {} agree, {} refused by name, {} refused without one, {} wrong, {} crashed".format(
        len(found), *(counts[outcome] for outcome in ("agrees", "refused", "UNNAMED", "WRONG", "CRASH")))]
    agreed = [verdict for verdict in found if verdict.outcome == "agrees"]
    if agreed:
        lines += ["largest error of an output's range", "{:>15} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}".format(
            "longest path", "networks", *("{:g} %".format(share) for share in PERCENTILES[:-1]), "most")]
        lines += [_row("{} to {}".format(*depths), [verdict for verdict in agreed
                                                   if depths[0] <= verdict.depth <= depths[1]]) for depths in DEPTHS]
        lines += [_row("all", agreed)]
        lines += ["{:>15} {:>9} {}".format(stage, "", _percentiles([verdict.errors[stage] for verdict in agreed]))
                  for stage in agreed[0].errors]
    reasons = Counter(_kind(verdict.reason) for verdict in found if verdict.outcome in ("refused", "UNNAMED"))
    return "\n".join(lines + ["{:5} refused: {}".format(count, reason) for reason, count in reasons.most_common()])


def quantised_summary(found: Sequence[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in found)
    lines = ["{} networks in every mode: {} agree, {} refused by name, {} fail the gate, {} refused without a name, {} wrong, "
             "{} crashed".format(len(found), *(counts[outcome] for outcome in ("agrees", "refused", "FAILS", "UNNAMED", "WRONG",
                                                                               "CRASH")))]
    for name, figures in (("signal to noise, dB", [verdict.snr_db for verdict in found if verdict.snr_db]),
                          ("of a current runtime beside 1.14, dB", [verdict.snr_between_runtimes for verdict in found
                                                                    if verdict.snr_between_runtimes])):
        lines += ["{:>40} {}".format(name, " ".join("{:>6g} %".format(share) for share in LOWEST))] if figures else []
        lines += ["{:>40} {}".format(mode, " ".join("{:8.1f}".format(figure) for figure in np.percentile(
            [min(each[mode], EXACT) for each in figures], LOWEST))) for mode in (figures[0] if figures else ())]
    return "\n".join(lines)


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    errors = [max(verdict.errors.values()) for verdict in verdicts]
    return "{:>15} {:>9} {}".format(name, len(errors), _percentiles(errors) if errors else "").rstrip()


def _percentiles(errors: Sequence[float]) -> str:
    return " ".join("{:9.1e}".format(figure) for figure in np.percentile(errors, PERCENTILES))


def _kind(reason: str) -> str:
    """The reason without the place in this one network."""
    return reason.replace("not supported: ", "").split(";")[0].split(" at ")[0].split(" in ")[0][:150]
