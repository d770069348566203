"""A network that is known and cannot be converted: said before any work, for each checkpoint that it is named for."""
import json
import subprocess
import sys

import pytest
import torch

from job.architectures import build, registry


def convert(folder, checkout, *flags):
    folders = ["--input-dir=" + str(folder), "--output-dir=" + str(folder / "out")]
    command = [sys.executable, "-m", "job", "convert"] + folders + list(flags)
    return subprocess.run(command, cwd=str(checkout), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def detector():
    return build.built(registry.refused()[0], {"num_classes": 3}).state_dict()


@pytest.mark.parametrize("named_by", ["flag", "flag with a shape", "sidecar", "its tensors"])
def test_detection_is_refused(tmp_path, checkout, named_by):
    part = {"backbone.body.conv1.weight": torch.zeros(64, 3, 7, 7)}
    torch.save(detector() if named_by == "its tensors" else part, str(tmp_path / "net.pth"))
    flags = ["--arch=fasterrcnn_resnet50_fpn"]
    if named_by == "flag with a shape":
        flags.append("--input-shape=1,3,64,96")
    if named_by == "sidecar":
        (tmp_path / "net.yaml").write_text("arch: fasterrcnn_resnet50_fpn\n")
    if named_by in ("sidecar", "its tensors"):
        flags = []
    job = convert(tmp_path, checkout, *flags)
    assert job.returncode == 4, job.stdout.decode()
    row, = json.loads((tmp_path / "out/summary.json").read_text())["checkpoints"]
    assert (row["outcome"], row["exit_code"], row["stage"]) == ("failed", 4, "preflight")
    assert "proposals, NMS" in row["message"]
    failure = json.loads((tmp_path / "out/.failed/net/parity.json").read_text())
    assert failure["verdict"] == "failed" and "NMS" in json.dumps(failure["first_failure"])
    assert b"--model-code" in job.stdout
