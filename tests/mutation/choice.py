"""Which tests a mutant meets, and in which order."""
from typing import Dict, List, Tuple

from tests.mutation.mutants import Mutant
from tests.mutation.suite import Line, Reach

MOST_TESTS = 400  # for one mutant
FEW_TESTS = 10    # that show most of what is killed at the level of a module


class Choice:
    def __init__(self, reach: Reach) -> None:
        self._at_import = reach.at_import
        self._by_line = {}  # type: Dict[Line, List[str]]
        runs = {}  # type: Dict[str, Dict[str, int]]  # file -> test -> how many of its statements it runs
        self._refused = []  # type: List[str]
        for test, lines in reach.lines.items():
            for line in lines:
                self._by_line.setdefault(line, []).append(test)
                runs.setdefault(line[0], {}).setdefault(test, 0)
                runs[line[0]][test] += 1
            files = {file for file, _ in lines}
            if "job/keras_model/preflight.py" in files and "job/keras_model/walk.py" not in files:
                self._refused.append(test)
        self._by_file = {file: sorted(tests, key=lambda test: (-tests[test], test))
                         for file, tests in runs.items()}

    def runs_at_import(self, mutant: Mutant) -> bool:
        return mutant.statement is None or (mutant.file, mutant.statement) in self._at_import

    def tests_for(self, mutant: Mutant) -> Tuple[str, ...]:
        """Those that run the statement, no more than MOST_TESTS: such as run most of the file, and such as run least.

        Of what runs at import those that run anything of the file, and those in which something is refused.
        """
        touching = self._by_file.get(mutant.file, [])
        if not self.runs_at_import(mutant):
            reached = set(self._by_line.get((mutant.file, mutant.statement), ()))
            return _from_both_ends([test for test in touching if test in reached])
        refused = [test for test in self._refused if test not in touching]
        return tuple(touching[:FEW_TESTS] + refused) + _from_both_ends(touching[FEW_TESTS:])


def _from_both_ends(tests: List[str]) -> Tuple[str, ...]:
    return tuple(tests if len(tests) <= MOST_TESTS else tests[:MOST_TESTS // 2] + tests[-(MOST_TESTS // 2):])
