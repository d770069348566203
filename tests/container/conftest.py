"""The image under test, built once for all of these tests, and what they run it on."""
import os
import shutil
import sys
import tarfile
import uuid
from pathlib import Path
from typing import Callable, Dict, Iterator

import pytest
import torch
import torchvision

from docker_client import Docker
from docker_daemon import DockerUnavailable, running_docker
from standin_base import base_image
from tests.tools_environment import CACHE, locked_tools, not_here

IMAGE = "pt2tflite-test"


def source_copy(checkout: Path, target: Path) -> Path:
    """The checkout without what it holds besides the project, such as environments."""
    target.mkdir()
    for name in ("Dockerfile", ".dockerignore", "requirements.lock"):
        shutil.copy(str(checkout / name), str(target / name))
    compiled = shutil.ignore_patterns("__pycache__")
    for name in ("job", "scripts"):
        shutil.copytree(str(checkout / name), str(target / name), ignore=compiled)
    return target


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    try:
        with running_docker(CACHE / "docker") as running:
            yield running
    except DockerUnavailable as reason:
        not_here("THE IMAGE IS NOT TESTED: {}".format(reason))


@pytest.fixture(scope="session")
def tools(checkout: Path) -> Path:
    """The folder of hadolint, which takes a newer Python than the job's."""
    return locked_tools(Path(__file__).with_name("tools.lock"), checkout)


@pytest.fixture(scope="session")
def base(docker: Docker) -> str:
    certificates = os.environ.get("PIP_CERT") or "/etc/ssl/certs/ca-certificates.crt"
    return base_image(docker, Path(sys.base_prefix), Path(certificates))


@pytest.fixture(scope="session")
def source(checkout: Path, tmp_path_factory) -> Path:
    """A copy of what the image is made of: it stays as it is while the tests run."""
    return source_copy(checkout, tmp_path_factory.mktemp("source") / "checkout")


@pytest.fixture(scope="session")
def image(docker: Docker, base: str, source: Path) -> str:
    docker.build(source, IMAGE, base)
    return IMAGE


@pytest.fixture(scope="session")
def files(docker: Docker, image: str, tmp_path_factory) -> Dict[str, tarfile.TarInfo]:
    """Every file of the image by its path, without the leading slash."""
    archive = tmp_path_factory.mktemp("image") / "files.tar"
    container = docker("create", image)
    try:
        docker("export", "--output", str(archive), container)
    finally:
        docker("rm", container)
    with tarfile.open(str(archive)) as tar:
        members = {member.name: member for member in tar}
    archive.unlink()
    return members


@pytest.fixture
def volume(docker: Docker) -> Iterator[Callable[[str], str]]:
    """Makes named volumes, which are gone after the test."""
    names = []

    def named(purpose: str) -> str:
        names.append("{}-{}".format(purpose, uuid.uuid4().hex[:12]))
        return names[-1]

    yield named
    for name in names:
        docker("volume", "rm", "--force", name)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory) -> Path:
    """A folder with a small network's checkpoint and its sidecar, readable by everyone."""
    folder = tmp_path_factory.mktemp("checkpoints")
    torch.manual_seed(3)
    torch.save(torchvision.models.squeezenet1_1().state_dict(), str(folder / "small.pth"))
    (folder / "small.yaml").write_text("arch: squeezenet1_1\ninput_shape: [1, 3, 64, 72]\n")
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder
