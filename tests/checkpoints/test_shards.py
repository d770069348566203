"""An index and its shards are one checkpoint: found, named, refused, converted again when a shard changes."""

import hashlib
import json
import os
import shutil
from pathlib import Path, PurePosixPath

import pytest

from job.batch.discovery import found
from job.batch.names import name_from_path
from job.batch.planning import planned
from job.checkpoint import watch
from job.checkpoint.arriving import index_awaited
from job.checkpoint.digest import sha256_of_checkpoint
from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint, EnvironmentFailed
from job.settings.command_line import parsed
from job.settings.settings import run_settings
from job.settings.sidecar import sidecar_values

FIXTURES = Path(__file__).parent / "fixtures"
INDEX = "torch-2.13.0-sharded.safetensors.index.json"
SHARDS = tuple("torch-2.13.0-sharded-0000{}-of-00002.safetensors".format(number) for number in (1, 2))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for name in (INDEX,) + SHARDS:
        shutil.copy(str(FIXTURES / name), str(tmp_path / "in" / name))
    return tmp_path / "in"


def tasks(folder, *words):
    return planned(run_settings(parsed(["convert", *words, "--input-dir", str(folder), "--arch=resnet18"])))


def test_the_index_is_found_and_its_shards_are_not(folder):
    shutil.copy(
        str(FIXTURES / "torch-2.13.0-plain.safetensors"), str(folder / "alone-00001-of-00002.safetensors")
    )
    assert [each.path.name for each in found(folder, ())] == ["alone-00001-of-00002.safetensors", INDEX]


def test_an_index_in_capitals_is_one_too(folder):
    (folder / INDEX).rename(folder / INDEX.upper())
    index = folder / INDEX.upper()
    assert [each.path.name for each in found(folder, ())] == [index.name]
    assert name_from_path(PurePosixPath(index.name)) == "TORCH-2.13.0-SHARDED"
    assert read_checkpoint(index).format == "sharded"


@pytest.mark.parametrize(
    "path, name",
    [
        ("model.safetensors.index.json", "model"),
        ("sub/pytorch_model.bin.index.json", "sub+pytorch_model"),
        ("model.index.json", "model"),
        ("net.v1.pth", "net.v1"),
    ],
)
def test_names(path, name):
    assert name_from_path(PurePosixPath(path)) == name


def test_the_sidecar_is_called_as_the_model(folder):
    (folder / "torch-2.13.0-sharded.yaml").write_text("arch: resnet34\n")
    assert sidecar_values(folder / INDEX, folder) == {"arch": "resnet34"}


def test_a_sidecar_of_a_name_with_dots(folder):
    (folder / "net.v1.yaml").write_text("arch: resnet34\n")
    assert sidecar_values(folder / "net.v1.pth", folder) == {"arch": "resnet34"}


def test_a_shard_alone_names_its_index(folder):
    (task,) = tasks(folder, str(folder / SHARDS[0]))
    assert "is only one shard" in task.problem.message and INDEX in task.problem.hint


def test_shards_may_be_links_inside_the_volume_only(folder, tmp_path):
    for outside in (False, True):
        target = (tmp_path if outside else folder) / "blob"
        shutil.move(str(folder / SHARDS[0]), str(target))
        (folder / SHARDS[0]).symlink_to(target)
        (task,) = tasks(folder)
        assert bool(task.problem) == outside
        (folder / SHARDS[0]).unlink()
        shutil.move(str(target), str(folder / SHARDS[0]))
    assert task.problem.exit_code == 3 and "leads out of the volume" in task.problem.message


def test_a_broken_index_fails_alone_and_hides_nothing(folder):
    (folder / INDEX).write_text("{")
    assert sorted(task.path.name for task in tasks(folder)) == sorted((INDEX,) + SHARDS)
    problems = {task.path.name: task.problem for task in tasks(folder)}
    assert problems == {INDEX: None, SHARDS[0]: None, SHARDS[1]: None}
    with pytest.raises(BadCheckpoint, match="is no index of shards"):
        read_checkpoint(folder / INDEX)


