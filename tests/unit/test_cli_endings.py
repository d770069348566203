"""How a run ends: signals, the termination log, the lines of the log."""
import json
import os
import signal
import subprocess
import sys

import pytest

from job import cli
from job.errors import StageFailed
from job.values import Outcome
from job.watching import log, verdict

WAITING = """
import sys, time
from job import __main__, cli
from job.settings.surface import COMMANDS
def wait(run):
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        print("cleaned up", flush=True)
cli._COMMANDS["demo"] = wait
sys.exit(__main__.main(["demo"]))
"""


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals_clean_up_and_end_with_their_code(number, code):
    process = subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               universal_newlines=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "cleaned up\n")
    assert "hint: nothing partial is left" in err and "Traceback" not in err


CLOSED = """
import os, sys
from job import __main__, cli
from job.watching import verdict
def run(words):
    print("told"), sys.stderr.write("said"), sys.stdin.read()
    opened = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
    os.write(1, b"told"), os.write(2, b"said"), os.write(opened, b"content")
    return verdict.of_outcomes(())
cli.run = run
sys.exit(__main__.main([]))
"""


@pytest.mark.parametrize("closing", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_said_to_a_closed_stream_is_written_into_no_file(tmp_path, closing):
    file = tmp_path / "file"
    shell = 'exec "$0" -c "$1" "$2" ' + closing
    done = subprocess.run(["sh", "-c", shell, sys.executable, CLOSED, str(file)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, file.read_bytes()) == (0, b"content")


ENDS = """
import atexit, runpy, time
from job import cli
from job.watching import verdict
def last():
    print("ending", flush=True)
    time.sleep(1)
atexit.register(last)
cli.run = lambda words: verdict.Verdict(0)
runpy.run_module("job", run_name="__main__")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_after_the_end_changes_nothing(number):
    process = subprocess.Popen([sys.executable, "-c", ENDS], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               universal_newlines=True)
    assert process.stdout.readline() == "ending\n"
    process.send_signal(number)
    assert process.communicate(timeout=60) == ("", "") and process.returncode == 0


def test_a_bug_is_exit_1_with_its_traceback():
    code = WAITING.replace("time.sleep(60)", "1 / 0")
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=60)
    assert done.returncode == 1
    assert "error: a bug of this job: division by zero" in done.stderr and "1 / 0" not in done.stdout
    assert "ZeroDivisionError" in done.stderr


def test_the_verdict_of_a_batch_is_the_checkpoint_that_decides():
    rows = (Outcome("a", "converted", 0, "", ""), Outcome("b", "failed", 3, "checkpoint", "bad"),
            Outcome("c", "failed", 6, "onnx", "drifts"), Outcome("d", "current", 0, "", ""))
    assert verdict.of_outcomes(rows) == verdict.Verdict(6, "onnx", "c: drifts", "", 1, 1, 2)
    assert verdict.of_outcomes(rows[:1]) == verdict.Verdict(0, converted=1)


def test_the_last_line_says_what_came_of_all(tmp_path):
    rows = [Outcome("a", "converted", 0, "", ""), Outcome("b", "failed", 3, "checkpoint", "bad"),
            Outcome("c", "failed", 6, "onnx", "drifts:\n" + "in detail"), Outcome("d", "current", 0, "", "")]
    assert verdict.told(rows, tmp_path) == (
        "1 converted, 1 current, 2 failed; exit code 6 is of c: drifts; failed too: b (3)")
    assert verdict.told(rows[:1], tmp_path) == "1 converted"
    assert verdict.told(rows[1:], current="verified").startswith("1 verified, 2 failed; exit code 6 is of c: drifts;")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "report.html").touch()
    assert verdict.told(rows[1:2], tmp_path) == "1 failed; exit code 3 is of b: bad; see {}".format(
        tmp_path / "b" / "report.html")


def test_the_last_line_is_a_line_whatever_failed(tmp_path):
    rows = [Outcome("n{}".format(number), "failed", 75, "environment", "x" * 5000) for number in range(50)]
    said = verdict.told(rows, tmp_path)
    assert said.endswith("...; failed too: {}, and 39 more; a retry may help".format(
        ", ".join("n{} (75)".format(number) for number in range(1, 11)))) and len(said) < 500


def test_one_line_a_stage_with_its_time(capfd):
    log.configure("text")
    with log.stage("keras", checkpoint="net") as built:
        pass
    with pytest.raises(StageFailed):
        with log.stage("saved_model", checkpoint="net") as failed:
            raise StageFailed("no")
    assert capfd.readouterr().err.splitlines() == [
        "net  keras               {:.2f} s".format(built.seconds),
        "net  saved_model         {:.2f} s  failed".format(failed.seconds)]
    assert built.seconds > 0 and failed.seconds > 0


def test_names_give_a_terminal_no_orders(tmp_path, capfd):
    orders, shown = "\x1b]0;title\x07\rnet\x9b2J", "\\x1b]0;title\\x07\\x0dnet\\x9b2J"
    log.configure("text")
    log.warning(orders, "net")
    (tmp_path / "summary.json").write_text(json.dumps({"checkpoints": [Outcome("a", "failed", 3, "", orders)._asdict()]}))
    cli.run(["summarize", str(tmp_path)])
    said = capfd.readouterr()
    assert said.err == "net  warning: {}\n".format(shown) and said.out == "failed       3  a  {}\n".format(shown)


def test_every_line_is_json_for_machines(capfd):
    log.configure("json")
    with log.stage("keras", checkpoint="net"):
        pass
    log.warning("a\nb", "net")
    log.failure(StageFailed("no", "try", "keras"), "net", traceback="...")
    rows = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(row["event"], row["level"], row["checkpoint"]) for row in rows] == [
        ("stage", "info", "net"), ("warning", "warning", "net"), ("error", "error", "net")]
    assert rows[0]["stage"] == "keras" and rows[0]["seconds"] >= 0
    assert rows[2]["exit_code"] == 5 and rows[2]["hint"] == "try" and rows[2]["traceback"] == "..."


def test_forked_children_leave_ctrl_c_to_the_main_process():
    code = ("import os, signal, sys\nfrom job.processes import signals\nsignals.install()\nsignals.leave_to_parent()\n"
            "os.kill(os.getpid(), signal.SIGINT)\nprint('lives', flush=True)\nos.kill(os.getpid(), signal.SIGTERM)\n")
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=60, env=dict(os.environ))
    assert (done.stdout, done.returncode) == (b"lives\n", -signal.SIGTERM)
