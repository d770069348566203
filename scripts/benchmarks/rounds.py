"""Runs the contenders of one model side by side: A B A B, so that a slow minute slows all of them."""
import shutil
import sys
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence

from benchmarks.contenders import Contender, Task, Workplace
from benchmarks.environments import NoEnvironment
from benchmarks.files import OperatorCount, count_nodes, count_operators
from benchmarks.measuring import ContenderFailed, Measurement, measure


class Result(NamedTuple):
    """All rounds of one contender with one model."""

    measurements: Sequence[Measurement]  # of the timed rounds, in order
    memory: Optional[int]  # bytes, of the rounds in which it was sampled
    operators: Optional[OperatorCount]
    nodes: Optional[int]  # of the SavedModel, where there is one
    stages: Sequence[Mapping[str, float]]  # as the contender itself tells, one per timed round
    failure: str = ""  # why there are no figures


class Plan(NamedTuple):
    timed_rounds: int
    memory_rounds: int  # come first, and warm the page cache for the timed ones
    timeout: float  # seconds for one process


class _Attempt(NamedTuple):
    measurement: Measurement
    operators: OperatorCount
    nodes: Optional[int]
    stages: Mapping[str, float]


def _only_match(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ContenderFailed("{} files match {} in {}".format(len(found), pattern, folder))
    return found[0]


def _attempt(
    contender: Contender, place: Workplace, task: Task, timeout: float, sample_memory: bool
) -> _Attempt:
    steps = contender.steps(place, task)
    shutil.rmtree(str(task.folder), ignore_errors=True)
    measurement = measure(steps, task.folder, timeout, sample_memory)
    operators = count_operators(_only_match(task.folder, contender.float32_file))
    nodes = count_nodes(_only_match(task.folder, contender.saved_model)) if contender.saved_model else None
    attempt = _Attempt(measurement, operators, nodes, contender.stages(task.folder))
    shutil.rmtree(str(task.folder))
    return attempt


def _result(attempts: Sequence[_Attempt], memory_rounds: int) -> Result:
    sampled, timed = attempts[:memory_rounds], attempts[memory_rounds:]
    peaks = [attempt.measurement.total.memory or 0 for attempt in sampled]
    return Result(
        [attempt.measurement for attempt in timed],
        max(peaks) if peaks else None,
        attempts[-1].operators,
        attempts[-1].nodes,
        [attempt.stages for attempt in timed],
    )


def compare(
    contenders: Sequence[Contender], place: Workplace, arch: str, checkpoint: Path, work: Path, plan: Plan
) -> Dict[str, Result]:
    """A result for every contender that takes the model; one that fails once is left out from then on."""
    attempts = {contender.name: [] for contender in contenders}  # type: Dict[str, List[_Attempt]]
    failures = {}  # type: Dict[str, str]
    for number in range(plan.memory_rounds + plan.timed_rounds):
        for contender in contenders:
            if contender.name in failures:
                continue
            print("{}: round {}: {}".format(arch, number, contender.name), file=sys.stderr)
            task = Task(arch, checkpoint, work / arch / contender.name.replace(" ", "-"))
            sample_memory = number < plan.memory_rounds
            try:
                attempts[contender.name].append(_attempt(contender, place, task, plan.timeout, sample_memory))
            except (ContenderFailed, NoEnvironment) as error:
                failures[contender.name] = str(error)
    return {
        name: Result([], None, None, None, [], failures[name]) if name in failures
        else _result(made, plan.memory_rounds)
        for name, made in attempts.items()
    }
