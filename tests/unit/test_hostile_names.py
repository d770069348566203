"""Names and kinds of what lies in an input volume: kept or refused, never misread, waited for or written elsewhere."""
import contextlib
import errno
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from job.batch import output_folder
from job.batch.discovery import found
from job.batch.names import path_from_name
from job.batch.planning import planned
from job.cli import run as command
from job.errors import BadCheckpoint, UsageError
from job.settings.command_line import parsed
from job.settings.settings import run_settings
from job.settings.share import Share
from job.values import Outcome
from job.watching import log
from job.watching.verdict import of_call
from job.watching.visible import readable

ODD = [b"a\nb", b"it's \"quoted\"", b"$(reboot)", b"a\\b", b"\xff\xfe", "n\u00e9t".encode(), "\u7f51".encode() * 20,
       b"-n", b"a b", b"a..b", b"...", b"%2E", b"a+b", b"%", b"\x1b[2J", b"x" * 200, b"CON", b"Net", b"net", b"*"]


def touch(folder: Path, *names: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        with open(os.fsencode(folder) + b"/" + name, "wb"):
            pass


def plan(folder: Path, *words: str):
    line = ["convert", "--input-dir={}".format(folder), "--output-dir={}".format(folder.parent / "out"), *words]
    return planned(run_settings(parsed(line)))


def test_odd_names_are_kept_apart_and_lead_back(tmp_path):
    kept = [name for name in ODD if not name.startswith(b".")]
    touch(tmp_path / "in", *(name + b".pth" for name in ODD))
    names = [candidate.name for candidate in found(tmp_path / "in", [])]
    assert sorted(os.fsencode(str(path_from_name(name))) for name in names) == sorted(kept)
    for name in names:
        assert "/" not in name and name.isprintable() and not name.startswith(".") and len(name) <= 255
        name.encode("ascii")


def test_a_name_that_hides_is_kept_where_it_is_given(tmp_path):
    touch(tmp_path / "in", b"...pth", b"..pth")
    tasks = plan(tmp_path / "in", str(tmp_path / "in" / "...pth"), str(tmp_path / "in" / "..pth"))
    assert [task.name for task in tasks] == ["%2E", "%2E."]


@pytest.mark.parametrize("name, why", [
    (b"x" * 251, "takes 251 bytes"), (b"\xff" * 80, "takes 240 bytes"), (b"summary.json", "a summary would have the name")])
def test_names_too_long_or_taken_are_refused_alone(tmp_path, name, why):
    touch(tmp_path / "in", name + b".pth", b"other.pth")
    refused, other = sorted(plan(tmp_path / "in", "--arch=resnet18"), key=lambda task: task.problem is None)
    assert why in refused.problem.message and refused.problem.exit_code == 3 and refused.problem.hint == "rename it"
    assert (other.name, other.problem) == ("other", None)
    assert command(["convert", "--output-dir={}".format(tmp_path / "out"), str(refused.path)]).exit_code == 3
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())["checkpoints"]
    assert (row["name"], row["exit_code"], row["message"]) == (refused.name, 3, readable(refused.problem.message))
    assert json.loads((tmp_path / "out" / ".failed" / refused.name / "parity.json").read_text())["verdict"] == "failed"


def test_names_too_long_that_begin_alike_are_told_apart(tmp_path):
    touch(tmp_path / "in", b"x" * 240 + b"a.pth", b"x" * 240 + b"b.pth")
    names = [task.name for task in plan(tmp_path / "in")]
    assert len(set(names)) == 2 and {len(name) for name in names} == {200}


@pytest.mark.parametrize("blind", [False, True])
def test_names_that_differ_in_case_only(tmp_path, monkeypatch, blind):
    """Two models where the output volume tells them apart; where it does not, none is taken for the other."""
    assert not output_folder._is_blind_to_case(tmp_path) and list(tmp_path.iterdir()) == []
    monkeypatch.setattr(output_folder, "_is_blind_to_case", lambda folder: blind)
    with pytest.raises(UsageError, match="Net and net would be one") if blind else contextlib.suppress():
        output_folder.check_names(tmp_path, ["Net", "a", "net"])
    output_folder.check_names(tmp_path, ["Net", "a"])


