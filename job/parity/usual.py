"""What passes the gate and should be looked at: errors that float32 does not usually make of a network of that depth, and
quantised files that do not tell apart what PyTorch hardly does.

Rounding errors come from everywhere and add up as a random walk does: with the square root of the number of operators
that they pass through. A fault that a mutation of one attribute makes may stay below the gate; far above this it is seen.
ONNX Runtime rounds on its own, with other kernels: what its answers lack of PyTorch's is usual for this one network,
whose sums may cancel more than others do. So later stages may err as much as it does, too.
"""
import math
from typing import Iterator, Sequence, Tuple

from job.parity.explain import percent, worst_element
from job.parity.tolerance import kind_of
from job.values import OutputParity, StageParity, Unusual

USUAL = 5e-7  # of the output's range, times the square root of the depth: 98 % of random networks stay below it
TIMES = 10    # more than that is worth a look
_MIXED_UP = ("{}: output `{}` passes, since PyTorch itself answers all probes nearly alike, but {} of its answers are nearer to "
             "PyTorch's answer to another probe: give real inputs with --samples")


def usual_error(depth: int) -> float:
    """Of a float stage, over the output's range; the depth is in operators, on the longest path."""
    return USUAL * math.sqrt(max(depth, 1))


def unusual(stages: Sequence[StageParity], depth: int) -> Tuple[Unusual, ...]:
    """Every output of a float stage that passed with more than TIMES the usual error, and of a quantised one whose answers
    are nearer to those to other probes.
    """
    return tuple(_too_far_off(stages, depth)) + tuple(_mixed_up(stages))


def _mixed_up(stages: Sequence[StageParity]) -> Iterator[Unusual]:
    for stage in stages:
        for output in stage.outputs:
            if output.passed and output.metrics.get("own_probe", 1) < 1 and "own_probe" not in output.tolerance:
                yield Unusual(stage.stage, output.name, _error(output), None, _MIXED_UP.format(
                    stage.stage, output.name, percent(1 - output.metrics["own_probe"])))


def _too_far_off(stages: Sequence[StageParity], depth: int) -> Iterator[Unusual]:
    for stage in stages:
        for number, output in enumerate(stage.outputs):
            error = _error(output)
            usual = max([usual_error(depth)] + [_error(other.outputs[number]) for other in stages
                                                if other.stage == "onnx" != stage.stage])
            if kind_of(stage.stage) == "float" and output.passed and error > TIMES * usual:
                yield Unusual(stage.stage, output.name, error, usual, _said(stage.stage, output, error, usual))


def _error(output: OutputParity) -> float:
    """0 where it says nothing: of the reference itself, and of whole numbers, which are equal or a choice between equals."""
    return 0.0 if "mismatch" in output.metrics else output.metrics.get("max_error_of_range") or 0.0


def _said(stage: str, output: OutputParity, error: float, usual: float) -> str:
    return ("{}: output `{}` is within the limits, but its largest error, {} of the range {}, is {:.0f} times the usual "
            "one").format(stage, output.name, percent(error), worst_element(output.metrics["worst"]), error / usual)
