"""The locks are complete, closed, and what is installed."""
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "tests/requirements.lock", "tests/weights.lock")
LINE = re.compile(r"(?P<name>[A-Za-z0-9.-]+)==(?P<version>[A-Za-z0-9.]+)(?: --hash=sha256:[0-9a-f]{64})+$")
FIXED = {"torch": "1.1.0", "onnx": "1.5.0", "onnx2keras": "0.0.3", "tensorflow": "1.14.0", "keras": "2.2.4"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: Path) -> dict:
    """Version by name; every line that is no comment must be a pin with at least one hash."""
    pins = {}
    for line in lock.read_text().splitlines():
        if line and not line.startswith("#"):
            match = LINE.match(line)
            assert match, "{}: not a pin with hashes: {}".format(lock.name, line)
            name = canonical(match.group("name"))
            assert name not in pins, "{}: {} twice".format(lock.name, name)
            pins[name] = match.group("version")
    return pins


def pip(python: Path, *args: str) -> str:
    done = subprocess.run([str(python), "-I", "-m", "pip", "--disable-pip-version-check", *args],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode()


def installed(python: Path) -> dict:
    pins = (line.split("==") for line in pip(python, "list", "--format=freeze").splitlines())
    return {canonical(name): version for name, version in pins}


@pytest.fixture(scope="session")
def runtime_python(checkout):
    return checkout / ".venv" / "bin" / "python"


@pytest.fixture(scope="session")
def tests_python():
    return Path(sys.executable)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_with_hashes(checkout, lock):
    assert locked(checkout / lock)


def test_the_products_own_pins_are_as_promised(checkout):
    pins = locked(checkout / "requirements.lock")
    assert {name: pins[name] for name in FIXED} == FIXED
    assert {"numpy", "fire"} <= set(pins)


def test_no_package_is_locked_twice(checkout):
    names = [name for lock in LOCKS for name in locked(checkout / lock)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_host(checkout, lock):
    assert not re.search(r"://|index-url|find-links", (checkout / lock).read_text())


def test_the_jobs_environment_is_the_lock_and_nothing_else(checkout, runtime_python):
    assert installed(runtime_python) == locked(checkout / "requirements.lock")


def test_the_tests_environment_adds_what_tests_lock_and_nothing_else(checkout, tests_python):
    both = dict(locked(checkout / "requirements.lock"), **locked(checkout / "tests/requirements.lock"))
    assert installed(tests_python) == both


def test_both_environments_are_closed(runtime_python, tests_python):
    for python in (runtime_python, tests_python):
        assert "No broken requirements found" in pip(python, "check")


def test_the_published_weights_are_the_ones_their_name_says(mobilenet_v2_weights):
    """The name carries the first eight digits of the digest."""
    assert hashlib.sha256(mobilenet_v2_weights.read_bytes()).hexdigest().startswith("b0353104")


def test_the_stack_is_installed_compiled(checkout):
    """Imports without .pyc take twice as long."""
    packages = checkout / ".venv" / "lib" / "python3.6" / "site-packages"
    for source in ("torch/nn/functional.py", "tensorflow/python/framework/ops.py", "onnx2keras/converter.py"):
        path = packages / source
        assert (path.parent / "__pycache__" / (path.stem + ".cpython-36.pyc")).exists(), source
