"""The same models on every generation of processors, shown by emulating them; figures of the report may differ."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.models import write_seeded_checkpoint

CHECKOUT = Path(__file__).resolve().parents[2]
QEMU = shutil.which("qemu-x86_64")  # Debian: qemu-user
SHAPE = (1, 3, 64, 96)
FIGURES = {"parity.json", "provenance.json", "report.html"}  # last bits of float arithmetic, and what names their digests


def calibration(folder):
    """Blocks of one colour, and noise."""
    folder.mkdir()
    random = np.random.RandomState(0)
    for number in range(6):
        blocks = np.kron(random.randn(1, 3, 8, 8), np.ones((1, 1, 8, 12)))
        np.save(str(folder / "{}.npy".format(number)), (blocks + 0.2 * random.randn(*SHAPE)).astype(np.float32))
    return folder


def digests(checkpoint, out, samples, *emulator):
    """Of what is published, by name, from a conversion on that processor."""
    command = list(emulator) + [
        sys.executable, "-m", "tests.chain.one_process", str(checkpoint), "--arch=mobilenet_v2", "--output-dir=" + str(out),
        "--input-shape=" + ",".join(map(str, SHAPE)), "--quantize=dynamic,float16,int8", "--calibration=" + str(samples),
        "--tolerance={int8: {snr_of_spread_db: 0}}"]  # of random weights; its bytes are what is asked for
    done = subprocess.run(command, cwd=str(CHECKOUT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
    lines = (out / checkpoint.stem / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


@pytest.mark.slow
def test_models_are_the_same_on_every_processor(tmp_path):
    if QEMU is None:
        pytest.fail("install qemu-user") if os.environ.get("CI") else pytest.skip("processors are not emulated: no qemu-user")
    checkpoint = write_seeded_checkpoint(tmp_path / "net.pth", "mobilenet_v2")
    samples = calibration(tmp_path / "samples")
    here = digests(checkpoint, tmp_path / "here", samples)
    assert len([name for name in here if name.endswith(".tflite")]) == 4
    for processor in ("SandyBridge", "Haswell"):  # AVX, and AVX2 with FMA
        there = digests(checkpoint, tmp_path / processor, samples, QEMU, "-cpu", processor)
        assert set(there) == set(here)
        assert {name for name in here if there[name] != here[name]} <= FIGURES, processor
