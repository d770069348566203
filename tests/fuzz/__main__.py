"""`N [SEED]`: runs the networks of N seeds, from SEED (0) on. `--seed S`: shows one and runs it."""
import argparse
import sys
import warnings

from tests.fuzz.children import verdicts
from tests.fuzz.figures import summary
from tests.fuzz.judging import Question, Verdict

FAILURES = ("WRONG", "CRASH", "UNNAMED")
MOST_VALUES = 60  # of one network


def main() -> int:
    arguments = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    arguments.add_argument("count", type=int, nargs="?", default=1)
    arguments.add_argument("first", type=int, nargs="?", default=0)
    arguments.add_argument("--seed", type=int, help="run this one and show what it is made of")
    arguments.add_argument("--workers", type=int, default=2)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    if given.seed is not None:
        given.count, given.first = 1, given.seed
    found = []
    for verdict in verdicts([Question(given.first + i) for i in range(given.count)], given.workers):
        found.append(verdict)
        if verdict.outcome in FAILURES or given.seed is not None:
            print(shown(verdict), flush=True)
    failures = [verdict for verdict in found if verdict.outcome in FAILURES]
    for failure in failures:
        print("\nsmallest of " + shown(smallest(failure)), flush=True)
    print(summary(found))
    return int(bool(failures))


def smallest(failure: Verdict) -> Verdict:
    """The failure of the first value that fails on its own; the network's where none does."""
    alone = verdicts([Question(failure.seed, end) for end in range(MOST_VALUES)], 1)
    return next((verdict for verdict in alone if verdict.outcome in FAILURES), failure)


def shown(verdict: Verdict) -> str:
    return "\n  ".join(("seed {}: {} {}".format(verdict.seed, verdict.outcome, verdict.reason),) + verdict.lines)


if __name__ == "__main__":
    sys.exit(main())
