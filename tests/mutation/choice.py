"""Which tests a mutant meets, and in which order."""
import itertools
from typing import Dict, FrozenSet, List, NamedTuple, Set, Tuple

from tests.mutation.mutants import Mutant
from tests.mutation.suite import Reach

MOST_TESTS = 120  # for one mutant


class Way(NamedTuple):
    lines: FrozenSet[int]  # that run of the mutated file
    test: str              # the function of the tests that run these


class Choice:
    def __init__(self, reach: Reach) -> None:
        self._at_import = reach.at_import
        self._ways = {}  # type: Dict[str, Dict[Way, List[str]]]  # file -> ways through it -> tests that go so
        self._quick = []  # type: List[str]
        for test, lines in reach.lines.items():
            files = {file for file, _ in lines}
            for file in files:
                way = Way(frozenset(line for each, line in lines if each == file), test.split("[")[0])
                self._ways.setdefault(file, {}).setdefault(way, []).append(test)
            if not files or _only_tells(files):
                self._quick.append(test)

    def runs_at_import(self, mutant: Mutant) -> bool:
        return mutant.statement is None or (mutant.file, mutant.statement) in self._at_import

    def tests_for(self, mutant: Mutant) -> Tuple[str, ...]:
        """Those that run the statement, no more than MOST_TESTS: every way through the file comes before a way again.

        Of what runs at import those that run anything of the file, and those in which something is refused or told of.
        """
        ways = self._ways.get(mutant.file, {})
        if not self.runs_at_import(mutant):
            return _in_turn({way: tests for way, tests in ways.items() if mutant.statement in way.lines})[:MOST_TESTS]
        return tuple(dict.fromkeys(tuple(self._quick) + _in_turn(ways)[:MOST_TESTS]))


def _only_tells(files: Set[str]) -> bool:
    """Whether what converts is asked, and nothing converted."""
    return any(file.startswith("job/keras_model/") for file in files) and "job/keras_model/walk.py" not in files


def _in_turn(ways: Dict[Way, List[str]]) -> Tuple[str, ...]:
    """The first test of every way, in the order of the tests, then the second of each, and so on."""
    turns = itertools.zip_longest(*ways.values())
    return tuple(test for turn in turns for test in turn if test is not None)
