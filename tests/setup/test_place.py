"""Where scripts/run and scripts/test go on: in a Python 3.6 wherever it is found, else in Docker, else nowhere."""
import shutil

import pytest

from small_checkout import base_python, machine_without, small_checkout, write_program

BASE = "registry.example/python:3.6@sha256:1234"
WRITES_DOWN_ITS_CALLS = 'printf "%s\\n" "$*" >> "{}"'


@pytest.fixture
def fresh(checkout, tmp_path):
    made = small_checkout(checkout, tmp_path / "checkout")
    for name in ("test", "lock"):
        shutil.copy2(str(checkout / "scripts" / name), str(made.folder / "scripts" / name))
    (made.folder / "Dockerfile").write_text("ARG BASE={}\nFROM ${{BASE}}\n".format(BASE))
    return made


@pytest.fixture
def machine(tmp_path):
    return machine_without("docker", "pyenv", folder=tmp_path)


@pytest.fixture
def docker_calls(machine, tmp_path):
    """The file in which a stand-in for docker writes down how it was called."""
    calls = tmp_path / "calls"
    write_program(tmp_path / "bin" / "docker", WRITES_DOWN_ITS_CALLS.format(calls))
    return calls


@pytest.mark.parametrize("script", ["run", "test", "lock"])
def test_neither_is_one_message_and_exit_2(fresh, machine, script):
    finished = fresh.run(script=str(fresh.folder / "scripts" / script), env=machine)
    assert finished.code == 2
    assert finished.out == ""
    assert finished.err.count("\n") == 1
    assert "Neither Python 3.6 nor Docker was found. Install" in finished.err


def test_a_docker_that_does_not_answer_is_exit_2(fresh, machine, tmp_path):
    write_program(tmp_path / "bin" / "docker", "exit 1")
    finished = fresh.run(env=machine)
    assert finished.code == 2
    assert "Docker does not answer" in finished.err


def test_another_python_by_that_name_is_not_used(fresh, machine, tmp_path):
    write_program(tmp_path / "bin" / "python3.6", "exit 1")
    assert "Neither Python 3.6 nor Docker" in fresh.run(env=machine).err


def test_python_is_found_under_pyenv_and_preferred(fresh, machine, tmp_path, docker_calls):
    found = tmp_path / "py env" / "versions" / "3.6.15" / "bin"
    found.mkdir(parents=True)
    (found / "python3.6").symlink_to(base_python())
    finished = fresh.run("first", env=dict(machine, PYENV_ROOT=str(tmp_path / "py env")))
    assert finished.code == 0, finished.err
    assert not docker_calls.exists()


def test_docker_builds_the_image_and_runs_it_on_the_working_folder(fresh, machine, tmp_path, docker_calls):
    finished = fresh.run("convert", "model.pth", env=machine, cwd=str(tmp_path))
    assert finished.code == 0, finished.err
    version, build, run = docker_calls.read_text().splitlines()
    assert version == "version"
    assert build == "build --quiet --build-arg PIP_INDEX_URL --tag pt2tflite {}".format(fresh.folder)
    assert "--mount type=bind,source={0},target={0}".format(tmp_path) in run
    assert "--workdir {} ".format(tmp_path) in run
    assert " --rm --read-only --tmpfs /tmp " in run
    assert run.endswith(" pt2tflite convert model.pth")


def test_docker_runs_the_demo_without_arguments_and_on_another_base(fresh, machine, docker_calls):
    assert fresh.run(env=dict(machine, PT2TFLITE_BASE="mine:1")).code == 0
    _, build, run = docker_calls.read_text().splitlines()
    assert "--build-arg BASE=mine:1 " in build
    assert run.endswith(" pt2tflite demo")


@pytest.mark.parametrize("script", ["test", "lock"])
def test_docker_lends_its_base_image_to_the_tests_and_to_the_lock(fresh, machine, docker_calls, script):
    path = str(fresh.folder / "scripts" / script)
    assert fresh.run("--word", script=path, env=machine).code == 0
    _, run = docker_calls.read_text().splitlines()
    assert "--mount type=bind,source={0},target={0} --workdir {0} {1} {2}".format(fresh.folder, BASE, path) in run


def test_a_failed_build_is_a_failed_environment(fresh, machine, tmp_path):
    write_program(tmp_path / "bin" / "docker", '[ "$1" != build ] || { echo broken layer >&2; exit 1; }')
    finished = fresh.run(env=machine)
    assert finished.code == 75
    assert "broken layer" in finished.err
