"""scripts/run on a machine with Python 3.6: one environment, made once, whatever happens meanwhile."""
import json
import os
import shutil
import signal

import pytest

from small_checkout import finish, kill, locked_line, small_checkout
from tests.waiting import wait_until


@pytest.fixture
def fresh(checkout, tmp_path):
    return small_checkout(checkout, tmp_path / "a check out")


@pytest.fixture(scope="module")
def ready(checkout, tmp_path_factory):
    made = small_checkout(checkout, tmp_path_factory.mktemp("ready") / "a check out")
    assert made.run("first").code == 0
    return made


@pytest.fixture
def installed(ready, tmp_path):
    """A checkout of this test's own whose environment is made already."""
    folder = tmp_path / "an installed one"
    shutil.copytree(str(ready.folder), str(folder), symlinks=True)
    return ready._replace(folder=folder)


def said(finished):
    assert finished.code == 0, finished.err
    return json.loads(finished.out)


def test_arguments_and_the_working_folder_reach_the_job_through_a_symlink(ready, tmp_path):
    link = tmp_path / "pt2tflite"
    link.symlink_to(ready.folder / "scripts" / "run")
    told = said(ready.run("convert", "a b.pth", "--x={'y': 1}", "", script=str(link), cwd=str(tmp_path)))
    assert told["args"] == ["convert", "a b.pth", "--x={'y': 1}", ""]
    assert told["cwd"] == str(tmp_path)


def test_without_arguments_it_is_the_demo(ready):
    assert said(ready.run())["args"] == ["demo"]


def test_a_second_start_makes_nothing(ready):
    made = (ready.environment / "made-from").stat()
    finished = ready.run("again")
    assert said(finished)["args"] == ["again"]
    assert finished.err == ""
    assert (ready.environment / "made-from").stat() == made


def test_nothing_of_the_working_folder_or_the_callers_python_is_imported(ready, tmp_path):
    for name in ("job.py", "six.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('imported from the working folder')\n")
    caller = dict(os.environ, PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    told = said(ready.run("convert", cwd=str(tmp_path), env=caller))
    assert told["job"] == str(ready.folder / "job" / "__main__.py")
    assert str(tmp_path) not in told["path"]


def test_names_are_utf_8_in_every_locale(ready):
    caller = dict(os.environ, LC_ALL="C", LANG="")
    assert said(ready.run("größe-模型.pth", env=caller))["args"] == ["größe-模型.pth"]


def test_the_job_takes_the_place_of_the_script_so_that_signals_reach_it(ready, tmp_path):
    process = ready.start("wait-for", str(tmp_path / "never"))
    told = json.loads(process.stdout.readline().decode())
    assert told["pid"] == process.pid
    os.kill(process.pid, signal.SIGTERM)
    assert finish(process).code == -signal.SIGTERM


def test_a_changed_lock_remakes_the_environment(installed, checkout):
    installed.lock.write_text(locked_line(checkout, "six") + locked_line(checkout, "zipp"))
    (installed.environment / "left-over").touch()
    finished = installed.run("second")
    assert finished.err.startswith("Preparing .venv")
    assert (installed.environment / "lib/python3.6/site-packages/zipp.py").exists()
    assert not (installed.environment / "left-over").exists()
    assert said(finished)["args"] == ["second"]


def test_two_first_starts_at_once_make_one_environment(fresh):
    starts = [fresh.start(str(number)) for number in range(3)]
    ends = [finish(start) for start in starts]
    assert [said(end)["args"] for end in ends] == [["0"], ["1"], ["2"]]
    assert sum(end.err.count("Preparing .venv") for end in ends) == 1


@pytest.mark.parametrize("moment", ["making-from", "pyvenv.cfg", "bin/pip"])
def test_an_interrupted_set_up_is_made_anew(fresh, moment):
    process = fresh.start("first")
    wait_until((fresh.environment / moment).exists)
    kill(process)
    assert not fresh.is_ready
    finished = fresh.run("second")
    assert said(finished)["args"] == ["second"]
    assert finished.err.startswith("Preparing .venv")


def test_a_set_up_whose_script_alone_was_killed_is_made_anew(fresh):
    process = fresh.start("first")
    wait_until((fresh.environment / "pyvenv.cfg").exists)
    process.kill()
    assert said(fresh.run("second"))["args"] == ["second"]
    process.communicate()


def test_a_changed_lock_waits_for_the_job_that_still_runs(installed, checkout, tmp_path):
    running = installed.start("wait-for", str(tmp_path / "end"))
    assert running.stdout.readline()
    installed.lock.write_text(locked_line(checkout, "six") + "# changed\n")
    second = installed.start("second")
    assert b"Waiting for what still uses .venv" in second.stderr.readline()
    assert (installed.environment / "lib/python3.6/site-packages/six.py").exists()
    (tmp_path / "end").touch()
    assert finish(running).code == 0
    assert said(finish(second))["args"] == ["second"]


def test_a_checkout_that_has_moved_still_starts(installed, tmp_path):
    moved = tmp_path / "elsewhere"
    installed.folder.rename(moved)
    finished = installed._replace(folder=moved).run("second")
    assert said(finished)["job"] == str(moved / "job" / "__main__.py")
    assert finished.err == ""


def test_a_file_that_is_not_the_locked_one_is_refused(fresh):
    name, _, digest = fresh.lock.read_text().partition("sha256:")
    fresh.lock.write_text("{}sha256:{}\n".format(name, "0" * 64))
    finished = fresh.run("first")
    assert finished.code == 75
    assert digest.strip() in finished.err
    assert "Could not prepare" in finished.err
    assert not fresh.is_ready


def test_the_machines_pip_configuration_counts_for_nothing(fresh, tmp_path):
    (tmp_path / "constraints.txt").write_text("six<1.17\n")
    settings = "[global]\nconstraint = {0}\nno-index = true\ntarget = {1}\n".format(
        tmp_path / "constraints.txt", tmp_path / "stolen")
    for place in (".pip/pip.conf", ".config/pip/pip.conf", "pip.conf"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(settings)
    machine = dict(os.environ, HOME=str(tmp_path), PIP_CONFIG_FILE=str(tmp_path / "pip.conf"), PIP_NO_INDEX="1",
                   PIP_CONSTRAINT=str(tmp_path / "constraints.txt"), PIP_USER="1", PIP_NO_CACHE_DIR="1")
    machine.setdefault("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    assert said(fresh.run("first", env=machine))["six"] == "1.17.0"
    assert not (tmp_path / "stolen").exists()
