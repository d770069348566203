"""--result-file: the verdict of one line, whatever came of the run, and never an older one."""
import errno
import json
import os
import tempfile
from pathlib import Path

import pytest

from job.errors import EnvironmentFailed, ParityFailed, Stopped
from job.watching import result_file, whole_file
from job.watching.result_file import recorded
from job.watching.verdict import Verdict
from tests.unit.another_user import as_nobody, root_only
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
    (lambda: Verdict(0, converted=3), {"exit_code": 0, "converted": 3, "current": 0, "failed": 0}),
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


@root_only
def test_an_earlier_verdict_may_be_another_user_s():
    """Its folder is ours to write to, the file is not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        file = Path(folder) / "return.json"
        file.write_text('{"exit_code": 0}\n')
        assert as_nobody(lambda: recorded(lambda: Verdict(6), file)) is None
        assert read(file)["exit_code"] == 6


@pytest.mark.parametrize("code, ended_with", [(0, 75), (6, 6)])
def test_a_disk_that_is_full_at_the_end_is_no_success(tmp_path, monkeypatch, code, ended_with):
    def full(file, text):
        raise EnvironmentFailed("writing: no space left")

    monkeypatch.setattr(result_file, "write_whole", full)
    assert recorded(lambda: Verdict(code), tmp_path / "return.json").exit_code == ended_with


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE])
def test_a_volume_in_trouble_at_the_start_may_have_none_later(tmp_path, monkeypatch, code):
    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(EnvironmentFailed, match=os.strerror(code)):
        recorded(lambda: pytest.fail("it ran"), tmp_path / "return.json")


@pytest.mark.parametrize("file", ["file/return.json", "folder", "pipe", "link", "/proc/return.json", "n" * 256,
                                  "folder/" + "n" * 256 + "/return.json"])
def test_where_no_file_can_be_is_wrong_usage_before_any_work(tmp_path, file):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(str(tmp_path / "pipe"))
    done = run_job("--input-dir=/nowhere", "--result-file={}".format(tmp_path / file))
    assert done.returncode == 2 and str(tmp_path / file)[:60] in done.stderr and "/nowhere" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "link", "pipe"]


def test_metrics_tell_of_a_run_that_failed_as_a_whole(tmp_path):
    (tmp_path / "in").mkdir()
    done = run_job("--input-dir={}".format(tmp_path / "in"), "--output-dir={}".format(tmp_path / "out"),
                   "--metrics-file={}".format(tmp_path / "job.prom"))
    assert done.returncode == 3 and "pt2tflite_run_exit_code 3\n" in (tmp_path / "job.prom").read_text()


@pytest.mark.parametrize("flag", ["result", "metrics"])
@pytest.mark.parametrize("content", [b"\x80\x02}q\x00.", b"{}", b"[1]", b'{"checkpoints": [], "exit_code": 0}'])
def test_a_checkpoint_or_a_summary_is_never_replaced(tmp_path, flag, content):
    """A flag that names the wrong file must cost nobody that file."""
    file = tmp_path / "net.pth"
    file.write_bytes(content)
    done = run_job("--input-dir={}".format(tmp_path), "--output-dir={}".format(tmp_path / "out"),
                   "--{}-file={}".format(flag, file))
    assert done.returncode == 2 and "--{}-file={}: it is there, and no earlier run has left it".format(flag, file) in done.stderr
    assert file.read_bytes() == content and not (tmp_path / "out").exists()


@pytest.mark.parametrize("flag", ["result", "metrics"])
def test_a_published_model_is_no_place_for_it(tmp_path, flag):
    for name in ("SHA256SUMS", "run.json"):
        (tmp_path / name).write_text("")
    done = run_job("--input-dir={}".format(tmp_path), "--{}-file={}".format(flag, tmp_path / "said.json"))
    assert done.returncode == 2 and "in the published model" in done.stderr
    assert not (tmp_path / "said.json").exists()


def test_a_model_that_is_published_there_meanwhile_stays_what_it_is(tmp_path):
    def publish():
        for name in ("SHA256SUMS", "run.json"):
            (tmp_path / name).write_text("")
        return Verdict(0)
    assert recorded(publish, tmp_path / "return.json").exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["SHA256SUMS", "run.json"]


def test_the_longest_name_that_there_is(tmp_path):
    assert recorded(lambda: Verdict(0), tmp_path / ("n" * 255)).exit_code == 0
    assert read(tmp_path / ("n" * 255))["exit_code"] == 0


def test_two_containers_that_write_one_file_do_not_meet(tmp_path, monkeypatch):
    """In each the job is process 1: what is unfinished must not go by that number."""
    real = os.replace

    def late(unfinished, file):
        monkeypatch.setattr(os, "replace", real)
        whole_file.write_whole(tmp_path / "return.json", "of the other")
        real(unfinished, file)

    monkeypatch.setattr(os, "replace", late)
    whole_file.write_whole(tmp_path / "return.json", "ours")
    assert (tmp_path / "return.json").read_text() == "ours"


def test_the_command_line_leaves_it(tmp_path):
    file = tmp_path / "return.json"
    done = run_job("--input-dir={}".format(tmp_path), "--output-dir={}".format(tmp_path / "out"),
                   "--result-file={}".format(file))
    assert done.returncode == read(file)["exit_code"] == 3
    assert "no checkpoint found" in read(file)["message"]