def test_the_digest_is_that_of_the_list_of_files(folder):
    before = sha256_of_checkpoint(folder / INDEX)
    lines = [
        "{}  {}\n".format(hashlib.sha256((folder / name).read_bytes()).hexdigest(), name)
        for name in sorted((INDEX,) + SHARDS)
    ]
    assert before == hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
    assert read_checkpoint(folder / INDEX).sha256 == before
    data = bytearray((folder / SHARDS[1]).read_bytes())
    data[-1] ^= 1
    (folder / SHARDS[1]).write_bytes(bytes(data))
    assert sha256_of_checkpoint(folder / INDEX) != before


def test_a_shard_that_changes_later_is_seen(folder):
    checkpoint = read_checkpoint(folder / INDEX)
    checkpoint.refuse_writes()
    (folder / SHARDS[1]).write_bytes(b"")
    with pytest.raises(EnvironmentFailed, match=SHARDS[1] + " changed while it was read"):
        checkpoint.refuse_writes()


@pytest.mark.parametrize("name", [INDEX, SHARDS[1]])
def test_a_part_that_still_grows_is_to_be_retried(folder, monkeypatch, name):
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-4])
    monkeypatch.setattr(watch.time, "sleep", lambda _: (folder / name).write_bytes(whole[:-2]))
    with pytest.raises(EnvironmentFailed, match=name + " changed while it was read"):
        read_checkpoint(folder / INDEX)


def test_shards_of_another_save_are_named(folder):
    index = json.loads((folder / INDEX).read_text())
    index["weight_map"]["new.weight"] = SHARDS[0]
    del index["weight_map"]["count"]
    (folder / INDEX).write_text(json.dumps(index))
    with pytest.raises(
        BadCheckpoint, match="00001-of-00002.safetensors lacks new.weight; .*also holds count"
    ):
        read_checkpoint(folder / INDEX)


def test_a_key_picks_of_shards_too(folder):
    assert list(read_checkpoint(folder / INDEX, "b").tensors) == ["weight"]


def test_a_shard_that_is_not_there_may_still_come(folder, monkeypatch):
    (folder / SHARDS[1]).unlink()
    with pytest.raises(EnvironmentFailed, match="its shard " + SHARDS[1] + " is not there yet"):
        read_checkpoint(folder / INDEX)
    monkeypatch.setattr(watch, "RECENT", 0.0)
    with pytest.raises(BadCheckpoint, match="its shard " + SHARDS[1] + r" is not there\n"):
        read_checkpoint(folder / INDEX)


def _refused(checkpoint):
    try:
        with index_awaited(checkpoint):
            raise BadCheckpoint("no network is known", "name it")
    except (BadCheckpoint, EnvironmentFailed) as error:
        return error


@pytest.mark.parametrize("young", [SHARDS[0], SHARDS[1], "." + SHARDS[1] + ".x7Gk2", INDEX, None])
def test_a_shard_whose_index_is_not_there_may_be_part_of_a_copy(folder, monkeypatch, young):
    """As long as some part of it is young; the index itself is of none while it names nothing."""
    (folder / INDEX).write_text("{")
    for name in {young, "another.bin"} - {None}:
        (folder / name).touch()
    lately = {"another.bin", young}
    monkeypatch.setattr("job.checkpoint.arriving.was_written_lately", lambda path: path.name in lately)
    error = _refused(folder / SHARDS[0])
    assert error.exit_code == (3 if young in (INDEX, None) else 75)
    assert SHARDS[0] + " is called like one of several shards" in error.message and "index" in error.hint
    assert ("no network is known" in error.message and "name it" in error.hint) == (error.exit_code == 3)


@pytest.mark.parametrize("name", ["net.pth", "net-of-2.pth", "net-00001-of-00000.bin", "fold-3-of-5.pth", SHARDS[1]])
def test_what_is_called_like_no_shard_or_has_its_index_fails_as_it_does(folder, name):
    (folder / name).touch()
    assert _refused(folder / name).message == "no network is known"


def test_times_that_tell_of_a_write_just_now(folder):
    """A copy may have the original's time, and a server's clock may go before ours."""
    shard = folder / SHARDS[0]
    os.utime(str(shard), (0, 0))
    assert watch.was_written_lately(shard)
    assert not watch.was_written_lately(folder / "none")
