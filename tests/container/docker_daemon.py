"""The Docker daemon that the tests use: one that already answers, or one of our own."""
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Iterator

from docker_client import Docker, building_client


KEPT_CACHE = "8GB"  # of what builds leave; one whole build takes six


class DockerUnavailable(Exception):
    """Docker cannot run here: what is missing, and how to get it."""


@contextmanager
def running_docker(cache: Path) -> Iterator[Docker]:
    """Docker, ready to build and run. A daemon of our own keeps its images in `cache`, for the next time."""
    client = building_client()
    if client is None:
        raise DockerUnavailable("no docker command that can build: apt-get install docker.io")
    running = Docker(client, os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    if _answers(running):
        yield running
    elif os.geteuid() != 0 or not shutil.which("dockerd"):
        raise DockerUnavailable(
            "no daemon answers at {}, and starting one takes root and dockerd".format(running.host))
    else:
        with _own_daemon(client, cache) as own:
            yield own


@contextmanager
def _own_daemon(client: str, cache: Path) -> Iterator[Docker]:
    """A daemon on a private socket, stopped at the end.

    It owns `cache`, so two runs of the tests take turns. What a run leaves there is bounded.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        lock = stack.enter_context(open(str(cache / "lock"), "w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pt2tflite-docker-"))
        docker = Docker(client, "unix://{}/docker.sock".format(folder))
        log = cache / "dockerd.log"
        daemon = _start(docker.host, cache / "data", Path(folder), log)
        try:
            _wait(docker, daemon, log)
            yield docker
            docker.run("image", "prune", "--force")
            docker.run("builder", "prune", "--force", "--keep-storage", KEPT_CACHE)
        finally:
            daemon.terminate()
            daemon.wait(timeout=60)


def _start(host: str, data: Path, folder: Path, log: Path) -> subprocess.Popen:
    with open(str(log), "w") as out:
        return subprocess.Popen(
            ["dockerd", "--host", host, "--data-root", str(data), "--exec-root", str(folder / "exec"),
             "--pidfile", str(folder / "docker.pid")],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)


def _wait(docker: Docker, daemon: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while not _answers(docker):
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise DockerUnavailable("dockerd does not start here:\n" + log.read_text()[-2000:])
        time.sleep(0.2)


def _answers(docker: Docker) -> bool:
    return docker.run("version", timeout=60).code == 0
