"""The Docker daemon that the tests use: one that already answers, or one of our own."""
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from docker_client import Docker, building_client


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
        raise DockerUnavailable("no daemon answers at {}, and starting one takes root and dockerd".format(running.host))
    else:
        with _own_daemon(client, cache) as own:
            yield own


@contextmanager
def _own_daemon(client: str, cache: Path) -> Iterator[Docker]:
    """A daemon on a private socket, stopped at the end; two runs of the tests take turns, since it owns `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    with open(str(cache / "lock"), "w") as lock, tempfile.TemporaryDirectory(prefix="pt2tflite-docker-") as folder:
        fcntl.flock(lock, fcntl.LOCK_EX)
        docker = Docker(client, "unix://{}/docker.sock".format(folder))
        log = cache / "dockerd.log"
        with open(str(log), "w") as out:
            daemon = subprocess.Popen(
                ["dockerd", "--host", docker.host, "--data-root", str(cache / "data"), "--exec-root", folder + "/exec",
                 "--pidfile", folder + "/docker.pid"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, pass_fds=())
        try:
            _wait(docker, daemon, log)
            yield docker
            docker.run("image", "prune", "--force")
        finally:
            daemon.terminate()
            daemon.wait(timeout=60)


def _wait(docker: Docker, daemon: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while not _answers(docker):
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise DockerUnavailable("dockerd does not start here:\n" + log.read_text()[-2000:])
        time.sleep(0.2)


def _answers(docker: Docker) -> bool:
    return docker.run("version", timeout=60).code == 0
