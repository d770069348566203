"""Every mutant meets the tests that reach it: one of them must fail."""
import functools
from pathlib import Path
from typing import Any, Callable, Iterator, List, NamedTuple, Sequence, Tuple

from tests.mutation.children import Died, results
from tests.mutation.choice import Choice
from tests.mutation.loading import replace_modules
from tests.mutation.mutants import Mutant, mutants_of, mutated
from tests.mutation.mutators import NEUTRAL
from tests.mutation.reporting import REACHED, reporting
from tests.mutation.suite import Ending, Line, Reach, first_failure, reach_of

TESTS = ("tests/operators", "tests/passes")
FOLDERS = ("job/keras_model", "job/onnx_model/opsets", "job/onnx_model/passes", "job/onnx_model/symbolic")
LEFT_OUT = ("job/keras_model/__init__.py", "job/keras_model/operators.py", "job/keras_model/upstream.py")
SECONDS = 60      # for one mutant
ALL_SECONDS = 900  # for all tests without any


class Verdict(NamedTuple):
    mutant: Mutant
    outcome: str  # killed, survived or unreached
    by: str = ""  # the test that failed, and how


def files_of(checkout: Path) -> List[str]:
    found = [str(path.relative_to(checkout)) for folder in FOLDERS for path in sorted((checkout / folder).glob("*.py"))]
    return [file for file in found if file not in LEFT_OUT]


def all_mutants(checkout: Path) -> List[Mutant]:
    return [mutant for file in files_of(checkout) for mutant in mutants_of(checkout, file)]


def measured_reach(checkout: Path) -> Reach:
    """In a child: this process must import nothing of the job."""
    ((_, reach),) = results(lambda _: _reach(checkout), [None], 1, ALL_SECONDS)
    if isinstance(reach, Died):
        raise RuntimeError("the tests do not run without any mutant: {}".format(reach.how))
    return reach


def verdicts(checkout: Path, mutants: Sequence[Mutant], reach: Reach, workers: int) -> Iterator[Verdict]:
    """In the order they are done."""
    questions, choice = [], Choice(reach)
    for mutant in mutants:
        tests = choice.tests_for(mutant)
        if tests:
            questions.append((mutant, tests))
        else:
            yield Verdict(mutant, "unreached")
    for (mutant, _), ending in results(functools.partial(_judged, checkout), questions, workers, SECONDS):
        if isinstance(ending, Died):
            yield Verdict(mutant, "killed", ending.how)
        else:
            yield Verdict(mutant, "killed" if ending.test else "survived", "{}: {}".format(*ending))


def _reach(checkout: Path) -> Reach:
    def watch(told: Callable[[Line], None]) -> None:
        codes, names = {}, {}
        for file in files_of(checkout):
            path = str(checkout / file)
            codes[path] = compile(reporting((checkout / file).read_text(encoding="utf-8")), path, "exec")
            names[path] = {REACHED: functools.partial(_tell, told, file)}
        replace_modules(codes, names)
    return reach_of(checkout, TESTS, watch)


def _tell(told: Callable[[Line], None], file: str, line: int) -> None:
    told((file, line))


def _judged(checkout: Path, question: Tuple[Mutant, List[str]]) -> Ending:
    mutant, tests = question
    path = checkout / mutant.file
    code = compile(mutated(path.read_text(encoding="utf-8"), mutant), str(path), "exec")
    replace_modules({str(path): code}, {str(path): {NEUTRAL: neutral}})
    return first_failure(checkout, tests)


def neutral(value: Any) -> Any:
    """Nothing, of the same type and length."""
    if isinstance(value, (tuple, list)):
        return type(value)(neutral(each) for each in value)
    return type(value)()
