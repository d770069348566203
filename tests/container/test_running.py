"""The image converts a checkpoint, as typed and in every container that is promised to work."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hardened import HARDENED
from volumes import content, fill

ANOTHER_USER = "12345:23456"


@pytest.fixture(scope="module")
def local_sums(source, checkpoints, tmp_path_factory) -> str:
    """SHA256SUMS of the same checkpoint, converted on this machine without the image."""
    out = tmp_path_factory.mktemp("local")
    subprocess.run([sys.executable, "-m", "job", "--input-dir", str(checkpoints), "--output-dir", str(out)],
                   cwd=str(source), check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return (out / "small" / "SHA256SUMS").read_text()


@pytest.fixture
def bound(checkpoints, tmp_path):
    """An input and an output folder of another user, as mounts."""
    out = tmp_path / "out"
    out.mkdir(mode=0o755)
    os.chown(str(out), *map(int, ANOTHER_USER.split(":")))
    return out, ("--volume", "{}:/in:ro".format(checkpoints), "--volume", "{}:/out".format(out))


def check_published(out: Path, sums: str) -> None:
    """What is there is whole, and has the bytes that this machine gives without the image."""
    assert (out / "small" / "SHA256SUMS").read_text() == sums
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=str(out / "small"), check=True,
                   stdout=subprocess.PIPE)
    assert json.loads((out / "summary.json").read_text())["exit_code"] == 0
    assert sorted(os.listdir(str(out))) == ["small", "summary.json"]


def test_help_is_for_people(docker, image):
    said = docker("run", "--rm", "--network", "none", "--read-only", image, "--help")
    assert "Usage" in said and "convert" in said and "docker run" in said


def test_fresh_named_volumes_as_typed(docker, image, volume, checkpoints, local_sums, tmp_path):
    ckpt, out = volume("ckpt"), volume("out")
    fill(docker, image, ckpt, checkpoints)
    docker("run", "--rm", "-v", ckpt + ":/in", "-v", out + ":/out", image)
    check_published(content(docker, image, out, tmp_path / "out"), local_sums)


def test_a_second_run_finds_it_current(docker, image, volume, checkpoints, tmp_path):
    ckpt, out = volume("ckpt"), volume("out")
    fill(docker, image, ckpt, checkpoints)
    for outcome in ("converted", "current"):
        docker("run", "--rm", "-v", ckpt + ":/in", "-v", out + ":/out", image)
        summary = content(docker, image, out, tmp_path / outcome) / "summary.json"
        assert [row["outcome"] for row in json.loads(summary.read_text())["checkpoints"]] == [outcome]


def test_a_fresh_volume_as_any_user(docker, image, volume, checkpoints, local_sums, tmp_path):
    ckpt, out = volume("ckpt"), volume("out")
    fill(docker, image, ckpt, checkpoints)
    docker("run", "--rm", "--user", ANOTHER_USER, "-v", ckpt + ":/in", "-v", out + ":/out", image)
    check_published(content(docker, image, out, tmp_path / "out"), local_sums)


def test_bind_mounts_as_their_owner(docker, image, bound, local_sums):
    out, mounts = bound
    docker("run", "--rm", "--user", ANOTHER_USER, *mounts, image)
    check_published(out, local_sums)
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in out.rglob("*")}
    assert owners == {tuple(map(int, ANOTHER_USER.split(":")))}


def test_the_narrowest_container(docker, image, bound, local_sums):
    out, mounts = bound
    docker("run", "--rm", *HARDENED, "--user", ANOTHER_USER, *mounts, image)
    check_published(out, local_sums)


def test_the_verdict_is_left_for_kubernetes(docker, image, volume, checkpoints, tmp_path):
    ckpt, verdict = volume("ckpt"), tmp_path / "termination-log"
    fill(docker, image, ckpt, checkpoints)
    verdict.touch()
    verdict.chmod(0o666)
    docker("run", "--rm", *HARDENED, "-v", ckpt + ":/in:ro", "-v", volume("out") + ":/out",
           "-v", "{}:/dev/termination-log".format(verdict), image)
    line, = verdict.read_text().splitlines()
    assert json.loads(line)["exit_code"] == 0


def test_an_empty_volume_is_an_error(docker, image, volume):
    done = docker.run("run", "--rm", "-v", volume("ckpt") + ":/in", "-v", volume("out") + ":/out", image)
    assert done.code == 3 and "/in" in done.err and "Traceback" not in done.err


def test_a_misspelt_flag_is_wrong_usage(docker, image):
    done = docker.run("run", "--rm", image, "--archh=resnet18")
    assert done.code == 2 and "--archh" in done.err and "Traceback" not in done.err


def test_an_output_of_somebody_else_names_the_way_out(docker, image, volume, checkpoints, tmp_path):
    ckpt, out = volume("ckpt"), tmp_path / "out"
    fill(docker, image, ckpt, checkpoints)
    out.mkdir(mode=0o755)
    done = docker.run("run", "--rm", "-v", ckpt + ":/in", "-v", "{}:/out".format(out), image)
    assert done.code == 2 and "--user" in done.err and "Traceback" not in done.err
    assert list(out.iterdir()) == []
