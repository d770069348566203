"""Named volumes filled and read without the job."""
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from docker_client import Docker


def fill(docker: Docker, image: str, volume: str, folder: Path) -> None:
    """Puts the content of a folder into a volume that the job will see as /in."""
    with _container(docker, image, volume + ":/in") as container:
        docker("cp", "{}/.".format(folder), container + ":/in")


def content(docker: Docker, image: str, volume: str, target: Path) -> Path:
    """Copies what the job wrote to /out in a volume."""
    with _container(docker, image, volume + ":/out") as container:
        docker("cp", container + ":/out/.", str(target))
    return target


@contextmanager
def _container(docker: Docker, image: str, mount: str) -> Iterator[str]:
    """A container that never starts: its volumes can be copied to and from all the same."""
    container = docker("create", "--volume", mount, image)
    try:
        yield container
    finally:
        docker("rm", container)
