"""Faults by the hundred, with counts; ends with 1 where one of them did harm.

    python -m tests.faults signals N     SIGKILL at N random moments, SIGTERM and SIGINT at a quarter as many each
    python -m tests.faults calls [STEP]  every call that changes the output folder fails once; or every STEP-th
    python -m tests.faults many N        N checkpoints in one run
"""
import signal
import sys
import tempfile
from pathlib import Path
from typing import Callable, Mapping, Sequence

from tests.faults.kills import KINDS, struck
from tests.faults.many import measured
from tests.faults.sweep import INT8, PLANS, ground, swept

# What it is called, how many earlier versions it keeps, which version is there before, and further flags.
RUNS = (("a first run", 0, None, ()), ("a replacing run", 0, 0, ()),
        ("a run with int8 that keeps the version before", 2, 0, INT8))


def signals(scratch: Path, count: str) -> bool:
    """The first that does harm ends it, with an AssertionError."""
    few = int(count) // 4
    for number, times in ((signal.SIGKILL, int(count)), (signal.SIGTERM, few), (signal.SIGINT, few)):
        for kind in KINDS:
            endings = struck(scratch / number.name, kind, number, -(-times // len(KINDS)))
            print(number.name, kind, dict(endings), flush=True)
    return True


def calls(scratch: Path, step: str = "1") -> bool:
    good = True
    for number, (run, keep, before, flags) in enumerate(RUNS):
        with ground(scratch / str(number), keep, flags) as at:
            for plan in PLANS:
                found = list(swept(at, plan, before, int(step)))
                problems = [problem for each in found for problem in each]
                print("{}, {}: {} calls".format(plan.name, run, len(found)), *problems, sep="\n  ", flush=True)
                good = good and not problems
    return good


def many(scratch: Path, count: str, *flags: str) -> bool:
    figures = measured(scratch, int(count), *flags)
    print(*("{}: {}".format(*item) for item in figures._asdict().items()), sep="\n")
    return (figures.exit_code, figures.models, figures.left_over) == (0, int(count), [])


_WHAT = {each.__name__: each for each in (signals, calls, many)}  # type: Mapping[str, Callable[..., bool]]


def main(words: Sequence[str]) -> int:
    if words[:1] and words[0] in _WHAT:
        with tempfile.TemporaryDirectory() as scratch:
            return 0 if _WHAT[words[0]](Path(scratch), *words[1:]) else 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
