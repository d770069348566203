"""--result-file: the verdict of one line, whatever came of the run, and never an older one."""
import json
import os

import pytest

from job.errors import EnvironmentFailed, ParityFailed, Stopped
from job.watching import result_file
from job.watching.result_file import recorded
from job.watching.verdict import Verdict
from tests.unit.test_cli import run_job


def read(file):
    text = file.read_text()
    assert text.endswith("\n") and text.count("\n") == 1
    return json.loads(text)


def raising(error):
    def call():
        raise error
    return call


@pytest.mark.parametrize("call, said", [
    (lambda: Verdict(0, converted=3), {"exit_code": 0, "converted": 3, "failed": 0}),
    (raising(ParityFailed("differs", "look")),
     {"exit_code": 6, "stage": "parity", "message": "differs", "hint": "look"}),
    (raising(Stopped("stopped")), {"exit_code": 143, "stage": "signal", "message": "stopped"}),
    (raising(ZeroDivisionError("x")), {"exit_code": 1, "stage": "bug", "message": "a bug of this job: x"}),
])
def test_however_it_ends(tmp_path, call, said):
    file = tmp_path / "new" / "folders" / "return.json"
    ending = recorded(call, file)
    assert ending.exit_code == said["exit_code"]
    assert {key: read(file)[key] for key in said} == said
    assert [path.name for path in file.parent.iterdir()] == ["return.json"]


def test_an_earlier_verdict_is_gone_while_the_job_runs(tmp_path):
    file = tmp_path / "return.json"
    file.write_text('{"exit_code": 0}\n')
    assert recorded(lambda: Verdict(6 if not file.exists() else 1), file).exit_code == read(file)["exit_code"] == 6


@pytest.mark.parametrize("code, ended_with", [(0, 75), (6, 6)])
def test_a_disk_that_is_full_at_the_end_is_no_success(tmp_path, monkeypatch, code, ended_with):
    def full(file, text):
        raise EnvironmentFailed("writing: no space left")

    monkeypatch.setattr(result_file, "write_whole", full)
    assert recorded(lambda: Verdict(code), tmp_path / "return.json").exit_code == ended_with


@pytest.mark.parametrize("file", ["file/return.json", "folder", "pipe", "/proc/return.json"])
def test_where_no_file_can_be_is_wrong_usage_before_any_work(tmp_path, file):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(str(tmp_path / "pipe"))
    done = run_job("--input-dir=/nowhere", "--result-file={}".format(tmp_path / file))
    assert done.returncode == 2 and "--result-file" in done.stderr and "/nowhere" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "pipe"]


def test_the_command_line_leaves_it(tmp_path):
    file = tmp_path / "return.json"
    done = run_job("--input-dir={}".format(tmp_path), "--output-dir={}".format(tmp_path / "out"),
                   "--result-file={}".format(file))
    assert done.returncode == read(file)["exit_code"] == 3
    assert "no checkpoint found" in read(file)["message"]
