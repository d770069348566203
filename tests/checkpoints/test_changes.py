"""Weights are the mapped file itself: what happens to the file while they are in use is seen, and worth a retry."""
import mmap
import os
from collections import namedtuple
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch

from job.checkpoint.reading import read_checkpoint
from job.checkpoint.watch import unwritten
from job.errors import EnvironmentFailed, ParityFailed, Stopped
from job.networks.module import ModuleNetwork
from job.parity.probes import make_probes
from job.processes.actors import side_with
from job.settings.settings import InputShape

Settings = namedtuple(
    "Settings", "arch arch_args model_code weights_key trust_pickle input_shapes input_names output_names fixed_inputs"
)


class Reader:
    """An actor that maps a file, and looks at it after someone has cut it short."""

    def look(self, name: str) -> int:
        with open(name, "r+b") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            file.truncate(0)
        return mapped[100]


def test_a_file_cut_short_under_the_mapping_is_to_be_retried(tmp_path):
    (tmp_path / "model.pth").write_bytes(bytes(8192))
    with closing(side_with("tests.checkpoints.test_changes:Reader")) as side:
        with pytest.raises(EnvironmentFailed, match="SIGBUS: a file that it had mapped") as caught:
            side.call("look", str(tmp_path / "model.pth"))
    assert caught.value.exit_code == 75


def saved(path: Path) -> torch.nn.Module:
    from torchvision.models import squeezenet1_1

    network = squeezenet1_1(num_classes=3)
    torch.save(network.state_dict(), str(path))
    return network


@pytest.mark.parametrize("change", ["written", "replaced", "removed"])
def test_an_answer_after_a_write_is_to_be_retried(tmp_path, change):
    """What was replaced or removed stays mapped as it was."""
    path = tmp_path / "model.pth"
    saved(path)
    settings = Settings(
        "squeezenet1_1", {}, None, None, False, (InputShape(None, (1, 3, 32, 32)),), ("image",), ("category",), {}
    )
    network, _ = ModuleNetwork.read(path, settings)
    probe = make_probes(network.inputs, 1)[0]
    answer = network.forward(probe)
    if change == "written":
        with path.open("r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(b"abcd")
        os.utime(str(path), (1, 1))
    elif change == "replaced":
        saved(tmp_path / "other.tmp")
        os.replace(str(tmp_path / "other.tmp"), str(path))
    else:
        path.unlink()
    if change != "written":
        np.testing.assert_array_equal(network.forward(probe)[0], answer[0])
        return
    with pytest.raises(EnvironmentFailed, match="model.pth changed while it was read"):
        network.forward(probe)


def test_what_is_written_to_an_array_stays_out_of_the_file(tmp_path):
    path = tmp_path / "model.pth"
    saved(path)
    before = path.read_bytes()
    for array in read_checkpoint(path).tensors.values():
        array += np.asarray(1, array.dtype)
    assert path.read_bytes() == before


def _write(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"abcd")
    os.utime(str(path), (1, 1))


def _replace(path: Path) -> None:
    path.with_name("other.tmp").write_bytes(b"whole")
    os.replace(str(path.with_name("other.tmp")), str(path))


@pytest.mark.parametrize("error, change, ends_with", [
    (None, _write, EnvironmentFailed), (ParityFailed("all zero"), _write, EnvironmentFailed),
    (Stopped("stopped"), _write, Stopped),
    (ParityFailed("differs"), _replace, ParityFailed), (ParityFailed("differs"), Path.unlink, ParityFailed)])
def test_whatever_comes_of_a_file_that_is_written_to_is_to_be_retried(tmp_path, error, change, ends_with):
    """It may have had its length before its bytes."""
    path = tmp_path / "model.pth"
    path.write_bytes(bytes(100))
    with pytest.raises(ends_with) as caught:
        with unwritten([path, tmp_path / "missing"]):
            change(path)
            if error:
                raise error
    assert ends_with is not EnvironmentFailed or "model.pth changed while it was read" in str(caught.value)


@pytest.mark.parametrize("change", [_replace, Path.unlink, lambda path: None])
def test_what_was_replaced_or_removed_was_whole(tmp_path, change):
    (tmp_path / "model.pth").write_bytes(bytes(100))
    with unwritten([tmp_path / "model.pth"]):
        change(tmp_path / "model.pth")
