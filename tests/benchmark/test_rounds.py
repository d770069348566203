"""The order of the rounds, what becomes of failures, and the tables made from the results."""
import json
import sys
from pathlib import Path

import pytest
from benchmarks import rounds
from benchmarks.contenders import Contender, Workplace
from benchmarks.files import OperatorCount
from benchmarks.measuring import Cost, Measurement, Step
from benchmarks.report import markdown, rows_of
from benchmarks.rounds import Plan, Result, compare


def noting(name, diary, code="pass"):
    """A contender that notes its turn in the diary and writes a file."""
    write = (
        "import time; open({!r}, 'a').write({!r}); "
        "open('model.tflite', 'w').write('x'); time.sleep(0.2); " + code
    )
    command = (sys.executable, "-c", write.format(str(diary), name + " "))
    return Contender(name, "notes", lambda place, task: (Step("note", command),), "*.tflite")


@pytest.fixture
def place(tmp_path):
    return Workplace(tmp_path / "cache", Path(sys.executable), None)


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    monkeypatch.setattr(rounds, "count_operators", lambda file: OperatorCount(3, 1, file.stat().st_size))


def test_contenders_take_turns(tmp_path, place):
    diary = tmp_path / "diary"
    contenders = [noting(name, diary) for name in "AB"]
    results = compare(contenders, place, "net", Path("net.pth"), tmp_path / "work", Plan(2, 1, 30))
    assert diary.read_text() == "A B A B A B "
    assert [len(result.measurements) for result in results.values()] == [2, 2]
    assert all(result.memory > 10 ** 6 and result.operators == (3, 1, 1) for result in results.values())


def test_a_contender_that_fails_is_left_out_and_says_why(tmp_path, place):
    diary = tmp_path / "diary"
    contenders = [noting("A", diary), noting("B", diary, "raise SystemExit('cannot')")]
    results = compare(contenders, place, "net", Path("net.pth"), tmp_path / "work", Plan(2, 0, 30))
    assert diary.read_text() == "A B A "
    assert "cannot" in results["B"].failure and not results["A"].failure


def result_of(walls, nodes=None):
    costs = [Cost(wall, 2 * wall, None) for wall in walls]
    measurements = [Measurement(cost, {"all": cost}) for cost in costs]
    return Result(measurements, 150 * 10 ** 6, OperatorCount(77, 5, 123456), nodes, [{}] * len(walls))


def test_rows_are_plain_data_and_the_table_shows_them():
    rows = rows_of({
        "job": result_of([1.0, 3.0, 2.0], nodes=403),
        "peer": result_of([2.0, 3.0, 8.0]),
        "broken": Result([], None, None, None, [], "first line\nKeyError: 'a|b'"),
    }, "job")
    peer = json.loads(json.dumps(rows))["peer"]
    assert peer["wall_ratio_of_job"] == {"median": 0.5, "low": 0.25, "high": 1.0}
    lines = markdown("net", rows).splitlines()
    assert lines[0] == "### net"
    assert "| job | 2.00 (1.00-3.00) | 4.00 (2.00-6.00) | 150 | - | 77 / 5 | 123,456 | 403 |" in lines
    peer = "| peer | 3.00 (2.00-8.00) | 6.00 (4.00-16.00) | 150 | 0.50 (0.25-1.00) | 77 / 5 | 123,456 | - |"
    assert peer in lines
    assert "| broken | fails: KeyError: 'a\\|b' | - | - | - | - | - | - |" in lines
    assert "Seconds by stage, medians: job: all 2.00; peer: all 3.00." in lines


def test_without_this_job_there_are_no_ratios():
    rows = rows_of({"peer": result_of([2.0])}, "job")
    assert "wall_ratio_of_job" not in rows["peer"]
