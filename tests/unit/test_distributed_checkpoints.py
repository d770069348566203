"""Folders of torch.distributed.checkpoint are told as what they are, and what makes a file of one; nothing else is passed over."""
import tempfile
from pathlib import Path

import pytest

from job.batch.discovery import found, named
from job.batch.planning import planned
from job.errors import BadCheckpoint, NoPermission
from tests.unit.another_user import as_nobody, root_only
from tests.unit.test_batch import put, settings

HINT = "python -m torch.distributed.checkpoint.format_utils dcp_to_torch {0} {0}.pth"


@pytest.fixture
def volumes(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in", tmp_path / "out"


def dcp(folder):
    put(folder, ".metadata", "__0_0.distcp", "__1_0.distcp")
    return folder


@pytest.mark.parametrize("word", ["run7", "run7/", "run7/__1_0.distcp", "run7.ckpt"])
def test_one_that_is_named(volumes, word):
    folder = dcp(volumes[0] / word.split("/")[0])
    (task,) = planned(settings(*volumes, str(volumes[0] / word)))
    assert isinstance(task.problem, BadCheckpoint) and "torch.distributed.checkpoint" in task.problem.message
    assert HINT.format(folder.name) in task.problem.hint


def test_one_that_is_the_input_folder_itself(volumes):
    with pytest.raises(BadCheckpoint, match="torch.distributed.checkpoint") as caught:
        found(dcp(volumes[0]), [])
    assert HINT.format("in") in caught.value.hint


def test_one_that_is_called_as_a_checkpoint_is_one(volumes):
    """As Lightning calls them; what else it has put there is no checkpoint of its own."""
    put(dcp(volumes[0] / "last.ckpt"), "meta.pt")
    (task,) = planned(settings(*volumes))
    assert task.name == "last" and HINT.format("last.ckpt") in task.problem.hint


def test_one_among_others_is_told_and_hides_nothing(volumes, capfd):
    put(dcp(volumes[0] / "run7"), "final.pth")
    put(volumes[0], "net.pth")
    assert len(found(volumes[0], [])) == 2
    assert HINT.format("run7") in capfd.readouterr().err


@pytest.mark.parametrize("files", [(".metadata",), ("__0_0.distcp",), ()])
def test_what_only_looks_like_one_is_none(volumes, files):
    put(volumes[0] / "run7", "final.pth", *files)
    assert len(found(volumes[0], [])) == 1 and named([str(volumes[0] / "run7" / "final.pth")], volumes[0])


@pytest.fixture
def closed():
    """A volume that another user gets to, as none below tmp_path, and what makes a folder in it that he may not look into."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)

        def folder(name):
            put(Path(made) / name, "final.pth")
            (Path(made) / name).chmod(0o700)
            return Path(made)
        yield folder


@root_only
def test_a_folder_that_may_not_be_looked_into_is_named(closed):
    volume = closed("run7")
    refused = as_nobody(lambda: found(volume, []))
    assert isinstance(refused, NoPermission)
    assert refused.message == "reading {}: Permission denied".format(volume / "run7")


@root_only
@pytest.mark.parametrize("name", ["lost+found", "samples"])
def test_what_is_no_folder_of_checkpoints_need_not_be_readable(closed, name):
    """lost+found of ext4 is root's alone."""
    volume = closed(name)
    put(volume, "net.pth")
    assert as_nobody(lambda: found(volume, [])) is None
