"""Every mutant meets the tests that reach it: one of them must fail."""
import builtins
import functools
import gc
from pathlib import Path
from types import CodeType
from typing import Any, Callable, Iterator, List, NamedTuple, Sequence, Tuple

from tests.mutation.children import Died, results
from tests.mutation.choice import Choice
from tests.mutation.loading import replace_modules
from tests.mutation.mutants import Mutant, mutants_of, mutated
from tests.mutation.mutators import NEUTRAL
from tests.mutation.patching import Functions, changes_import
from tests.mutation.reporting import REACHED, reporting
from tests.mutation.suite import Collected, Ending, Line, Reach, reach_of, with_tests

TESTS = ("tests/operators", "tests/passes", "tests/onnx_backend", "tests/unit/test_axis_blocks.py",
         "tests/unit/test_reshape_groups.py")
FOLDERS = ("job/keras_model", "job/onnx_model/opsets", "job/onnx_model/passes", "job/onnx_model/symbolic")
LEFT_OUT = ("job/keras_model/__init__.py", "job/keras_model/operators.py", "job/keras_model/upstream.py")
ALL_SECONDS = 3600  # for all tests without any mutant
SECONDS = 60        # for a process to begin
TIMES = 8           # as long as its tests take without a mutant: later it hangs, and no busy machine is taken for that
TOGETHER = 60       # mutants of one process


class Question(NamedTuple):
    mutant: Mutant
    tests: Tuple[str, ...]  # that it meets
    seconds: float


class Verdict(NamedTuple):
    mutant: Mutant
    outcome: str  # killed, survived or unreached
    by: str = ""  # the test that failed, and how


def files_of(checkout: Path) -> List[str]:
    found = [str(path.relative_to(checkout)) for folder in FOLDERS for path in sorted((checkout / folder).glob("*.py"))]
    return [file for file in found if file not in LEFT_OUT]


def all_mutants(checkout: Path) -> List[Mutant]:
    return [mutant for file in files_of(checkout) for mutant in mutants_of(checkout, file)]


def measured_reach(checkout: Path, tests: Sequence[str]) -> Reach:
    """In a child: this process must import nothing of the job."""
    ((_, reach),) = results(lambda _: _reach(checkout, tests), [None], 1, lambda _: ALL_SECONDS)
    if isinstance(reach, Died):
        raise RuntimeError("the tests do not run without any mutant: {}".format(reach.how))
    return reach


def verdicts(checkout: Path, mutants: Sequence[Mutant], reach: Reach, workers: int) -> Iterator[Verdict]:
    """Most in a process that has the tests collected already; what is done at import in one that imports anew."""
    choice = Choice(reach)
    questions = [_question(mutant, choice.tests_for(mutant), reach) for mutant in mutants]
    yield from (Verdict(question.mutant, "unreached") for question in questions if not question.tests)
    late = [question for question in questions if question.tests and not choice.runs_at_import(question.mutant)]
    early = [question for question in questions if question.tests and choice.runs_at_import(question.mutant)]
    parts = [tuple(late[first:first + TOGETHER]) for first in range(0, len(late), TOGETHER)]
    for part, endings in results(functools.partial(_in_one_process, checkout), parts, workers, _seconds_of_all):
        if isinstance(endings, (Died, Ending)):
            raise RuntimeError("the tests cannot be collected: {}".format(endings))
        for question, ending in zip(part, endings):
            if ending is None:
                early.append(question)
            else:
                yield _verdict(question.mutant, ending)
    for question, ending in results(functools.partial(_imported_anew, checkout), early, workers, _seconds):
        yield _verdict(question.mutant, ending)


def _question(mutant: Mutant, tests: Tuple[str, ...], reach: Reach) -> Question:
    return Question(mutant, tests, SECONDS + TIMES * sum(reach.seconds[test] for test in tests))


def _seconds(question: Question) -> float:
    return question.seconds


def _seconds_of_all(part: Sequence[Question]) -> float:
    return SECONDS + sum(map(_seconds, part))


def _verdict(mutant: Mutant, ending: Any) -> Verdict:
    if isinstance(ending, Died):
        return Verdict(mutant, "killed", ending.how)
    return Verdict(mutant, "killed", "{}: {}".format(*ending)) if ending.test else Verdict(mutant, "survived")


def _reach(checkout: Path, tests: Sequence[str]) -> Reach:
    def watch(told: Callable[[Line], None]) -> None:
        codes, names = {}, {}
        for file in files_of(checkout):
            path = str(checkout / file)
            codes[path] = compile(reporting((checkout / file).read_text(encoding="utf-8")), path, "exec")
            names[path] = {REACHED: functools.partial(_tell, told, file)}
        replace_modules(codes, names)
    return reach_of(checkout, tests, watch)


def _tell(told: Callable[[Line], None], file: str, line: int) -> None:
    told((file, line))


def _in_one_process(checkout: Path, questions: Sequence[Question]) -> Any:
    """For each question its Ending or Died, or None where the mutant must be imported anew."""
    def use(collected: Collected) -> List[Any]:
        functions = Functions()
        work = functools.partial(_patched, checkout, functions, collected)
        answers = dict(results(work, questions, 1, _seconds))
        return [answers[question] for question in questions]
    setattr(builtins, NEUTRAL, neutral)
    return with_tests(checkout, _paths(test for question in questions for test in question.tests), use)


def _patched(checkout: Path, functions: Functions, collected: Collected, question: Question) -> Any:
    gc.disable()  # it would touch, and so copy, what all these processes share
    mutant = question.mutant
    before = compile((checkout / mutant.file).read_text(encoding="utf-8"), str(checkout / mutant.file), "exec")
    after = _code(checkout, mutant)
    if changes_import(before, after) or not functions.patch(after):
        return None
    return collected.first_failure(question.tests)


def _imported_anew(checkout: Path, question: Question) -> Ending:
    mutant = question.mutant
    replace_modules({str(checkout / mutant.file): _code(checkout, mutant)})
    setattr(builtins, NEUTRAL, neutral)
    return with_tests(checkout, _paths(question.tests), lambda collected: collected.first_failure(question.tests))


def _code(checkout: Path, mutant: Mutant) -> CodeType:
    path = checkout / mutant.file
    return compile(mutated(path.read_text(encoding="utf-8"), mutant), str(path), "exec")


def _paths(tests: Any) -> List[str]:
    return sorted({test.split("::")[0] for test in tests})


def neutral(value: Any) -> Any:
    """Nothing, of the same type and length."""
    if isinstance(value, (tuple, list)):
        return type(value)(neutral(each) for each in value)
    return type(value)()
