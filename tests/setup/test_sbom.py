"""scripts/sbom: the image's bill of materials is complete, always the same bytes, and of the published form."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools_environment import locked_tools


@pytest.fixture(scope="module")
def bill_bytes(checkout) -> bytes:
    return subprocess.check_output([sys.executable, "-I", str(checkout / "scripts" / "sbom")])


@pytest.fixture
def bill(bill_bytes):
    return json.loads(bill_bytes.decode("ascii"))


def test_every_pin_is_in_it_once_with_its_hash(bill, checkout):
    lock = (checkout / "requirements.lock").read_text()
    pins = re.findall(r"^([\w.-]+)==(\S+) --hash=sha256:(\w{64})$", lock, re.MULTILINE)
    found = [(each["name"], each["version"], each["hashes"][0]["content"]) for each in bill["components"]]
    assert sorted((name.lower(), version, digest) for name, version, digest in pins) == sorted(found[1:])
    assert len({each["bom-ref"] for each in bill["components"]}) == len(pins) + 1 > 30


def test_the_base_is_the_dockerfile_s(bill, checkout):
    (base,) = re.findall(r"^ARG BASE=(\S+)$", (checkout / "Dockerfile").read_text(), re.MULTILINE)
    first = bill["components"][0]
    assert base == "{}:{}@sha256:{}".format(first["name"], first["version"], first["hashes"][0]["content"])


def test_the_same_source_gives_the_same_bytes(bill_bytes, checkout, tmp_path):
    strange = dict(os.environ, PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")
    command = [sys.executable, str(checkout / "scripts" / "sbom")]
    assert subprocess.check_output(command, cwd=str(tmp_path), env=strange) == bill_bytes


@pytest.mark.slow
def test_it_is_of_the_published_form(bill, checkout, tmp_path):
    tools = locked_tools(checkout / "tests" / "pipelines" / "readers.lock", checkout)
    read = [str(tools / "python"), "-I", str(Path(__file__).with_name("read_bill.py")), str(tmp_path / "bill.json")]
    for wrong, code in (({}, 0), ({"components": [{"name": "x"}]}, 1), ({"version": 0}, 1)):
        (tmp_path / "bill.json").write_text(json.dumps(dict(bill, **wrong)))
        assert subprocess.run(read, stderr=subprocess.DEVNULL).returncode == code
