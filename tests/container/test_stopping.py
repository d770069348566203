"""A stopped container ends at once, with the right code, and leaves nothing partial."""
import time
from typing import Iterator

import pytest

from volumes import content, fill

SECONDS = 2.0
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
        deadline = time.monotonic() + 120
        while word not in self._docker.run("logs", self.name).err:
            assert self.state()["Running"], "it ended without a line on " + word
            assert time.monotonic() < deadline
            time.sleep(0.05)

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
def test_stop_after(docker, converting, stage, tmp_path):
    converting.wait_for_line(stage)
    start = time.monotonic()
    docker("stop", "--time", "30", converting.name)
    assert time.monotonic() - start < SECONDS
    assert converting.state()["ExitCode"] == 143
    assert not {"small", ".failed"} & set(converting.left(tmp_path / "out"))
    assert not [name for name in converting.left(tmp_path / "again") if name.startswith(".staging")]


def test_stop_before_the_first_stage(docker, converting, tmp_path):
    time.sleep(0.7)
    start = time.monotonic()
    docker("stop", "--time", "30", converting.name)
    assert time.monotonic() - start < SECONDS
    assert converting.state()["ExitCode"] == 143
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
