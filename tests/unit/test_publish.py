"""Models, failures and single files appear under the output folder whole or not at all."""
import os
import stat

import pytest

from job.errors import UsageError
from job.publish import (
    check_replaceable, clear_failure, lock, place, publish, publish_failure, publish_file, published, recover, staging,
    staging_folder, write_file,
)
from tests.unit.small_models import make, names, publish_version, version


@pytest.fixture(params=["exchanged", "moved aside"])
def way(request, monkeypatch):
    """Both ways of replacing a model: this file system's, and that of one without RENAME_EXCHANGE."""
    if request.param == "moved aside":
        monkeypatch.setattr(place, "_renameat2", lambda one, other, flags: place.errno.EINVAL)
    return request.param


def test_a_model_is_published_and_nothing_else_stays(tmp_path):
    publish_version(tmp_path / "out", "one")
    assert names(tmp_path / "out") == ["net"]
    assert version(tmp_path / "out") == "one"


def test_a_model_replaces_another(tmp_path, way):
    for text in ("one", "two", "three"):
        publish_version(tmp_path, text)
        assert version(tmp_path) == text
        assert names(tmp_path) == ["net"]


def test_files_of_the_old_version_do_not_stay(tmp_path, way):
    publish_version(tmp_path, "one")
    write_file(tmp_path / "net" / "net.int8.tflite", b"old")
    publish_version(tmp_path, "two")
    assert not (tmp_path / "net" / "net.int8.tflite").exists()


def test_an_empty_folder_of_the_name_is_replaced(tmp_path, way):
    (tmp_path / "net").mkdir()
    publish_version(tmp_path, "one")
    assert version(tmp_path) == "one"


def test_this_file_system_exchanges_folders(tmp_path):
    make(tmp_path / "one", "one")
    make(tmp_path / "two", "two")
    assert place.exchange(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "one" / "net.float32.tflite").read_text() == "two" * 3
    assert (tmp_path / "two" / "net.float32.tflite").read_text() == "one" * 3


def test_the_exchange_is_what_replaces_a_model_here(tmp_path, monkeypatch):
    publish_version(tmp_path, "one")
    monkeypatch.setattr(place, "_move_aside", lambda *_: pytest.fail("moved aside"))
    publish_version(tmp_path, "two")
    assert version(tmp_path) == "two"


def test_other_errors_of_the_exchange_are_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        place.exchange(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_what_is_published_is_readable_by_everyone(tmp_path, umask):
    before = os.umask(umask)
    try:
        publish_version(tmp_path, "one")
        publish_failure(tmp_path, "other", {"parity.json": b"{}"})
        publish_file(tmp_path, "summary.json", b"{}")
    finally:
        os.umask(before)
    for place_, folders, files in os.walk(str(tmp_path)):
        for name in folders + files:
            path = os.path.join(place_, name)
            assert stat.S_IMODE(os.stat(path).st_mode) == (0o755 if os.path.isdir(path) else 0o644), path


def flushed(monkeypatch):
    """What is flushed to the disk from now on, in its order."""
    done, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: done.append(os.readlink("/proc/self/fd/{}".format(file))) or fsync(file))
    return done


def test_a_summary_is_on_disk_before_it_is_in_its_place_and_its_name_after_it(tmp_path, monkeypatch):
    done, replace = flushed(monkeypatch), os.replace
    monkeypatch.setattr(os, "replace", lambda *places: done.append("put") or replace(*places))
    publish_file(tmp_path, "summary.json", b"{}")
    assert [os.path.basename(path) for path in done] == ["summary.json", "put", tmp_path.name]


def test_a_model_that_is_put_back_is_there_after_a_power_cut_too(tmp_path, monkeypatch):
    make(tmp_path / ".staging-net-0" / "replaced" / "net", "one")
    (tmp_path / ".staging-net-0.lock").touch()
    done = flushed(monkeypatch)
    assert recover(tmp_path)[0].startswith("put back net") and str(tmp_path) in done


@pytest.mark.parametrize("again", [False, True], ids=["removed", "made anew"])
def test_a_lock_whose_file_is_another_s_by_now_is_no_lock(tmp_path, monkeypatch, again):
    """Between opening and locking it another job may take it for a dead one's."""
    path, flock = tmp_path / ".staging-net-0.lock", lock.fcntl.flock

    def too_late(*asked):
        monkeypatch.setattr(lock.fcntl, "flock", flock)
        path.unlink()
        if again:
            path.touch()
        flock(*asked)

    monkeypatch.setattr(lock.fcntl, "flock", too_late)
    ours = lock.own_lock(path)
    assert os.path.samestat(os.fstat(ours.fileno()), os.stat(str(path)))
    ours.close()


def test_what_was_left_is_cleared_up_by_one_at_a_time(tmp_path):
    path = tmp_path / ".staging-net-0.lock"
    path.touch()
    ours = lock.dead_lock(path)
    assert lock.dead_lock(path) is None and recover(tmp_path) == () and path.exists()
    ours.close()
    recover(tmp_path)
    assert not path.exists()


def test_all_of_a_model_is_on_disk_before_it_is_in_its_place(tmp_path, monkeypatch):
    """Files and the folders that name them; and after that its own name."""
    done, put = flushed(monkeypatch), published.put_in_place
    monkeypatch.setattr(published, "put_in_place", lambda *places: done.append("put") or put(*places))
    with staging(tmp_path, "net") as folder:
        make(folder / "model", "one")
        write_file(folder / "model" / "run.json", b"{}")
        publish(folder / "model", tmp_path, "net")
        before, after = done[:done.index("put")], done[done.index("put") + 1:]
        inside = {os.path.relpath(path, str(folder / "model")) for path in before}
    made = {str(path.relative_to(tmp_path / "net")) for path in (tmp_path / "net").rglob("*")}
    assert made | {"."} == inside and "SHA256SUMS" in made
    assert str(tmp_path) in after


