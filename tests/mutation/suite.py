"""Some of the tests, run by pytest in this process."""
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Set, Tuple

import pytest

Line = Tuple[str, int]  # file and line


class Reach(NamedTuple):
    """What each test that passes runs of the files that are changed."""

    lines: Dict[str, Set[Line]]
    failed: Tuple[str, ...]  # tests that fail without any mutant, and show nothing
    at_import: Set[Line]     # what runs before any test
    seconds: Dict[str, float]  # that each takes


class Ending(NamedTuple):
    test: str    # the first that failed, '' where none did
    reason: str


class Collected:
    """Tests that pytest has collected, and now waits with."""

    def __init__(self, items: Sequence[Any], judge: "_Judge") -> None:
        self._items, self._judge = {item.nodeid: item for item in items}, judge

    def first_failure(self, tests: Sequence[str]) -> Ending:
        """Runs tests by their names, in that order, up to the first that fails."""
        for test in tests:
            item = self._items.get(test)
            if item is not None:  # not one that went with the row of a table that was left out
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self._judge.failed is not None:
                return self._judge.failed
        return Ending("", "")


def with_tests(checkout: Path, paths: Sequence[str], use: Callable[[Collected], Any]) -> Any:
    """What `use` makes of the collected tests of some files and folders; an Ending where they cannot be collected."""
    judge = _Judge(use)
    code = _run(checkout, paths, judge)
    return judge.result or judge.failed or Ending("before any test", "pytest ended with {}".format(code))


def reach_of(checkout: Path, paths: Sequence[str], watch: Callable[[Callable[[Line], None]], None]) -> Reach:
    """Runs all tests of some folders. `watch` is given what is to be told of every line that runs."""
    trace = _Trace()
    watch(trace.told)
    code = _run(checkout, paths, trace)
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError("pytest ended with {}".format(code))
    return Reach({test: lines for test, lines in trace.lines.items() if test not in trace.failed},
                 tuple(sorted(trace.failed)), trace.at_import, trace.seconds)


def _run(checkout: Path, paths: Sequence[str], plugin: Any) -> int:
    options = ["-c", str(checkout / "tests/pytest.ini"), "--rootdir", str(checkout), "-q", "-p", "no:cacheprovider",
               "-p", "no:faulthandler"]
    return int(pytest.main(options + [str(checkout / path) for path in paths], plugins=[plugin]))


class _Judge:
    def __init__(self, use: Callable[[Collected], Any]) -> None:
        self._use = use
        self.result = None  # type: Any
        self.failed = None  # type: Optional[Ending]

    def pytest_runtestloop(self, session: Any) -> bool:
        if self.failed is None:
            self.result = self._use(Collected(session.items, self))
        return True

    def _note(self, report: Any) -> None:
        if report.failed and self.failed is None:
            self.failed = Ending(report.nodeid, str(report.longrepr).strip().split("\n")[-1])

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._note(report)

    def pytest_collectreport(self, report: Any) -> None:
        self._note(report)


class _Trace:
    def __init__(self) -> None:
        self.lines = {}  # type: Dict[str, Set[Line]]
        self.failed = set()  # type: Set[str]
        self.seconds = {}  # type: Dict[str, float]
        self._now = self.at_import = set()  # type: Set[Line]

    def told(self, line: Line) -> None:
        self._now.add(line)

    def pytest_runtest_protocol(self, item: Any) -> None:
        self._now = self.lines[item.nodeid] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)
