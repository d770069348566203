"""Files made to mislead: each is refused with exit code 3, runs nothing and takes little memory and time."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from job.checkpoint import watch
from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint
from tests.checkpoints.files import called, dictionary, integer, legacy, safetensors, tensor, text, zipped
from tests.checkpoints.hostile_archives import write_all
from tests.checkpoints.hostile_files import F32
from tests.checkpoints.hostile_pickles import TENSORS
from tests.checkpoints.peak import grown

GREEDY = set(TENSORS) | {
    "flood of entries",
    "huge",
    "five million numbers",
    "a million tables",
    "header of 2 GiB",
    "terabytes",
    "text",
}
WHOLE = (  # for each of which the job starts processes
    "zip: os.system",
    "legacy: nested pickle",
    "zip: torch.load from bytes",
    "legacy: contains itself",
    "zip: bomb",
    "bomb: stack of lists",
    "tar: symlink",
    "npz: objects",
    "script: nested",
    "safetensors: header of 2 GiB",
)
SECONDS = 10  # of the processor, for any of them


@pytest.fixture(autouse=True)
def old(monkeypatch):
    """Of what came just now, shards may still be missed."""
    monkeypatch.setattr(watch, "RECENT", 0.0)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return write_all(tmp_path_factory.mktemp("hostile"))


def refusal(path: Path) -> str:
    """What is wrong with how a file is refused; "" if it is right."""
    started = time.process_time()
    try:
        return "read as {}".format(read_checkpoint(path).format)
    except BadCheckpoint as error:
        seconds = time.process_time() - started
        if error.exit_code != 3 or not error.hint or path.name not in str(error) or len(str(error)) > 2000:
            return "said {!r:.300}".format(str(error))
        return "took {:.1f} s".format(seconds) if seconds > SECONDS else ""


def test_every_one_is_refused_and_nothing_runs(hostile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadCheckpoint):
        read_checkpoint(hostile["zip: os.system"])  # all that reading imports
    modules = set(sys.modules)
    told = [(name, refusal(path)) for name, path in hostile.items()]
    wrong = ["{}: {}".format(name, problem) for name, problem in told if problem]
    assert not wrong, "\n".join(wrong)
    assert len(hostile) > 340
    assert os.listdir(str(tmp_path)) == []
    assert set(sys.modules) == modules


def test_what_would_run_is_named(hostile):
    called_by = {"os.system": "posix.system", "eval": "__builtin__.eval", "torch.hub": "torch.hub.load"}
    for name, function in called_by.items():
        with pytest.raises(BadCheckpoint) as caught:
            read_checkpoint(hostile["zip: " + name])
        assert function in caught.value.message


def test_memory_is_bounded(hostile):
    """In kB, beyond the interpreter and the file: less than 200 MB for what asks for most."""
    greedy = [path for name, path in hostile.items() if "bomb" in name or name.split(": ")[1] in GREEDY]
    assert len(greedy) > 60
    largest = max(path.stat().st_size for path in greedy)
    assert grown(*greedy) < 200 * 1000 + largest // 1000


def test_the_whole_job_refuses_them(hostile, tmp_path):
    """One of each kind, by the real command: exit code 3 for each, nothing published, nothing run."""
    folder, work = tmp_path / "in", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    chosen = [path for name, path in hostile.items() if name in WHOLE]
    assert len(chosen) == len(WHOLE)
    for number, path in enumerate(chosen):
        shutil.copy(str(path), str(folder / "{}.pth".format(number)))
    command = [
        sys.executable,
        "-m",
        "job",
        "convert",
        "--input-dir",
        str(folder),
        "--arch=squeezenet1_1",
        "--output-dir",
        str(tmp_path / "out"),
    ]
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    job = subprocess.run(
        command, cwd=str(work), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    rows = json.loads((tmp_path / "out/summary.json").read_text())["checkpoints"]
    assert job.returncode == 3, job.stdout.decode()
    assert [(row["outcome"], row["exit_code"]) for row in rows] == [("failed", 3)] * len(chosen)
    assert os.listdir(str(work)) == [] and sorted(os.listdir(str(tmp_path / "out"))) == [
        ".failed",
        "summary.json",
    ]


def test_a_good_file_made_the_same_way_is_read(tmp_path):
    """Otherwise the files above might be refused for how they are made."""
    for path in (
        legacy(tmp_path / "a.pth", dictionary(good=tensor())),
        zipped(tmp_path / "b.pth", dictionary(good=tensor())),
        safetensors(tmp_path / "c.safetensors", {"good": F32}, bytes(8)),
    ):
        assert list(read_checkpoint(path).tensors) == ["good"]


def test_unknown_objects_beside_the_weights_stay_inert(tmp_path):
    tree = dictionary(
        state_dict=dictionary(good=tensor()),
        settings=called("evil.Settings", text("x")) + dictionary(a=integer(1)) + b"b",
        seen=b"\x8f(" + called("evil.Thing") + b"\x90",
    )
    checkpoint = read_checkpoint(zipped(tmp_path / "a.pth", tree))
    assert list(checkpoint.tensors) == ["good"]
    assert "evil" not in sys.modules
