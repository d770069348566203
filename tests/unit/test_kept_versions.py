"""Earlier versions beside the new one: numbered, linked, no more than asked for, and only what was published."""
import contextlib
import errno
import os
import shutil

import pytest

from job.errors import EnvironmentFailed
from job.publish import is_current, is_rolled_back, publish, record_of, staging, verify_checksums, versions, write_json
from job.publish.checksums import write_checksums
from job.publish.versions import as_version, documents_of, keep_earlier, next_version

FROM = ("c" * 64, "d" * 64, "0123456789abcdef")


def published(folder, *numbers, extra_of=()):
    for number in numbers:
        write(folder, "saved_model/{}/saved_model.pb".format(number), "model {}".format(number))
    for number in extra_of:
        for name in ("net.float32.tflite", "interface.json"):
            write(folder, "saved_model/{}/assets.extra/{}".format(number, name), "of {}".format(number))
    for name in ("net.float32.tflite", "interface.json", "run.json"):
        write(folder, name, "of {}".format(numbers[-1]))
    write_checksums(folder, {})
    return folder


def write(folder, name, text):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def made(folder, number):
    """A staged model of this version."""
    write(folder, "saved_model/{}/saved_model.pb".format(number), "ours")
    return folder


def texts(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("numbers, keep, number", [((), 0, 1), ((), 3, 1), ((1,), 0, 1), ((1,), 1, 2), ((2, 10), 1, 11)])
def test_the_next_number(tmp_path, numbers, keep, number):
    if numbers:
        published(tmp_path, *numbers)
        for name in ("99.rolled-back", "007", "\u00b2", "9" * 30):
            (tmp_path / "saved_model" / name).mkdir()
        write(tmp_path, "saved_model/98", "a file")
    assert next_version(tmp_path, keep) == number


def test_the_last_versions_stay_with_what_was_published_beside_them(tmp_path):
    before, staged = published(tmp_path / "before", 3, 4, 5, extra_of=(4,)), made(tmp_path / "staged", 6)
    number, digests = keep_earlier(before, staged, 2)
    assert number == 6 and texts(staged / "saved_model") == {
        "6/saved_model.pb": "ours",
        "4/saved_model.pb": "model 4", "4/assets.extra/net.float32.tflite": "of 4", "4/assets.extra/interface.json": "of 4",
        "5/saved_model.pb": "model 5", "5/assets.extra/net.float32.tflite": "of 5", "5/assets.extra/interface.json": "of 5"}
    assert (staged / "saved_model/5/saved_model.pb").stat().st_ino == (before / "saved_model/5/saved_model.pb").stat().st_ino
    write_checksums(staged, digests)
    assert verify_checksums(staged) == []


def test_none_is_kept_unless_asked_for(tmp_path):
    staged = made(tmp_path / "staged", 1)
    assert keep_earlier(published(tmp_path / "before", 1), staged, 0) == (1, {})
    assert keep_earlier(tmp_path / "nothing", staged, 3) == (1, {})
    assert texts(staged) == {"saved_model/1/saved_model.pb": "ours"}


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EIO])
def test_files_are_copied_where_they_cannot_be_linked(tmp_path, monkeypatch, number):
    """A mount of rclone says EIO to it."""
    def refuse(*_):
        raise OSError(number, "no links here")
    monkeypatch.setattr(os, "link", refuse)
    keep_earlier(published(tmp_path / "before", 1), made(tmp_path / "staged", 2), 1)
    assert (tmp_path / "staged/saved_model/1/saved_model.pb").read_text() == "model 1"


def test_nothing_is_copied_over_what_is_there(tmp_path):
    """It may be a link to what is published, which would be written to."""
    (tmp_path / "file").write_text("new")
    (tmp_path / "there").write_text("old")
    with pytest.raises(FileExistsError):
        versions._linked(tmp_path / "file", tmp_path / "there")
    with pytest.raises(FileExistsError):
        versions._copied(tmp_path / "file", tmp_path / "there")
    assert (tmp_path / "there").read_text() == "old"


def _changed(file):
    file.write_text("MODEL 1")


def _missing(file):
    file.unlink()


def _link(file):
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


@pytest.mark.parametrize("harm", [_changed, _missing, _link])
def test_what_is_not_what_was_published_is_not_vouched_for(tmp_path, harm, capfd):
    before, staged = published(tmp_path / "before", 1, 2), made(tmp_path / "staged", 3)
    harm(before / "saved_model/1/saved_model.pb")
    keep_earlier(before, staged, 2)
    assert sorted(os.listdir(str(staged / "saved_model"))) == ["2", "3"]


