"""Switches off, one at a time, what the converters and the passes do with attributes: some test must fail for each.

Exit 1 where one survives that tests/mutation/equivalent.py does not explain.
"""
import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import List, Sequence

from tests.mutation.checking import TESTS, Verdict, all_mutants, measured_reach, verdicts
from tests.mutation.equivalent import explanation, unused
from tests.mutation.heavy import import_heavy_packages
from tests.mutation.mutants import Mutant

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    arguments = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    arguments.add_argument("pattern", nargs="?", default="", help="only mutants whose line, as shown, has this in it")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--every", type=int, default=1, help="only one of so many, spread over all")
    arguments.add_argument("--tests", nargs="*", default=TESTS, help="the folders and files of tests that they meet")
    arguments.add_argument("--again", help="only what this file, an earlier check's output, shows as not killed")
    arguments.add_argument("--list", action="store_true", help="show the mutants and test none")
    given = arguments.parse_args()
    mutants = [mutant for mutant in all_mutants(CHECKOUT) if re.search(given.pattern, mutant.label)][::given.every]
    if given.again:
        mutants = _shown(Path(given.again).read_text(encoding="utf-8").splitlines(), mutants)
    if given.list:
        print("\n".join(mutant.label for mutant in mutants))
        return 0
    import_heavy_packages()
    reach, found = measured_reach(CHECKOUT, given.tests), []
    for test in reach.failed:
        print("fails without any mutant, and shows nothing: {}".format(test))
    for verdict in verdicts(CHECKOUT, mutants, reach, given.workers):
        found.append(verdict)
        if verdict.outcome != "killed":
            reason = explanation(verdict.mutant)
            print("{}: {}{}".format(verdict.outcome, verdict.mutant.label, "  ({})".format(reason) if reason else ""),
                  flush=True)
    print(table(found))
    survivors = [verdict.mutant for verdict in found if verdict.outcome != "killed"]
    stale = unused(survivors) if given.every == 1 and not given.pattern else []
    for entry in stale:
        print("killed, so not to be explained: {}".format(entry))
    return int(bool(stale or reach.failed) or any(not _settled(verdict) for verdict in found))


def _shown(lines: Sequence[str], mutants: Sequence[Mutant]) -> List[Mutant]:
    left = {re.sub(r"^(survived|unreached): |  \(.*\)$", "", line) for line in lines}
    return [mutant for mutant in mutants if mutant.label in left]


def _settled(verdict: Verdict) -> bool:
    return verdict.outcome == "killed" or explanation(verdict.mutant) is not None


def table(found: List[Verdict]) -> str:
    """A row a file and a row a mutator: mutants, killed, explained, and the share killed."""
    lines = []
    for title, key in (("file", lambda verdict: verdict.mutant.file), ("mutator", lambda verdict: verdict.mutant.mutator)):
        lines.append("{:50} {:>8} {:>8} {:>8} {:>8}".format(title, "mutants", "killed", "listed", "share"))
        lines += [_row(name, [verdict for verdict in found if key(verdict) == name])
                  for name in sorted({key(verdict) for verdict in found})]
    return "\n".join(lines + [_row("all", found)])


def _row(name: str, found: List[Verdict]) -> str:
    counts = Counter("killed" if verdict.outcome == "killed" else "listed" for verdict in found if _settled(verdict))
    return "{:50} {:8} {:8} {:8} {:7.1f}%".format(name, len(found), counts["killed"], counts["listed"],
                                                  100 * counts["killed"] / max(len(found), 1))


if __name__ == "__main__":
    sys.exit(main())
