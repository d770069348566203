"""A model that was moved aside comes back whole, also where folders are renamed file by file and that was broken off."""
import os
import shutil

import pytest

from job.publish import place, putting_back, reading_back, recover, verify_checksums
from tests.unit.small_models import names, publish_version, version

FILES = ("SHA256SUMS", "net.float32.tflite", "parity.json", "run.json", "saved_model/1/saved_model.pb")


@pytest.fixture
def volume(tmp_path, monkeypatch):
    """Two versions: the first is published, the second beside the folder."""
    monkeypatch.setattr(putting_back, "is_in_user_space", lambda _: True)
    publish_version(tmp_path / "other", "two")
    publish_version(tmp_path / "out", "one")
    return tmp_path / "out"


def aside(volume):
    """Where a run that was killed has moved the model, with its lock."""
    folder = volume / ".staging-net-0123456789abcdef"
    (volume / (folder.name + ".lock")).touch()
    (folder / "replaced").mkdir(parents=True)
    return folder / "replaced" / "net"


def move(source, target, files):
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        os.rename(str(source / file), str(target / file))


@pytest.mark.parametrize("moved", range(1, len(FILES)))
@pytest.mark.parametrize("copied_too", [False, True], ids=["moved", "one is in both"])
def test_broken_off_while_it_was_moved_aside(volume, moved, copied_too):
    there = aside(volume)
    move(volume / "net", there, FILES[:moved])
    if copied_too:
        shutil.copy(str(there / FILES[0]), str(volume / "net" / FILES[0]))
    assert recover(volume)
    assert version(volume) == "one" and names(volume) == ["net"]
    assert (volume / "net" / "run.json").exists()


@pytest.mark.parametrize("moved", range(len(FILES) - 1))
@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed by somebody"])
def test_broken_off_while_its_successor_came(volume, moved, changed):
    there = aside(volume)
    os.rename(str(volume / "net"), str(there))
    if changed:
        (there / "parity.json").write_text("theirs")
    move(volume.parent / "other" / "net", volume / "net", sorted(FILES, reverse=True)[:1 + moved])
    assert recover(volume)[0].startswith("put back net") and names(volume) == ["net"]
    assert (volume / "net" / FILES[-1]).read_text() == "one"
    assert verify_checksums(volume / "net") == (["parity.json has changed"] if changed else [])


def test_a_successor_that_is_whole_stays(volume):
    there = aside(volume)
    os.rename(str(volume / "net"), str(there))
    os.rename(str(volume.parent / "other" / "net"), str(volume / "net"))
    assert len(recover(volume)) == 1 and version(volume) == "two" and names(volume) == ["net"]


def test_a_successor_that_is_not_given_back_does_not_stay(volume, monkeypatch):
    """The volume cannot exchange folders, and has lost what the new one was."""
    monkeypatch.setattr(place, "_renameat2", lambda *_: place.errno.EINVAL)
    monkeypatch.setattr(reading_back, "is_in_user_space", lambda _: True)
    monkeypatch.setattr(reading_back, "_LONGEST", 0.0)
    put = reading_back.verify_checksums
    monkeypatch.setattr(reading_back, "verify_checksums",
                        lambda model: (model / "parity.json").write_bytes(b"") or put(model))
    with pytest.raises(reading_back.EnvironmentFailed):
        publish_version(volume, "two")
    monkeypatch.undo()
    assert version(volume) == "one" and names(volume) == ["net"]
