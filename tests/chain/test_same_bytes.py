"""The same checkpoint and settings give the same bytes, whatever else is different."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, NamedTuple, Optional, Sequence

import pytest
from tests.models import write_seeded_checkpoint

CHECKOUT = Path(__file__).resolve().parents[2]
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")  # Debian: libfaketime
YEAR = "2031"

# Another host name and another user, in name spaces of their own.
ELSEWHERE = (
    "unshare", "--user", "--map-root-user", "--uts", "--", "sh", "-c",
    'hostname elsewhere && exec unshare --user --map-user=1234 --map-group=1234 -- "$@"', "sh",
)


class Surroundings(NamedTuple):
    """What must not reach a published byte."""

    working_folder: Path
    environment: Dict[str, str]
    prefix: Sequence[str] = ()
    one_processor: bool = False
    umask: int = 0o022


def here(folder: Path) -> Surroundings:
    return Surroundings(CHECKOUT, {"PYTHONHASHSEED": "0", "TZ": "UTC", "HOME": str(folder), "OMP_NUM_THREADS": "1"})


def elsewhere(folder: Path) -> Surroundings:
    keras = folder / ".keras" / "keras.json"
    keras.parent.mkdir()
    keras.write_text('{"image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.1}')
    environment = {
        "PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "HOME": str(folder), "OMP_NUM_THREADS": "7", "LC_ALL": "C",
        "KERAS_BACKEND": "theano", "MKL_CBWR": "COMPATIBLE", "USER": "someone", "PYTHONPATH": str(CHECKOUT),
        "LD_PRELOAD": str(FAKETIME), "FAKETIME": "@{}-05-06 07:08:09".format(YEAR), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return Surroundings(folder, environment, ELSEWHERE, one_processor=True, umask=0o077)


def convert(checkpoint: Path, arch: str, output_dir: Path, surroundings: Surroundings) -> Path:
    """The folder that the job, as a whole process in these surroundings, has published."""
    def settle() -> None:
        os.umask(surroundings.umask)
        if surroundings.one_processor:
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    command = list(surroundings.prefix) + [
        sys.executable, "-m", "job", "convert", str(checkpoint), "--arch=" + arch, "--output-dir={}".format(output_dir)]
    done = subprocess.run(command, cwd=str(surroundings.working_folder), preexec_fn=settle,
                          env={"PATH": os.environ["PATH"], **surroundings.environment},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
    return output_dir / checkpoint.stem


def why_not() -> Optional[str]:
    """What this machine lacks for the test, if anything."""
    if not FAKETIME.exists():
        return "the date cannot be changed: install libfaketime"
    tried = subprocess.run(list(ELSEWHERE) + ["true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return tried.stdout.decode() if tried.returncode else None


@pytest.mark.parametrize("arch", ["resnet18", "mobilenetv3_large"])
def test_the_surroundings_do_not_reach_the_bytes(arch, tmp_path):
    missing = why_not()
    if missing:
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    checkpoint = write_seeded_checkpoint(tmp_path / (arch + ".pth"), arch)
    published = []
    for name, surroundings in (("a", here), ("b c", elsewhere)):
        folder = tmp_path / name
        folder.mkdir()
        copy = Path(shutil.copy(str(checkpoint), str(folder)))
        published.append(convert(copy, arch, folder / "out", surroundings(folder)))
    runs = [json.loads((folder / "run.json").read_text()) for folder in published]
    assert runs[1]["started"].startswith(YEAR) and not runs[0]["started"].startswith(YEAR)
    sums = [(folder / "SHA256SUMS").read_text().splitlines() for folder in published]
    assert sums[0] == sums[1] and len(sums[0]) == 9