def test_the_staging_folder_is_private(tmp_path):
    with staging(tmp_path, "net") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.name.startswith(".staging-net-") and folder.parent == tmp_path


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_when_making_a_model_fails(tmp_path, error):
    publish_version(tmp_path, "one")
    with pytest.raises(error):
        with staging(tmp_path, "net") as folder:
            make(folder / "model", "two")
            raise error()
    assert names(tmp_path) == ["net"] and version(tmp_path) == "one"


def test_a_signal_while_cleaning_up_leaves_nothing(tmp_path, monkeypatch):
    remove, calls = staging_folder.remove, []

    def interrupted_once(path):
        calls.append(path)
        if len(calls) == 1:
            raise KeyboardInterrupt
        remove(path)

    monkeypatch.setattr(staging_folder, "remove", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        with staging(tmp_path, "net") as folder:
            make(folder / "model", "one")
    assert names(tmp_path) == []


def test_an_error_between_the_two_renames_leaves_the_old_model(tmp_path, monkeypatch):
    publish_version(tmp_path, "one")
    monkeypatch.setattr(place, "_renameat2", lambda one, other, flags: place.errno.ENOSYS)
    move_aside = place._move_aside

    def interrupted(*folders):
        move_aside(*folders)
        raise KeyboardInterrupt

    monkeypatch.setattr(place, "_move_aside", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish_version(tmp_path, "two")
    assert names(tmp_path) == ["net"] and version(tmp_path) == "one"


def test_long_and_foreign_names(tmp_path):
    for name in ("x" * 239, "\u7f51" * 79, "a b", "-n", "name\udcff"):
        publish_version(tmp_path, "one", name)
        assert version(tmp_path, name) == "one"


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link"])
def test_what_others_have_put_there_is_not_replaced(tmp_path, kind):
    target = tmp_path / "net"
    if kind == "file":
        target.write_text("mine")
    elif kind == "folder":
        write_file(target / "thesis.txt", b"mine")
    else:
        elsewhere = tmp_path / "elsewhere"
        if kind == "link":
            publish_version(tmp_path, "one", "elsewhere")
        target.symlink_to(elsewhere)
    with pytest.raises(UsageError, match="not published by this job") as caught:
        check_replaceable(tmp_path, "net")
    assert "--output-dir" in caught.value.hint
    with pytest.raises(UsageError):
        publish_version(tmp_path, "two")
    assert os.path.lexists(str(target)) and not [name for name in names(tmp_path) if name.startswith(".")]


def test_what_can_be_replaced_is_said_before_any_work(tmp_path):
    check_replaceable(tmp_path / "missing", "net")
    publish_version(tmp_path, "one")
    check_replaceable(tmp_path, "net")


def test_a_failure_is_reported_beside_the_last_good_model(tmp_path, way):
    publish_version(tmp_path, "one")
    publish_failure(tmp_path, "net", {"parity.json": b"first", "onnx.txt": b"only the first time"})
    publish_failure(tmp_path, "net", {"parity.json": b"second"})
    assert names(tmp_path) == [".failed", "net"] and version(tmp_path) == "one"
    assert names(tmp_path / ".failed" / "net") == ["parity.json"]
    assert (tmp_path / ".failed" / "net" / "parity.json").read_bytes() == b"second"


def test_no_report_is_written_where_something_else_is(tmp_path):
    (tmp_path / ".failed").write_text("mine")
    with pytest.raises(UsageError, match=".failed is there and is no folder"):
        publish_failure(tmp_path, "net", {"parity.json": b"{}"})
    assert (tmp_path / ".failed").read_text() == "mine"


def test_a_success_removes_the_failure_of_its_name_only(tmp_path):
    publish_failure(tmp_path, "net", {"parity.json": b"{}"})
    publish_failure(tmp_path, "other", {"parity.json": b"{}"})
    publish_version(tmp_path, "one")
    assert names(tmp_path / ".failed") == ["other"]
    clear_failure(tmp_path, "net")
    clear_failure(tmp_path, "other")
    assert names(tmp_path / ".failed") == [] and names(tmp_path) == [".failed", "net"]


def test_a_file_is_replaced_whole(tmp_path):
    publish_file(tmp_path / "out", "summary.json", b"one")
    publish_file(tmp_path / "out", "summary.json", b"two")
    assert names(tmp_path / "out") == ["summary.json"]
    assert (tmp_path / "out" / "summary.json").read_bytes() == b"two"


def test_the_output_folder_is_made_and_must_be_a_folder(tmp_path):
    with staging(tmp_path / "a" / "b", "net"):
        assert len(names(tmp_path / "a" / "b")) == 2
    (tmp_path / "file").write_text("")
    for output_dir in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(UsageError, match="not a folder"):
            with staging(output_dir, "net"):
                pytest.fail("there is no such folder")


def test_nothing_to_recover(tmp_path):
    assert recover(tmp_path / "missing") == ()
    publish_version(tmp_path, "one")
    (tmp_path / ".staging-of-someone-else").mkdir()
    assert recover(tmp_path) == ()
    assert names(tmp_path) == [".staging-of-someone-else", "net"]
