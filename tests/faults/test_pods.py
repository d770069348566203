"""What a cluster has for a job: a user that nobody knows, and a stop at any moment."""
import os
import signal
import tempfile
from pathlib import Path

import pytest

from tests.faults.jobs import CODE, ended, left_over, published, started, words, write_checkpoints
from tests.waiting import LONGEST

NATIVE_CALL = Path(__file__).parent / "network" / "native_call.py"
NOBODY_KNOWN = ["setpriv", "--reuid=12345", "--regid=23456", "--clear-groups", "--inh-caps=+dac_override",
                "--ambient-caps=+dac_override"]  # to read this checkout, wherever it lies


@pytest.fixture
def open_folder():
    """Others may go through it: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_a_user_without_an_entry_anywhere_and_without_a_home(open_folder):
    """As OpenShift and runAsUser have it, and outside of any container."""
    inputs, out = write_checkpoints(open_folder / "in", 1), open_folder / "out"
    out.mkdir()
    os.chown(str(out), 12345, 23456)
    bare = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER", "LOGNAME", "XDG_CACHE_HOME")}
    ended(words(inputs, out, "--quantize=dynamic,int8"), prefix=NOBODY_KNOWN, env=bare)
    assert (out / "net0").stat().st_uid == 12345 and left_over(out, set(published(out))) == []
    ended(["verify", str(out)], prefix=NOBODY_KNOWN, env=bare)


@pytest.mark.parametrize("checkpoints", [1, 2])
def test_a_stop_does_not_wait_for_a_native_call(tmp_path, checkpoints):
    """A pod has 30 seconds from SIGTERM to SIGKILL; the call takes ten minutes and heeds nothing."""
    inputs, out = write_checkpoints(tmp_path / "in", checkpoints), tmp_path / "out"
    line = [word.replace(str(CODE) + ":tiny_network", str(NATIVE_CALL) + ":Waiting") for word in words(inputs, out)]
    job = started(line)
    told = []
    assert any("in native code" in (told.append(each) or each) for each in job.stderr), told
    job.send_signal(signal.SIGTERM)
    said = job.communicate(timeout=LONGEST)[1]
    assert job.returncode == 143 and "bug" not in said, said
    assert published(out) == {} and left_over(out, set()) == []