def test_what_others_have_put_there_is_not_kept(tmp_path):
    before, staged = published(tmp_path / "before", 1), made(tmp_path / "staged", 2)
    write(before, "saved_model/1/assets.extra/theirs", "")
    write(before, "saved_model/9", "")
    keep_earlier(before, staged, 2)
    assert sorted(texts(staged / "saved_model")) == [
        "1/assets.extra/interface.json", "1/assets.extra/net.float32.tflite", "1/saved_model.pb", "2/saved_model.pb"]


@pytest.mark.parametrize("times", [1, 100])
def test_another_job_that_publishes_meanwhile_costs_no_version(tmp_path, monkeypatch, times):
    """Once, or without end."""
    before, others, staged = published(tmp_path / "before", 1), [], made(tmp_path / "staged", 2)
    real = versions._linked

    def linked(file, target):
        if len(others) < times:
            others.append(1)
            shutil.rmtree(str(before))
            published(before, 1)
            write(before, "saved_model/1/saved_model.pb", "other {}".format(len(others)))
            write_checksums(before, {})
        real(file, target)

    monkeypatch.setattr(versions, "_linked", linked)
    monkeypatch.setattr(versions, "_PATIENCE", (0.0,) * 6)
    with pytest.raises(EnvironmentFailed, match="changes all the time") if times > 1 else contextlib.suppress():
        keep_earlier(before, staged, 1)
        assert texts(staged)["saved_model/1/saved_model.pb"] == "other 1"


def test_a_model_that_is_away_between_two_renames_is_waited_for(tmp_path, monkeypatch):
    """Where folders cannot be exchanged; there is one before, since ours has number 2."""
    before, staged = tmp_path / "before", made(tmp_path / "staged", 2)
    monkeypatch.setattr(versions.time, "sleep", lambda seconds: seconds and published(before, 1))
    number, digests = keep_earlier(before, staged, 1)
    assert number == 2 and sorted(digests)[0] == "saved_model/1/assets.extra/interface.json"


def test_the_version_of_a_job_that_was_faster_is_kept_too(tmp_path):
    """Both began when there was but version 1."""
    before, staged = published(tmp_path / "before", 1, 2), made(tmp_path / "staged", 2)
    assert keep_earlier(before, staged, 2).number == 3
    assert {name: text for name, text in texts(staged).items() if name.endswith(".pb")} == {
        "saved_model/1/saved_model.pb": "model 1", "saved_model/2/saved_model.pb": "model 2",
        "saved_model/3/saved_model.pb": "ours"}


@pytest.mark.parametrize("file, name", [
    ("saved_model/2", "saved_model/3"), ("saved_model/2/variables/a", "saved_model/3/variables/a"), ("net.tflite", "net.tflite")])
def test_the_names_under_another_number(file, name):
    assert as_version(file, 3) == name


@pytest.fixture
def two_versions(tmp_path):
    with staging(tmp_path, "net") as folder:
        model = published(folder / "model", 1, 2, extra_of=(1,))
        write_json(model / "run.json", record_of(model, *FROM, {}))
        publish(model, tmp_path, "net")
    return tmp_path


def test_what_was_rolled_back_is_told_from_what_is_current(two_versions):
    numbers = two_versions / "net" / "saved_model"
    assert is_current(two_versions, "net", *FROM) and not is_rolled_back(two_versions, "net", *FROM)
    (numbers / "2").rename(numbers / "2.bad")
    assert is_rolled_back(two_versions, "net", *FROM) and not is_current(two_versions, "net", *FROM)
    assert not is_rolled_back(two_versions, "net", "f" * 64, *FROM[1:])
    shutil.rmtree(str(numbers / "2.bad"))
    assert is_rolled_back(two_versions, "net", *FROM)
    (two_versions / "net" / "interface.json").write_text("")
    assert not is_rolled_back(two_versions, "net", *FROM)


def test_what_a_new_version_is_compared_with_is_what_servers_take(two_versions, tmp_path):
    net = two_versions / "net"
    assert documents_of(net) == net and documents_of(tmp_path / "nothing") == tmp_path / "nothing"
    (net / "saved_model" / "2").rename(net / "saved_model" / "2.bad")
    assert documents_of(net) == net / "saved_model" / "1" / "assets.extra"


def test_a_model_of_which_no_version_is_left_is_not_rolled_back(two_versions):
    shutil.rmtree(str(two_versions / "net" / "saved_model"))
    assert not is_rolled_back(two_versions, "net", *FROM)


def test_a_version_that_servers_went_back_to_keeps_its_own_documents(two_versions, tmp_path):
    numbers = two_versions / "net" / "saved_model"
    (numbers / "2").rename(numbers / "2.bad")
    keep_earlier(two_versions / "net", made(tmp_path / "staged", 2), 2)
    assert texts(tmp_path / "staged" / "saved_model") == {
        "2/saved_model.pb": "ours", "1/saved_model.pb": "model 1",
        "1/assets.extra/net.float32.tflite": "of 1", "1/assets.extra/interface.json": "of 1"}
