"""Some of the tests, run by pytest in this process."""
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

import pytest

Line = Tuple[str, int]  # file and line


class Reach(NamedTuple):
    """What each test that passes runs of the files that are changed, and how long it takes."""

    lines: Dict[str, Set[Line]]
    seconds: Dict[str, float]
    failed: Tuple[str, ...]  # tests that fail without any mutant, and show nothing
    at_import: Set[Line]     # what runs before any test


class Ending(NamedTuple):
    test: str    # the first that failed, '' where none did
    reason: str


def first_failure(checkout: Path, tests: Sequence[str]) -> Ending:
    """Runs tests by their names, in that order, up to the first that fails."""
    judge = _Judge(tests)
    code = _run(checkout, sorted({test.split("::")[0] for test in tests}), [judge], "-x")
    if judge.failed is not None:
        return judge.failed
    return Ending("", "") if code == 0 else Ending("before any test", "pytest ended with {}".format(code))


def reach_of(checkout: Path, paths: Sequence[str], watch: Callable[[Callable[[Line], None]], None]) -> Reach:
    """Runs all tests of some folders. `watch` is given what is to be told of every line that runs."""
    trace = _Trace()
    watch(trace.told)
    code = _run(checkout, paths, [trace])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError("pytest ended with {}".format(code))
    failed = tuple(sorted(trace.failed))
    return Reach({test: lines for test, lines in trace.lines.items() if test not in failed}, trace.seconds, failed,
                 trace.at_import)


def _run(checkout: Path, paths: Sequence[str], plugins: List[Any], *options: str) -> int:
    always = ("-c", str(checkout / "tests/pytest.ini"), "--rootdir", str(checkout), "-q", "-p", "no:cacheprovider",
              "-p", "no:faulthandler")
    return int(pytest.main([*always, *options, *(str(checkout / path) for path in paths)], plugins=plugins))


class _Judge:
    def __init__(self, tests: Sequence[str]) -> None:
        self._place = {test: place for place, test in enumerate(tests)}
        self.failed = None  # type: Optional[Ending]

    def pytest_collection_modifyitems(self, items: List[Any]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self._place),
                          key=lambda item: self._place[item.nodeid])

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and self.failed is None:
            self.failed = Ending(report.nodeid, str(report.longrepr).strip().split("\n")[-1])

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and self.failed is None:
            self.failed = Ending(report.nodeid, str(report.longrepr).strip().split("\n")[-1])


class _Trace:
    def __init__(self) -> None:
        self.lines, self.seconds, self.failed = {}, {}, set()  # type: Any, Any, Set[str]
        self._now = self.at_import = set()  # type: Set[Line]

    def told(self, line: Line) -> None:
        self._now.add(line)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        self._now = self.lines[item.nodeid] = set()
        before = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - before

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
