"""A model that replaces an earlier one: compared with it, and refused where it is worse by more than is allowed."""
import json
import subprocess

import pytest
import torch

from job.demo.model import digits_net
from tests.running import DIGITS_NET, run_job


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    write(folder, 10)
    convert(folder, "--arch-args={classes: 10}")
    return folder


def write(folder, classes):
    torch.manual_seed(7)
    torch.save(digits_net(classes).state_dict(), str(folder / "net.pth"))


def convert(folder, *flags, code=0):
    job = run_job("convert", folder / "net.pth", "--output-dir={}".format(folder / "out"), "--input-shape=1,1,8,8",
                  DIGITS_NET, *flags)
    assert job.returncode == code, job.stderr
    return job.stderr


def document(folder, name):
    return json.loads((folder / "out" / "net" / (name + ".json")).read_text(encoding="utf-8"))


def test_a_larger_model_is_not_published_where_size_is_limited(volume):
    first = (volume / "out" / "net" / "SHA256SUMS").read_bytes()
    write(volume, 40)
    said = convert(volume, "--arch-args={classes: 40}", "--max-drift={size: 0.01}", code=6)
    assert "worse than the published version: size of " in said and "size of net.dynamic.tflite" in said
    assert (volume / "out" / "net" / "SHA256SUMS").read_bytes() == first
    failed = json.loads((volume / "out" / ".failed" / "net" / "parity.json").read_text())["first_failure"]
    assert failed["exit_code"] == 6 and "--max-drift" in failed["hint"]
    convert(volume, "--arch-args={classes: 40}", "--max-drift={size: 0.5, operators: 0}")
    rows = {row["file"]: row for row in document(volume, "run")["comparison"]["files"]}
    assert set(rows) == {"saved_model", "net.float32.tflite", "net.dynamic.tflite"}
    sizes = rows["net.float32.tflite"]
    assert sizes["before"]["bytes"] < sizes["now"]["bytes"]


def test_a_limit_is_not_kept_where_the_published_report_is_damaged(volume):
    report = volume / "out" / "net" / "parity.json"
    whole = report.read_text(encoding="utf-8")
    report.write_text("{}", encoding="utf-8")
    write(volume, 20)
    said = convert(volume, "--arch-args={classes: 20}", "--max-drift={size: 0.5}", code=6)
    assert "worse than the published version: its report cannot be read" in said
    report.write_text(whole, encoding="utf-8")


def test_earlier_versions_stay_where_a_server_looks(volume):
    sums = (volume / "out" / "net" / "saved_model" / "1" / "saved_model.pb").read_bytes()
    write(volume, 20)
    convert(volume, "--arch-args={classes: 20}", "--keep=1")
    net = volume / "out" / "net"
    assert sorted(path.name for path in (net / "saved_model").iterdir()) == ["1", "2"]
    assert (net / "saved_model" / "1" / "saved_model.pb").read_bytes() == sums
    assert (net / "saved_model" / "1" / "assets.extra" / "net.float32.tflite").stat().st_size > 1000
    assert "saved_model/2" in document(volume, "interface")["files"]
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=str(net)).returncode == 0
    assert run_job("verify", volume / "out").returncode == 0
    assert 100 << 20 < document(volume, "run")["peak_memory_bytes"] < 2 << 30  # of both sides with all they import
    failed = volume / "out" / ".failed" / "net"
    failed.mkdir(parents=True, exist_ok=True)
    assert "current: " in convert(volume, "--arch-args={classes: 20}", "--keep=1")
    assert not failed.exists(), "nothing failed this time"


def test_a_roll_back_lasts_until_there_is_something_new(volume):
    """The same checkpoint is not made again the next night; a new one takes the number that was put away,
    and is held to what servers went back to."""
    net = volume / "out" / "net"
    (net / "saved_model" / "2").rename(net / "saved_model" / "2.bad")
    said = convert(volume, "--arch-args={classes: 20}", "--keep=1")
    assert "current: " in said and "warning: made from this checkpoint already, and rolled back" in said
    verified = run_job("verify", volume / "out")
    assert verified.returncode == 6 and "its newest version was put away: rename it back" in verified.stderr
    row, = json.loads((volume / "out" / "summary.json").read_text())["checkpoints"]
    assert (row["outcome"], row["exit_code"]) == ("current", 0) and "rolled back" in row["message"]
    write(volume, 40)
    convert(volume, "--arch-args={classes: 40}", "--keep=1", "--max-drift={size: 0.01}")  # as large as version 1
    assert sorted(path.name for path in (net / "saved_model").iterdir()) == ["1", "2"]
    assert run_job("verify", volume / "out").returncode == 0


def test_the_provenance_names_every_file_and_the_checkpoint(volume):
    statement = document(volume, "provenance")
    sums = (volume / "out" / "net" / "SHA256SUMS").read_text().splitlines()
    named = ["{}  {}".format(each["digest"]["sha256"], each["name"]) for each in statement["subject"]]
    assert sorted(named) == sorted(line for line in sums if "saved_model/1/" not in line and "  provenance.json" not in line)
    checkpoint, = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert checkpoint["digest"] == {"sha256": document(volume, "parity")["checkpoint"]["sha256"]}
