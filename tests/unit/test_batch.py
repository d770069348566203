"""Which checkpoints are found and under which names; that every one is tried; what is said at the end."""
import contextlib
import errno
import json
import os
import signal
import time
from pathlib import Path, PurePosixPath

import pytest

from job.batch import batch, output_folder
from job.batch.discovery import found, named
from job.batch.names import name_from_path, path_from_name
from job.batch.planning import planned
from job.batch.summaries import merged
from job.errors import (BadCheckpoint, EnvironmentFailed, Killed, NoPermission, ParityFailed, Stopped,
                        UnsupportedModel, UsageError, job_error_from_oserror)
from job.publish import staging
from job.settings.command_line import parsed
from job.settings.settings import run_settings
from job.settings.share import Share
from job.values import Outcome
from job.watching import log
from job.watching.exit_codes import PRECEDENCE, combined
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("signals_of_the_job")


@pytest.fixture
def volumes(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in", tmp_path / "out"


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def names_in(folder, left_out=()):
    return [candidate.name for candidate in found(folder, left_out)]


def test_found_by_suffix_and_what_is_skipped(volumes):
    folder, out = volumes
    put(folder, "a.pth", "b.pt", "c.bin", "d.ckpt", "e.tar", "f.safetensors", "g.npz", "h.onnx", "sub/deep/i.pth")
    put(folder, ".hidden.pth", "x.pth.tmp", "x.pth.part", "notes.txt", "lost+found/x.pth", ".git/x.pth", "samples/x.npz",
        "calibration/x.npz", "mine/x.npz")
    assert names_in(folder, [folder / "mine"]) == ["a", "b", "c", "d", "e", "f", "g", "h", "sub+deep+i"]


def test_suffixes_in_capitals_are_found_too(volumes):
    folder, _ = volumes
    put(folder, "A.PTH", "b.Onnx", "C.SAFETENSORS", "sub/D.CKPT", "e.TAR", "F.PT.TMP", "g.PTH.Part")
    assert names_in(folder) == ["A", "C", "b", "e", "sub+D"]
    put(folder, "A.pth")
    with pytest.raises(UsageError, match="A.PTH and .*A.pth would both be published as A"):
        found(folder, [])


def test_a_checkpoint_in_capitals_has_its_sidecar(volumes):
    folder, out = volumes
    put(folder, "A.PTH", "B.ONNX", "B.YAML")
    (folder / "A.yaml").write_text("arch: resnet34\n")
    a, b = planned(settings(folder, out))
    assert a.settings.arch == "resnet34"
    assert "B.YAML" in b.problem.message and "B.yaml" in b.problem.hint


def named_as_weights(name):
    """What an .onnx file has of a tensor that lies in the file of this name: onnx.external_data's `location`."""
    location = name.encode("utf-8")
    length = bytes([len(location)]) if len(location) < 128 else bytes([len(location) & 127 | 128, len(location) >> 7])
    return b"\x08\x07" + b"\x0a\x08location\x12" + length + location + b"\x70\x01"


def test_weights_beside_an_onnx_file_are_no_checkpoints(volumes, capfd):
    folder, _ = volumes
    long = "w" * 190 + ".bin"
    put(folder, "net.bin", long, "other.onnx", "other.bin", "empty.onnx", "sub/net.bin")
    (folder / "net.onnx").write_bytes(named_as_weights("net.bin") + named_as_weights(long) + named_as_weights("other.onnx"))
    os.mkfifo(str(folder / "pipe.onnx"))
    (folder / "empty.onnx").write_bytes(b"")
    log.configure("text")
    with pytest.raises(UsageError, match="other.bin and .*other.onnx would both be published"):
        found(folder, [])
    (folder / "other.bin").unlink()
    assert names_in(folder) == ["empty", "net", "other", "pipe", "sub+net"]
    assert "net.bin: weights of net.onnx, no checkpoint of its own" in capfd.readouterr().err


@pytest.mark.parametrize("cut", range(1, 24))
def test_half_an_onnx_file_hides_nothing_else(volumes, cut):
    folder, _ = volumes
    put(folder, "a.bin")
    (folder / "net.onnx").write_bytes(named_as_weights("a.bin" + "b" * 200)[:cut])
    assert names_in(folder) == ["a", "net"]


def test_links_are_followed_inside_the_volume_only(volumes, tmp_path, capfd):
    folder, _ = volumes
    put(folder, "..2024/net.pth", "real/a.pth")
    put(tmp_path, "outside.pth", "outside/b.pth")
    (folder / "..data").symlink_to("..2024")
    (folder / "net.pth").symlink_to("..data/net.pth")
    (folder / "out.pth").symlink_to(tmp_path / "outside.pth")
    (folder / "dir").symlink_to(tmp_path / "outside")
    (folder / "gone.pth").symlink_to("nowhere")
    (folder / "round.pth").symlink_to("round.pth")
    (folder / "real" / "up").symlink_to("..")
    log.configure("text")
    assert names_in(folder) == ["net", "real+a"]
    assert capfd.readouterr().err.count("not followed") == 4


@pytest.mark.parametrize("path, name", [
    ("net.pth", "net"), ("net.v1.pth", "net.v1"), ("a/b/net.pth", "a+b+net"), ("a+b.pth", "a%2Bb"), ("50%.pt", "50%25"),
    (".net.pth", "%2Enet"), ("a/.b/c.pth", "a+%2Eb+c"), ("n\u00e9t.pth", "n%C3%A9t"), ("a\nb.pth", "a%0Ab"), ("a b.pth", "a b"),
])
def test_names_are_reversible(path, name):
    encoded = name_from_path(PurePosixPath(os.fsdecode(path.encode("utf-8"))))
    assert encoded == name
    assert os.fsencode(str(path_from_name(name))) == path.rsplit(".", 1)[0].encode("utf-8")


@pytest.mark.parametrize("path", ["x" * 201 + ".pth", "summary.json.pth"])
def test_names_that_cannot_be_published(path):
    with pytest.raises(BadCheckpoint, match="rename it"):
        name_from_path(PurePosixPath(path))


def test_colliding_names_are_refused(volumes):
    put(volumes[0], "net.pth", "net.bin")
    with pytest.raises(UsageError, match="net.bin and .*net.pth would both be published as net"):
        found(volumes[0], [])


def test_an_empty_input_folder_is_a_bad_checkpoint_and_leaves_a_summary(volumes):
    folder, out = volumes
    with pytest.raises(BadCheckpoint, match="no checkpoint found"):
        batch.convert_all(settings(folder, out), None, None)
    assert json.loads((out / "summary.json").read_text()) == {"checkpoints": [], "exit_code": 3}


def test_a_missing_input_folder_is_wrong_usage_and_leaves_nothing(volumes, tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        batch.convert_all(settings(tmp_path / "none", volumes[1]), None, None)
    assert not volumes[1].exists()


def test_an_input_folder_that_is_a_file(volumes, tmp_path):
    (tmp_path / "net.pth").write_bytes(b"x")
    with pytest.raises(UsageError, match="net.pth: not a folder") as error:
        batch.convert_all(settings(tmp_path / "net.pth", volumes[1]), None, None)
    assert "convert {}".format(tmp_path / "net.pth") in error.value.hint
    assert not volumes[1].exists()


def test_named_checkpoints_are_looked_for_here_and_in_the_input_folder(volumes):
    put(volumes[0], "sub/net.pth")
    assert named(["sub/net.pth"], volumes[0])[0].name == "sub+net"
    assert named([str(volumes[0] / "sub" / "net.pth")], volumes[0])[0].name == "sub+net"
    with pytest.raises(UsageError, match="no such checkpoint"):
        named(["nett.pth"], volumes[0])
    with pytest.raises(UsageError, match="sub: a folder") as error:
        named(["sub/net.pth", "sub"], volumes[0])
    assert "--output-dir=sub" in error.value.hint


def test_a_checkpoint_named_elsewhere_has_its_own_folder_as_volume(volumes, tmp_path):
    put(tmp_path, "elsewhere/net.pth")
    candidate = named([str(tmp_path / "elsewhere" / "net.pth")], volumes[0])[0]
    assert (candidate.name, candidate.volume) == ("net", tmp_path / "elsewhere")


def settings(folder, out, *words):
    return run_settings(parsed(["convert", "--input-dir={}".format(folder), "--output-dir={}".format(out), *words]))


class Chain:
    """In place of the pipeline and the sides: converts, or raises or does what it is told to for a name.

    It notes what it does in a file, since workers are processes of their own.
    """

    def __init__(self, folder, unreportable=(), **actions):
        self.notes = folder / "notes"
        self.actions, self.unreportable = actions, unreportable

    def prepare(self, settings):
        self.note("prepare", settings.arch)

    def skipped(self, path, name, settings, output_dir):
        return Outcome(name, "current", 0, "", "") if self.actions.get(name) == "current" else None

    def convert(self, path, name, settings, output_dir, sides):
        self.note("convert", name, settings.arch, sides.kind)
        action = self.actions.get(name)
        if isinstance(action, Exception):
            raise action
        if callable(action):
            action()
        return Outcome(name, "converted", 0, "", "")

    def report_failure(self, name, error, output_dir):
        self.note("report", name, error.exit_code)
        if name in self.unreportable:
            raise EnvironmentFailed("no space for the report")

    @contextlib.contextmanager
    def sides(self):
        yield Sides("own")

    @contextlib.contextmanager
    def nurseries(self):
        self.note("nurseries")
        yield Nurseries()

    def note(self, *words):
        with self.notes.open("a") as notes:
            notes.write(" ".join(map(str, words)) + "\n")

    @property
    def noted(self):
        return sorted(self.notes.read_text().splitlines()) if self.notes.exists() else []

    def run(self, run):
        log.configure("text")
        return batch.convert_all(run, batch.Chain(self.prepare, self.skipped, self.convert, self.report_failure),
                                 batch.Openers(self.sides, self.nurseries))


class Sides:
    def __init__(self, kind):
        self.kind = kind

    def __iter__(self):
        return iter(())

    def peak_memory(self):
        return 1 << 20


class Nurseries:
    @contextlib.contextmanager
    def opened(self):
        yield Sides("forked")


def test_every_checkpoint_is_tried_and_has_its_row(volumes, tmp_path, capfd):
    folder, out = volumes
    put(folder, "a.pth", "b.pth", "c.pth", "d.pth", "e.pth")
    (folder / "b.yaml").write_text("arch: mobilenet_v2\n")
    (folder / "c.yaml").write_text("trust_pickle: true\n")
    chain = Chain(tmp_path, a=ParityFailed("wrong", "look"), d=UnsupportedModel(["Foo at 1"]), e=ZeroDivisionError("oops"))
    rows = chain.run(settings(folder, out, "--arch=resnet18"))
    assert [(row.name, row.outcome, row.exit_code, row.stage) for row in rows] == [
        ("a", "failed", 6, "parity"), ("b", "converted", 0, ""), ("c", "failed", 3, "checkpoint"),
        ("d", "failed", 4, "preflight"), ("e", "failed", 1, "bug")]
    assert chain.noted == ["convert a resnet18 forked", "convert b resnet18 forked", "convert d resnet18 forked",
                           "convert e resnet18 forked", "nurseries", "prepare resnet18", "report c 3"]
    summary = json.loads((out / "summary.json").read_text())
    assert summary["exit_code"] == 1
    assert [row["exit_code"] for row in summary["checkpoints"]] == [6, 0, 3, 4, 1]
    said = capfd.readouterr().err
    assert "a  error: wrong\n  hint: look" in said
    assert said.count("Traceback") == 1 and "ZeroDivisionError: oops" in said


def test_one_checkpoint_is_converted_in_this_process(volumes, tmp_path):
    put(volumes[0], "a.pth")
    chain = Chain(tmp_path)
    assert [row.outcome for row in chain.run(settings(*volumes))] == ["converted"]
    assert chain.noted == ["convert a None own"]


@pytest.mark.parametrize("names, left", [("a", []), ("abc", ["left a", "left c"])], ids=["one", "many"])
def test_what_a_batch_has_converted_leaves_the_page_cache(volumes, tmp_path, monkeypatch, names, left):
    put(volumes[0], *("{}.pth".format(name) for name in names))
    chain = Chain(tmp_path, b=ParityFailed("wrong"))
    monkeypatch.setattr(output_folder, "leave_page_cache", lambda folder, name: chain.note("left", name))
    chain.run(settings(*volumes))
    assert [note for note in chain.noted if note.startswith("left")] == left


@pytest.mark.parametrize("count", [1, 2])
def test_no_side_is_opened_where_nothing_is_to_be_converted(volumes, tmp_path, count):
    for number in range(count):
        put(volumes[0], "{}.pth".format(number))
        (volumes[0] / "{}.yaml".format(number)).write_text("nonsense: 1\n")
    put(volumes[0], "done.pth")
    (volumes[1] / "done").mkdir(parents=True)
    chain = Chain(tmp_path, done="current")
    rows = chain.run(settings(*volumes))
    assert [(row.name, row.exit_code) for row in rows] == [(str(n), 3) for n in range(count)] + [("done", 0)]
    assert chain.noted == ["report {} 3".format(number) for number in range(count)]


def test_a_worker_that_dies_fails_its_checkpoint_alone(volumes, tmp_path, capfd):
    put(volumes[0], "a.pth", "b.pth", "c.pth", "d.pth")
    chain = Chain(tmp_path, b=lambda: os.kill(os.getpid(), signal.SIGKILL), c=lambda: os._exit(7))
    rows = chain.run(settings(*volumes, "--workers=2"))
    assert [(row.name, row.exit_code, row.stage) for row in rows] == [
        ("a", 0, ""), ("b", 5, "worker"), ("c", 5, "worker"), ("d", 0, "")]
    assert "was killed by SIGKILL" in rows[1].message and "ended with code 7" in rows[2].message
    assert "--workers" in capfd.readouterr().err
    assert [line for line in chain.noted if line.startswith("report")] == ["report b 5", "report c 5"]


@pytest.mark.parametrize("killed", ["worker", "side"])
def test_what_was_killed_beside_others_is_tried_once_more_alone(volumes, tmp_path, capfd, monkeypatch, killed):
    put(volumes[0], "a.pth", "b.pth", "c.pth")
    begun, noticed, first = (tmp_path / name for name in ("begun", "noticed", "first"))
    warn = log.warning
    monkeypatch.setattr(log, "warning", lambda *words: (warn(*words), noticed.touch()))

    def stay_until_it_is_noticed():
        begun.touch()
        wait_until(noticed.exists)

    def die_first_time():
        if first.exists():
            return
        first.touch()
        wait_until(begun.exists)
        if killed == "side":
            raise Killed("the side was killed by SIGKILL")
        os.kill(os.getpid(), signal.SIGKILL)

    chain = Chain(tmp_path, a=stay_until_it_is_noticed, b=die_first_time)
    rows = chain.run(settings(*volumes, "--workers=2"))
    assert [row.exit_code for row in rows] == [0, 0, 0]
    assert [line for line in chain.noted if line.startswith("convert b")] == ["convert b None forked"] * 2
    assert "once more at the end" in capfd.readouterr().err


@pytest.mark.parametrize("names", [["a.pth"], ["a.pth", "b.pth"]])
@pytest.mark.parametrize("action", ["current", None])
def test_what_an_earlier_run_left_is_gone_before_the_work(volumes, tmp_path, names, action):
    put(volumes[0], *names)
    put(volumes[1], "a/file", "b/file", ".staging-a-0/model/file")
    (volumes[1] / ".staging-a-0.lock").touch()
    seen = []
    act = action or (lambda: seen.append(list(volumes[1].glob(".staging-*"))))
    Chain(tmp_path, a=act, b=act).run(settings(*volumes, "--workers=1"))
    assert list(volumes[1].glob(".staging-*")) == [] and seen in ([], [[]])


def test_what_a_killed_worker_left_is_gone_when_its_row_is_there(volumes, tmp_path):
    put(volumes[0], "a.pth", "b.pth")
    seen = tmp_path / "seen"

    def die():
        with staging(volumes[1], "a"):
            os.kill(os.getpid(), signal.SIGKILL)

    Chain(tmp_path, a=die, b=lambda: seen.write_text(str(list(volumes[1].glob(".staging-*"))))).run(
        settings(*volumes, "--workers=1"))
    assert seen.read_text() == "[]"


def test_a_side_that_dies_once_all_is_published_harms_nothing(volumes, tmp_path, monkeypatch):
    def die(self):
        raise Killed("the side was killed by SIGKILL")

    put(volumes[0], "a.pth", "b.pth")
    monkeypatch.setattr(Sides, "peak_memory", die)
    assert [row.exit_code for row in Chain(tmp_path).run(settings(*volumes, "--workers=1"))] == [0, 0]


def test_what_is_killed_alone_is_not_tried_again(volumes, tmp_path):
    put(volumes[0], "a.pth", "b.pth")
    chain = Chain(tmp_path, a=lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert [row.exit_code for row in chain.run(settings(*volumes, "--workers=1"))] == [5, 0]
    assert chain.noted.count("convert a None forked") == 1


def test_a_failure_that_cannot_be_reported_is_its_own_checkpoints_affair(volumes, tmp_path, capfd):
    """Of a worker that died, and of wrong settings; a retry may mend what kept the report from being written."""
    put(volumes[0], "a.pth", "b.pth", "c.pth")
    (volumes[0] / "c.yaml").write_text("nonsense: 1\n")
    chain = Chain(tmp_path, unreportable="ac", a=lambda: os._exit(7))
    rows = chain.run(settings(*volumes, "--workers=1"))
    assert [(row.exit_code, row.message) for row in rows] == [
        (75, "no space for the report"), (0, ""), (75, "no space for the report")]
    said = capfd.readouterr().err
    assert "ended with code 7" in said and "nonsense" in said


def test_a_stop_on_a_full_volume_ends_as_a_stop(volumes, tmp_path, monkeypatch, capfd):
    def full(*_):
        raise EnvironmentFailed("no space left")

    put(volumes[0], "a.pth")
    monkeypatch.setattr(output_folder, "write_summary", full)
    with pytest.raises(Stopped):
        Chain(tmp_path, a=Stopped("stopped by SIGTERM")).run(settings(*volumes))
    assert "no space left" in capfd.readouterr().err


def test_no_room_for_a_process_ends_the_run_with_a_row_for_each(volumes, tmp_path, monkeypatch):
    def none_left():
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    put(volumes[0], "a.pth", "b.pth")
    monkeypatch.setattr(os, "fork", none_left)
    with pytest.raises(EnvironmentFailed, match="starting a process") as raised:
        Chain(tmp_path).run(settings(*volumes))
    assert "--pids-limit" in raised.value.hint
    summary = json.loads((volumes[1] / "summary.json").read_text())
    assert [row["exit_code"] for row in summary["checkpoints"]] == [75, 75]


def test_out_of_memory_in_python_is_no_bug(volumes, tmp_path):
    put(volumes[0], "a.pth")
    rows = Chain(tmp_path, a=MemoryError()).run(settings(*volumes))
    assert (rows[0].exit_code, rows[0].message) == (75, "converting: out of memory")


def test_a_checkpoint_that_takes_too_long_fails_alone(volumes, tmp_path):
    put(volumes[0], "a.pth", "b.pth")
    started = time.monotonic()
    rows = Chain(tmp_path, a=lambda: time.sleep(600)).run(settings(*volumes, "--timeout-per-checkpoint=5"))
    assert [(row.exit_code, row.stage) for row in rows] == [(5, "timeout"), (0, "")]
    assert "more than 5 seconds" in rows[0].message
    assert time.monotonic() - started < 120


def test_a_checkpoint_that_may_take_years(volumes, tmp_path):
    put(volumes[0], "a.pth", "b.pth")
    rows = Chain(tmp_path).run(settings(*volumes, "--timeout-per-checkpoint=999999999"))
    assert [row.outcome for row in rows] == ["converted", "converted"]


def test_a_stop_ends_the_batch_with_a_row_for_each(volumes, tmp_path):
    put(volumes[0], "a.pth", "b.pth", "c.pth")
    with pytest.raises(Stopped):
        Chain(tmp_path, b=lambda: _stop_and_wait(os.getppid())).run(settings(*volumes, "--workers=1"))
    summary = json.loads((volumes[1] / "summary.json").read_text())
    assert [row["exit_code"] for row in summary["checkpoints"]] == [0, 143, 143]
    assert summary["exit_code"] == 143


def test_a_stop_of_one_checkpoint(volumes, tmp_path):
    put(volumes[0], "a.pth")
    with pytest.raises(Stopped):
        Chain(tmp_path, a=Stopped("stopped by SIGTERM")).run(settings(*volumes))
    assert json.loads((volumes[1] / "summary.json").read_text())["exit_code"] == 143


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_summary_is_the_same_whatever_the_number_of_workers(volumes, tmp_path, workers):
    put(volumes[0], *("{}.pth".format(letter) for letter in "abcdefg"))
    Chain(tmp_path, c=ParityFailed("wrong")).run(settings(*volumes, "--workers={}".format(workers)))
    summary = json.loads((volumes[1] / "summary.json").read_text())
    assert [(row["name"], row["exit_code"]) for row in summary["checkpoints"]] == [
        (letter, 6 if letter == "c" else 0) for letter in "abcdefg"]


def _stop_and_wait(main):
    os.kill(main, signal.SIGTERM)
    time.sleep(60)


def test_a_folder_or_a_device_for_a_file(volumes, tmp_path):
    folder, out = volumes
    (folder / "net.pth").mkdir()
    os.mkfifo(str(folder / "pipe.pth"))
    chain = Chain(tmp_path)
    rows = chain.run(settings(folder, out, str(folder / "net.pth"), str(folder / "pipe.pth")))
    assert [(row.exit_code, row.message) for row in rows] == [
        (3, "net.pth is a folder, not a checkpoint"), (3, "pipe.pth is not a file")]


def test_folders_that_a_sidecar_names_hold_no_checkpoints(volumes):
    put(volumes[0], "net.pth", "pictures/one.npz")
    (volumes[0] / "net.yaml").write_text("samples: pictures\n")
    assert [task.name for task in planned(settings(*volumes))] == ["net"]


def test_a_samples_folder_around_all_checkpoints_is_refused(volumes):
    put(volumes[0], "net.pth")
    run = settings(*volumes)
    for folder in (volumes[0], volumes[0].parent):
        with pytest.raises(UsageError, match="holds the checkpoints too"):
            planned(run._replace(given=dict(run.given, samples=folder)))


@pytest.mark.parametrize("words, name", [((), "summary.json"), (("--shard=0/2",), "summary.0-of-2.json")])
def test_a_folder_where_the_summary_is_to_be_is_told_before_any_work(volumes, tmp_path, words, name):
    put(volumes[0], "a.pth")
    (volumes[1] / name).mkdir(parents=True)
    chain = Chain(tmp_path)
    with pytest.raises(UsageError, match="{} is a folder".format(name)):
        chain.run(settings(*volumes, *words))
    assert chain.noted == []


def test_summaries_that_are_out_of_date_are_gone_while_it_works(volumes, tmp_path):
    """`summarize` must not take yesterday's for today's, should this run be killed."""
    put(volumes[0], "a.pth")
    volumes[1].mkdir(exist_ok=True)
    (volumes[1] / "summary.1-of-3.json").write_text("{}")
    seen = []
    Chain(tmp_path, a=lambda: seen.append(sorted(path.name for path in volumes[1].glob("summary*")))).run(settings(*volumes))
    assert seen == [[]]


@pytest.mark.parametrize("words, told", [((), True), (("--shard=0/2",), True), (("--shard=1/2",), False), (("a.pth",), False)])
def test_what_came_of_a_checkpoint_that_has_gone_is_told_of_once_and_stays(volumes, tmp_path, capfd, words, told):
    folder, out = volumes
    put(folder, "a.pth", "b.pth")
    put(out, "a/SHA256SUMS", "renamed/SHA256SUMS", "removed/SHA256SUMS", "of somebody else/file", ".failed/b/parity.json",
        ".failed/c/parity.json")
    Chain(tmp_path).run(settings(folder, out, *words))
    said = [line for line in capfd.readouterr().err.splitlines() if "without a checkpoint" in line]
    assert said == ["models without a checkpoint of their name, left as they are: removed, renamed",
                    "failures without a checkpoint of their name, left as they are: c"] * told
    assert (out / "removed" / "SHA256SUMS").exists() and (out / ".failed" / "c" / "parity.json").exists()


def test_a_shard_that_has_nothing_to_do_says_so(volumes, tmp_path, capfd):
    put(volumes[0], "a.pth")
    takes = [Share(index, 2).takes("a") for index in range(2)].index(False)
    assert Chain(tmp_path).run(settings(*volumes, "--shard={}/2".format(takes))) == ()
    assert "of 1 checkpoints none falls to shard {}/2".format(takes) in capfd.readouterr().err


@pytest.mark.parametrize("ends", ["well", "stopped", "without a checkpoint"])
def test_however_a_shard_ends_its_summary_says_of_which_run_it_is(volumes, tmp_path, ends):
    folder, out = volumes
    if ends != "without a checkpoint":
        put(folder, "a.pth", "b.pth")
    stops = Stopped("stopped", "") if ends == "stopped" else None
    with contextlib.suppress(Stopped, BadCheckpoint):
        Chain(tmp_path, a=stops, b=stops).run(settings(folder, out, "--shard=1/2", "--run-id=tonight"))
    assert json.loads((out / "summary.1-of-2.json").read_text())["run_id"] == "tonight"


def test_an_output_folder_that_is_a_file(volumes, tmp_path):
    put(volumes[0], "net.pth")
    put(tmp_path, "file")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(UsageError, match="not a folder"):
            Chain(tmp_path).run(settings(volumes[0], out))


@pytest.mark.parametrize("number, kind, code", [
    (errno.EACCES, NoPermission, 2), (errno.EROFS, NoPermission, 2), (errno.ENOSPC, EnvironmentFailed, 75),
    (errno.EDQUOT, EnvironmentFailed, 75), (errno.EIO, EnvironmentFailed, 75), (errno.ESTALE, EnvironmentFailed, 75),
    (errno.ECONNABORTED, EnvironmentFailed, 75), (errno.EBUSY, EnvironmentFailed, 75),
    (errno.ENOSYS, UsageError, 2), (errno.EXDEV, UsageError, 2),
])
def test_what_the_operating_system_refuses(number, kind, code, volumes, tmp_path):
    error = job_error_from_oserror(OSError(number, os.strerror(number)), "writing /out/a")
    assert type(error) is kind
    assert error.message.startswith("writing /out/a: ") and error.hint
    put(volumes[0], "a.pth")
    rows = Chain(tmp_path, a=OSError(number, os.strerror(number))).run(settings(*volumes))
    assert rows[0].exit_code == code


def test_exit_codes_by_precedence():
    assert combined([]) == combined([0, 0]) == 0
    assert [combined(PRECEDENCE[position:] + (0,)) for position in range(len(PRECEDENCE))] == list(PRECEDENCE)


def test_summaries_of_shards_become_one(tmp_path):
    for number, code in enumerate((0, 6)):
        rows = [{"name": "net{}".format(number), "outcome": "failed" if code else "converted", "exit_code": code,
                 "stage": "parity" if code else "", "message": "wrong" if code else ""}]
        (tmp_path / "summary.{}.json".format(number)).write_text(json.dumps({"checkpoints": rows, "exit_code": code}))
    assert [(row.name, row.exit_code) for row in merged(tmp_path)] == [("net0", 0), ("net1", 6)]
    assert json.loads((tmp_path / "summary.json").read_text())["exit_code"] == 6
    assert len(merged(tmp_path)) == 2
    (tmp_path / "summary.2.json").write_text("[]")
    with pytest.raises(BadCheckpoint, match="not a summary"):
        merged(tmp_path)
    with pytest.raises(UsageError, match="no summary"):
        merged(Path(str(tmp_path / "none")))
