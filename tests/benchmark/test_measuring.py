"""Time, CPU and memory of whole process trees, against processes whose cost is known."""
import os
import signal
import sys
import threading
import time

import pytest
from benchmarks.measuring import ContenderFailed, Step, measure, run

MEGABYTE = 10 ** 6
HOLD = "import time; held = bytearray({megabytes} * 10 ** 6); time.sleep({seconds})"
HOLD_UNTIL_TOLD = "held = bytearray({megabytes} * 10 ** 6); print(flush=True); input()"
BURN = "import time\nwhile time.process_time() < 0.4: pass"
BURN_IN_A_CHILD = "import subprocess, sys; subprocess.check_call([sys.executable, '-c', {burn!r}])"
NOTE_PID_AND_SLEEP = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
LEAVE_A_CHILD = "import subprocess; subprocess.Popen(['sleep', '60'])"


def python(code, name="step"):
    return Step(name, (sys.executable, "-c", code))


def test_memory_is_the_largest_sum_over_the_tree(tmp_path):
    together = (
        "import subprocess as s, sys, time; child = s.Popen([sys.executable, '-c', {!r}], stdin=s.PIPE, stdout=s.PIPE); "
        "child.stdout.readline(); held = bytearray(100 * 10 ** 6); time.sleep(0.8); child.communicate(b'\\n')"
    ).format(HOLD_UNTIL_TOLD.format(megabytes=80))
    memory = run(python(together), tmp_path, 30, sample_memory=True).memory
    assert 180 * MEGABYTE < memory < 230 * MEGABYTE


def test_memory_is_not_sampled_unless_asked_for(tmp_path):
    assert run(python("pass"), tmp_path, 30, sample_memory=False).memory is None


def test_cpu_of_descendants_counts(tmp_path):
    cost = run(python(BURN_IN_A_CHILD.format(burn=BURN)), tmp_path, 30, sample_memory=False)
    assert 0.4 < cost.cpu < 2
    assert cost.wall > 0.4


def test_steps_add_up_and_the_largest_peak_is_the_peak(tmp_path):
    steps = [python(HOLD.format(megabytes=size, seconds=0.8), str(size)) for size in (60, 20)]
    measurement = measure(steps, tmp_path / "fresh", 30, sample_memory=True)
    assert list(measurement.steps) == ["60", "20"]
    assert measurement.total.wall == sum(cost.wall for cost in measurement.steps.values()) > 1.6
    assert measurement.total.memory == measurement.steps["60"].memory > measurement.steps["20"].memory


def test_a_failure_repeats_the_last_words(tmp_path):
    with pytest.raises(ContenderFailed, match="the reason"):
        run(python("raise SystemExit('the reason')"), tmp_path, 30, sample_memory=False)


def test_a_command_that_hangs_is_ended(tmp_path):
    with pytest.raises(ContenderFailed, match="status 9"):
        run(python("import time; time.sleep(60)"), tmp_path, 0.5, sample_memory=False)


def test_processes_left_behind_are_an_error(tmp_path):
    with pytest.raises(ContenderFailed, match="left processes"):
        run(python(LEAVE_A_CHILD), tmp_path, 30, sample_memory=False)


@pytest.fixture
def interruptible():
    """Also where the tests run in the background of a shell, which lets SIGINT be ignored there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_what_runs(tmp_path, interruptible):
    threading.Thread(target=_interrupt_once_there, args=(tmp_path / "pid",)).start()
    with pytest.raises(KeyboardInterrupt):
        run(python(NOTE_PID_AND_SLEEP), tmp_path, 30, sample_memory=False)
    _, status = os.waitpid(int((tmp_path / "pid").read_text()), 0)  # a minute later if it still ran
    assert os.WTERMSIG(status) == signal.SIGKILL


def _interrupt_once_there(note):
    while not note.exists() or not note.read_text():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
