"""Mutants that no test can kill, each with the reason."""
from typing import List, NamedTuple, Optional, Sequence

from tests.mutation.mutants import Mutant


class Equivalent(NamedTuple):
    file: str
    function: str
    mutator: str
    change: str  # as scripts/mutate shows it, or a part of that
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        return ((self.file, self.function, self.mutator) == (mutant.file, mutant.function, mutant.mutator)
                and self.change in mutant.change)


EQUIVALENT = ()  # type: Sequence[Equivalent]


def explanation(mutant: Mutant) -> Optional[str]:
    return next((each.reason for each in EQUIVALENT if each.covers(mutant)), None)


def unused(survivors: Sequence[Mutant], tried: Sequence[Mutant]) -> List[Equivalent]:
    """What explains no survivor, of the files that were tried."""
    files = {mutant.file for mutant in tried}
    return [each for each in EQUIVALENT if each.file in files and not any(map(each.covers, survivors))]