@pytest.mark.parametrize("blind", [False, True])
def test_what_an_earlier_run_published_in_another_case_is_not_replaced(tmp_path, monkeypatch, blind):
    monkeypatch.setattr(output_folder, "_is_blind_to_case", lambda folder: blind)
    (tmp_path / "Net").mkdir()
    with pytest.raises(UsageError, match="Net and net would be one") if blind else contextlib.suppress():
        output_folder.check_names(tmp_path, ["net"])
    output_folder.check_names(tmp_path, ["Net"])


@pytest.mark.parametrize("index", range(4))
def test_names_that_differ_in_case_only_are_seen_by_every_share(tmp_path, monkeypatch, index):
    """Also by one that takes neither, or only one of them."""
    monkeypatch.setattr(output_folder, "_is_blind_to_case", lambda folder: True)
    assert len({number for number in range(4) for name in ("Net", "net") if Share(number, 4).takes(name)}) == 2
    touch(tmp_path / "in", b"Net.pth", b"net.pth")
    with pytest.raises(UsageError, match="Net and net would be one"):
        command(["convert", "--input-dir={}".format(tmp_path / "in"), "--output-dir={}".format(tmp_path / "out"),
                 "--shard={}/4".format(index)])


def test_a_volume_that_is_blind_to_case_is_told(tmp_path, monkeypatch):
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: exists(path) or exists(path.with_name(path.name.replace(
        ".staging-case", ".staging-CASE"))))
    assert output_folder._is_blind_to_case(tmp_path)


def test_pipes_and_devices_are_refused_at_once(tmp_path):
    folder = tmp_path / "in"
    touch(folder, b"good.pth", b"sharded.bin")
    (folder / "one.safetensors.index.json").write_text(json.dumps({"weight_map": {"w": "shard-00001-of-00001"}}))
    for name in ("pipe.pth", "index.bin.index.json", "shard-00001-of-00001", "good.yaml"):
        os.mkfifo(str(folder / name))
    os.mknod(str(folder / "device.pth"), 0o644 | 0o020000, os.makedev(1, 5))  # /dev/zero: without end
    (folder / "linked.pth").symlink_to("pipe.pth")
    problems = {task.name: task.problem and task.problem.message for task in plan(folder)}
    assert problems == {
        "device": "device.pth is not a file", "linked": "linked.pth is not a file", "pipe": "pipe.pth is not a file",
        "good": "good.yaml: not a file inside the input volume",
        "index": "index.bin.index.json is not a file",
        "one": "one.safetensors.index.json: its shard shard-00001-of-00001 is not a file",
        "sharded": None}


def test_ten_thousand_files_are_looked_through_in_seconds(tmp_path):
    touch(tmp_path / "in", *(b"model-%05d-of-10000.pth" % number for number in range(10000)))
    started = time.monotonic()
    tasks = plan(tmp_path / "in", "--arch=resnet18")
    assert len(tasks) == 10000 and not [task for task in tasks if task.problem]
    assert time.monotonic() - started < 60


def test_folders_without_end(tmp_path, capfd):
    log.configure("text")
    deepest = tmp_path / "in"
    deepest.mkdir()
    touch(deepest, b"net.pth")
    here = os.open(str(deepest), os.O_RDONLY)
    for _ in range(1500):  # a path as long is no system call's
        os.mkdir("d", dir_fd=here)
        here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    assert [candidate.name for candidate in found(tmp_path / "in", [])] == ["net"]
    assert capfd.readouterr().err.count("this deep") == 1
    subprocess.check_call(["rm", "-r", str(deepest / "d")])  # shutil.rmtree cannot


def test_a_name_that_is_no_text_is_told_as_text_all_the_same(tmp_path, capfd):
    """In the summary, by whoever reads it, and in the log: strict readers of JSON refuse half a character."""
    told = os.fsdecode(b"\xff.pth") + " is not a file"
    output_folder.write_summary(tmp_path, [Outcome("%FF", "failed", 3, "checkpoint", told)], 3)
    summary = json.loads((tmp_path / "summary.json").read_text())["checkpoints"][0]["message"]
    assert command(["summarize", str(tmp_path)]).exit_code == 3
    assert "\\udcff.pth is not a file" in capfd.readouterr().out
    log.configure("json")
    log.failure(BadCheckpoint(told))
    assert summary == json.loads(capfd.readouterr().err)["message"] == "\\udcff.pth is not a file"


