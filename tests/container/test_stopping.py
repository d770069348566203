"""A stopped container ends at once, with the right code, and leaves nothing partial."""
import re
import signal
import time
from typing import Iterator

import pytest

from tests.waiting import wait_until
from volumes import content, fill

GRACE = 30  # seconds until Docker kills it, as Kubernetes does
DONE = re.compile(r"\d\.\d\d s$", re.MULTILINE)  # the line of a stage that did not fail
# Half a processor and a large picture, so that there is something to stop.
SLOW = ("--cpus", "0.5", "--detach")
LARGE = "--input-shape=1,3,320,336"


class Converting:
    """A container that is at work on the checkpoint."""

    def __init__(self, docker, image, ckpt, out) -> None:
        self._docker, self.image, self.out = docker, image, out
        self.mounts = ("-v", ckpt + ":/in:ro", "-v", out + ":/out")
        self.name = docker("run", *SLOW, *self.mounts, image, LARGE)

    def wait_for_line(self, word: str) -> None:
        wait_until(lambda: word in self._said() or not self.state()["Running"])
        assert word in self._said(), "it ended without a line on " + word

    def wait_until_it_heeds(self, number: int) -> None:
        """The first process of a container never notices a signal that it has no handler for."""
        def heeds() -> bool:
            found = re.search(r"SigCgt:\s*(\w+)", self._docker.run("exec", self.name, "cat", "/proc/1/status").out)
            return found is not None and bool(int(found.group(1), 16) >> (number - 1) & 1)

        wait_until(heeds)

    def stop(self) -> None:
        """It ends long before it would be killed, and no further stage does but the one that was about to."""
        done, start = len(DONE.findall(self._said())), time.monotonic()
        self._docker("stop", "--time", str(GRACE), self.name)
        assert time.monotonic() - start < GRACE / 2
        assert len(DONE.findall(self._said())) <= done + 1
        assert self.state()["ExitCode"] == 143

    def _said(self) -> str:
        return self._docker.run("logs", self.name).err

    def state(self):
        return self._docker.inspect(self.name)["State"]

    def left(self, folder):
        return sorted(path.name for path in content(self._docker, self.image, self.out, folder).iterdir())


@pytest.fixture
def converting(docker, image, volume, checkpoints) -> Iterator[Converting]:
    ckpt = volume("ckpt")
    fill(docker, image, ckpt, checkpoints)
    container = Converting(docker, image, ckpt, volume("out"))
    yield container
    docker("rm", "--force", container.name)


@pytest.mark.parametrize("stage", ["export", "build", "keras"])
def test_stop_after(converting, stage, tmp_path):
    converting.wait_for_line(stage)
    converting.stop()
    assert not {"small", ".failed"} & set(converting.left(tmp_path / "out"))
    assert not [name for name in converting.left(tmp_path / "again") if name.startswith(".staging")]


def test_stop_before_the_first_stage(converting, tmp_path):
    converting.wait_until_it_heeds(signal.SIGTERM)
    converting.stop()
    assert "small" not in converting.left(tmp_path / "out")


def test_interrupt(docker, converting, tmp_path):
    converting.wait_for_line("export")
    docker("kill", "--signal", "INT", converting.name)
    assert docker("wait", converting.name) == "130"
    assert "small" not in converting.left(tmp_path / "out")


def test_killed_outright_the_next_run_mends_it(docker, converting, tmp_path):
    converting.wait_for_line("build")
    docker("kill", converting.name)
    assert docker("wait", converting.name) == "137"
    assert "small" not in converting.left(tmp_path / "killed")
    docker("run", "--rm", *converting.mounts, converting.image)
    assert converting.left(tmp_path / "mended") == ["small", "summary.json"]
