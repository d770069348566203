"""A publisher is killed at hundreds of random moments: what is seen is whole, and the next start recovers."""
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pytest

from job.publish import place, recover, staging, verify_checksums
from tests.unit.small_models import make, names, publish_version, version
from tests.waiting import wait_until

KILLS = 150


def publish_until_killed(output_dir, without_exchange):
    """Fork a process that publishes version after version; returns its number once it has begun."""
    news, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        os.read(news, 1)
        os.close(news)
        return process
    try:
        os.write(theirs, b"x")
        if without_exchange:
            place._renameat2 = lambda one, other, flags: place.errno.EINVAL
        for number in range(10 ** 6):
            recover(output_dir)
            publish_version(output_dir, "version {}".format(number))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)


def kill_at_a_random_moment(process, moments):
    """On a busy machine too, most processes have published by then, and are at it again."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        publish_version(Path(folder), "timed")
    time.sleep(moments.uniform(0, 3) * (time.perf_counter() - start))
    os.kill(process, signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(process, 0)[1])


@pytest.mark.parametrize("without_exchange", [False, True], ids=["exchanged", "moved aside"])
def test_never_partial_and_the_next_start_recovers(tmp_path, without_exchange):
    moments = random.Random(5)
    left, absent, published = 0, 0, False
    for _ in range(KILLS):
        kill_at_a_random_moment(publish_until_killed(tmp_path, without_exchange), moments)
        seen = names(tmp_path)
        left += len(seen) > 1
        absent += published and "net" not in seen
        if "net" in seen:
            assert version(tmp_path).startswith("version ")
        recover(tmp_path)
        # Once published, a model is never lost again; one that was moved aside is back.
        published = published or "net" in names(tmp_path)
        assert names(tmp_path) == (["net"] if published else [])
    assert published
    assert left > KILLS // 10, "hardly any kill came while a model was being made: the test shows nothing"
    assert without_exchange or absent == 0
    publish_version(tmp_path, "last")
    assert version(tmp_path) == "last"


def test_a_reader_never_sees_a_mix(tmp_path):
    """The folder is opened once and read through: every file in it is of one version."""
    publish_version(tmp_path, "version 0")
    process = publish_until_killed(tmp_path, without_exchange=False)
    try:
        seen, looks, deadline = set(), 0, time.time() + 60
        while (looks < 1000 or len(seen) <= 3) and time.time() < deadline:
            looks += 1
            folder = os.open(str(tmp_path / "net"), os.O_RDONLY)
            try:
                pb = _read("saved_model/1/saved_model.pb", folder)
                tflite = _read("net.float32.tflite", folder)
            except FileNotFoundError:
                continue  # replaced and removed while we held it open
            finally:
                os.close(folder)
            assert tflite == pb * 3
            seen.add(pb)
        assert len(seen) > 3, "seen in {} looks: {}".format(looks, seen)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _read(name, folder):
    file = os.open(name, os.O_RDONLY, dir_fd=folder)
    with os.fdopen(file, "rb") as opened:
        return opened.read()


def test_between_the_two_renames_the_next_start_puts_the_old_model_back(tmp_path):
    publish_version(tmp_path, "one")
    process = os.fork()
    if not process:
        place._renameat2 = lambda one, other, flags: place.errno.EINVAL
        # Its first call comes right after the first rename.
        place.flush_folder = lambda folder: os.kill(os.getpid(), signal.SIGKILL)
        publish_version(tmp_path, "two")
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
    assert "net" not in names(tmp_path)
    done = recover(tmp_path)
    assert version(tmp_path) == "one" and names(tmp_path) == ["net"]
    assert done[0] == "put back net, which a killed run had moved aside" and len(done) == 2


def test_what_was_half_removed_is_never_put_back(tmp_path):
    """A publisher died while it removed what it had replaced, and another once it had moved aside what the first made."""
    publish_version(tmp_path, "one")
    process = os.fork()
    if not process:
        place._renameat2 = lambda one, other, flags: place.errno.EINVAL
        os.unlink = _dying_once_it_is_there(tmp_path, "two")
        publish_version(tmp_path, "two")
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
    other = tmp_path / ".staging-net-other"
    (other / "replaced").mkdir(parents=True)
    (tmp_path / ".staging-net-other.lock").touch()
    (tmp_path / "net").rename(other / "replaced" / "net")
    recover(tmp_path)
    assert names(tmp_path) == ["net"] and version(tmp_path) == "two"


def _dying_once_it_is_there(output_dir, text):
    unlink = os.unlink

    def removed(*path, **more):
        unlink(*path, **more)
        if (output_dir / "net").exists() and version(output_dir) == text:
            os.kill(os.getpid(), signal.SIGKILL)

    return removed


def test_what_a_living_process_makes_is_left_alone(tmp_path):
    started, ended = os.pipe(), os.pipe()
    process = os.fork()
    if not process:
        os.close(ended[1])
        with staging(tmp_path, "net") as folder:
            make(folder / "model", "one")
            os.write(started[1], b"x")
            os.read(ended[0], 1)
        os._exit(0)
    os.read(started[0], 1)
    before = names(tmp_path)
    assert len(before) == 2
    assert recover(tmp_path) == () and names(tmp_path) == before
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    assert recover(tmp_path) == ("removed {}, which a killed run had left".format(before[0]),)
    assert names(tmp_path) == []


def test_three_publishers_of_one_name(tmp_path):
    """Whatever they do to each other, what is there is whole."""
    for without_exchange in (False, True):
        processes = [publish_until_killed(tmp_path, without_exchange) for _ in range(3)]
        wait_until(lambda: "net" in names(tmp_path))
        time.sleep(2)  # for them to get into each other's way
        running = [os.waitpid(process, os.WNOHANG)[0] == 0 for process in processes]
        for process in processes:
            if running[processes.index(process)]:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        assert all(running), "a publisher failed"
        recover(tmp_path)
        assert names(tmp_path) == ["net"] and verify_checksums(tmp_path / "net") == []
