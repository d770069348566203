"""`N [SEED]`: reads N mutated checkpoints of all formats, of the seeds from SEED (0) on.

Exit 1 where one is not refused by name, nor read faithfully, or takes more than 10 s of the processor's time, or runs anything.
"""

import argparse
import sys
import warnings
from collections import Counter

from tests.checkpoints.fuzz.judging import failures, verdicts
from tests.checkpoints.fuzz.seeds import seeds


def main() -> int:
    arguments = argparse.ArgumentParser(prog="scripts/fuzz checkpoints", description=__doc__)
    arguments.add_argument("count", type=int, nargs="?", default=1)
    arguments.add_argument("first", type=int, nargs="?", default=0)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    found = list(verdicts(range(given.first, given.first + given.count), seeds()))
    for verdict in failures(found):
        print(
            "seed {}: {} ({}, {}): {}".format(
                *verdict[:1], verdict.outcome, verdict.seed, verdict.how, verdict.reason
            )
        )
    outcomes = Counter(verdict.outcome for verdict in found)
    print(
        "{} mutated checkpoints: {} refused by name, {} read, "
        "{} read faithfully with another weight, {} wrong, "
        "{} crashed, {} hung, {} executed, {} greedy".format(
            len(found),
            *(
                outcomes[each]
                for each in ("refused", "read", "faithful", "WRONG", "CRASH", "HANG", "EXECUTED", "GREEDY")
            ),
        )
    )
    return int(bool(failures(found)))


if __name__ == "__main__":
    sys.exit(main())
