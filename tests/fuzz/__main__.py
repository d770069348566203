"""`N [SEED]`: runs the networks of N seeds, from SEED (0) on. `--seed S`: shows one and runs it. `--quantize`: in every mode."""
import argparse
import sys
import warnings
from pathlib import Path

from tests.fuzz.children import verdicts
from tests.fuzz.figures import quantised_summary, summary
from tests.fuzz.judging import Question, Verdict
from tests.fuzz.quantised import RUNTIME
from tests.tools_environment import locked_tools

FAILURES = ("WRONG", "CRASH", "UNNAMED")
CHECKOUT = Path(__file__).resolve().parents[2]
MOST_VALUES = 60  # of one network


def main() -> int:
    arguments = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    arguments.add_argument("count", type=int, nargs="?", default=1)
    arguments.add_argument("first", type=int, nargs="?", default=0)
    arguments.add_argument("--seed", type=int, help="run this one and show what it is made of")
    arguments.add_argument("--quantize", action="store_true", help="in every quantised mode, also in a current runtime")
    arguments.add_argument("--workers", type=int, default=2)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    if given.seed is not None:
        given.count, given.first = 1, given.seed
    runtime = str(locked_tools(CHECKOUT / RUNTIME, CHECKOUT) / "python") if given.quantize else None
    found = []
    asked = [Question(given.first + i, None, given.quantize, runtime) for i in range(given.count)]
    for verdict in verdicts(asked, given.workers):
        found.append(verdict)
        if verdict.outcome in FAILURES + ("FAILS",) or given.seed is not None:
            print(shown(verdict), flush=True)
    failures = [verdict for verdict in found if verdict.outcome in FAILURES]
    for failure in failures:
        print("\nsmallest of " + shown(smallest(failure, asked[0])), flush=True)
    print(quantised_summary(found) if given.quantize else summary(found))
    return int(bool(failures))


def smallest(failure: Verdict, like: Question) -> Verdict:
    """The failure of the first value that fails on its own, asked alike; the network's where none does."""
    alone = verdicts([like._replace(seed=failure.seed, end=end) for end in range(MOST_VALUES)], 1)
    return next((verdict for verdict in alone if verdict.outcome in FAILURES), failure)


def shown(verdict: Verdict) -> str:
    return "\n  ".join(("seed {}: {} {}".format(verdict.seed, verdict.outcome, verdict.reason),) + verdict.lines)


if __name__ == "__main__":
    sys.exit(main())
