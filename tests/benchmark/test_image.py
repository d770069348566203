"""The image's size, with a stand-in for Docker's command."""
import gzip
import os
import subprocess

import pytest
from benchmarks.image import image_size

STAND_IN = """#!/bin/sh
case "$*" in
  "image inspect --format={{.Size}} known") echo 12345 ;;
  "save known") head -c 3000000 /dev/zero ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture(autouse=True)
def docker(tmp_path, monkeypatch):
    (tmp_path / "docker").write_text(STAND_IN)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))


def test_both_sizes():
    size = image_size("known")
    assert size.uncompressed == 12345
    assert size.gzip == pytest.approx(len(gzip.compress(bytes(3000000), 6)), rel=0.01)


def test_an_unknown_image_is_an_error():
    with pytest.raises(subprocess.CalledProcessError):
        image_size("unknown")