def test_a_name_turns_no_line_of_the_log_around(capfd):
    """As U+202E would, so that an error reads as another."""
    log.configure("text")
    log.failure(BadCheckpoint("net\u202ehtp.\u2028pth is empty"), "a")
    assert capfd.readouterr().err.rstrip() == "a  error: net\\u202ehtp.\\u2028pth is empty"


@pytest.mark.parametrize("style, lines", [("text", ["a  error: net", "  b  converted: out", "  hint: no", "    m  error: x"]),
                                          ("json", None)])
def test_what_others_have_named_begins_no_line_of_the_log(monkeypatch, style, lines):
    """And a line is written in one go, since other processes write there too."""
    monkeypatch.setattr(sys, "stderr", Writes())
    log.configure(style)
    log.failure(BadCheckpoint("net\nb  converted: out", hint="no\n  m  error: x"), "a")
    (written,) = filter(None, sys.stderr.all)
    assert written.endswith("\n") and "\r" not in written
    assert written.splitlines() == lines if lines else written.count("\n") == 1 and json.loads(written)["checkpoint"] == "a"


class Writes(io.StringIO):
    """A stream that knows each write."""

    def __init__(self) -> None:
        super().__init__()
        self.all = []

    def write(self, text: str) -> int:
        self.all.append(text)
        return super().write(text)


def test_a_loop_of_links_and_links_that_lead_out(tmp_path):
    touch(tmp_path / "in", b"net.pth")
    (tmp_path / "in" / "self").symlink_to(".")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "root").symlink_to("/")
    (tmp_path / "in" / "passwd.pth").symlink_to("/etc/passwd")
    assert [candidate.name for candidate in found(tmp_path / "in", [])] == ["net"]


def test_links_to_themselves_are_the_checkpoints_own_affair(tmp_path):
    folder = tmp_path / "in"
    touch(folder, b"good.pth", b"net.pth")
    (folder / "many.bin.index.json").write_text(json.dumps({"weight_map": {"w": "shard-00001-of-00001.bin"}}))
    for name in ("net.yaml", "shard-00001-of-00001.bin", "named.pth"):
        (folder / name).symlink_to(name)
    problems = {task.name: task.problem and (task.problem.exit_code, task.problem.message) for task in plan(folder)}
    assert problems == {
        "good": None, "net": (3, "net.yaml: not a file inside the input volume"),
        "many": (3, "many.bin.index.json: its shard shard-00001-of-00001.bin is a link that leads out of the volume, or nowhere")}
    (named,) = plan(folder, str(folder / "named.pth"))
    assert named.problem.exit_code == 3 and "levels of symbolic links" in named.problem.message


@pytest.mark.parametrize("words", [["--input-dir={}"], ["{}/net.pth"], ["net.pth", "--input-dir={}"],
                                   ["{}/net.pth", "--output-dir={}/out"]])
@pytest.mark.parametrize("number, code", [(errno.EIO, 75), (errno.ESTALE, 75), (errno.EACCES, 2), (errno.ELOOP, 2)])
def test_a_volume_that_does_not_say_what_is_there_is_no_bug(tmp_path, monkeypatch, words, number, code):
    """Nor is it wrong usage where a retry may help."""
    folder = tmp_path / "in"
    touch(folder, b"net.pth")

    def failing(call):
        def told(path, *arguments, **names):
            if str(folder) in str(path):
                raise OSError(number, os.strerror(number), str(path))
            return call(path, *arguments, **names)
        return told

    for call in ("stat", "lstat", "scandir", "listdir", "mkdir"):
        monkeypatch.setattr(os, call, failing(getattr(os, call)))
    for call in ("stat", "lstat", "mkdir"):
        monkeypatch.setattr(Path, call, failing(getattr(Path, call)))
    given = [word.format(folder) for word in words] + ["--output-dir={}".format(tmp_path / "out")] * ("out" not in str(words))
    assert of_call(lambda: command(["convert"] + given)).exit_code == code


def test_nothing_but_refused_files_is_a_bad_checkpoint(tmp_path):
    touch(tmp_path / "in", b"a.txt")
    with pytest.raises(BadCheckpoint):
        found(tmp_path / "in", [])
