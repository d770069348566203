"""The command line as a user meets it: whole processes, fast, and clear."""
import json
import os
import resource
import shlex
import subprocess
import sys

import pytest

from job.errors import UsageError
from job.settings.command_line import Invocation, log_style, parsed
from job.settings.help import command_help, overview
from job.settings.surface import COMMANDS, FLAGS

HEAVY = ("numpy", "yaml", "torch", "tensorflow", "keras", "onnx")


def run_job(*words, cwd=None, **environment):
    return subprocess.run([sys.executable, "-m", "job", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=60, cwd=cwd, env=dict(os.environ, **environment))


def cpu_seconds_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("words, expected", [
    ([], Invocation("convert", (), {})),
    (["a.pth"], Invocation("convert", ("a.pth",), {})),
    (["--arch=resnet18"], Invocation("convert", (), {"arch": "resnet18"})),
    (["convert", "1e3", "007"], Invocation("convert", ("1e3", "007"), {})),
    (["convert", "--quantize=false"], Invocation("convert", (), {"quantize": "false"})),
    (["convert", "--force", "a.pth"], Invocation("convert", ("a.pth",), {"force": "true"})),
    (["convert", "a", "-", "b"], Invocation("convert", ("a", "-", "b"), {})),
    (["convert", "--input-shape", "1,3,8,8"], Invocation("convert", (), {"input_shape": "1,3,8,8"})),
    (["convert", "--input_shape=a:1,3;b:1,4"], Invocation("convert", (), {"input_shape": "a:1,3;b:1,4"})),
    (["convert", "--arch-args={'a': [1, 2]}"], Invocation("convert", (), {"arch_args": "{'a': [1, 2]}"})),
    (["convert", "--arch=a=b"], Invocation("convert", (), {"arch": "a=b"})),
    (["verify", "None"], Invocation("verify", ("None",), {})),
])
def test_values_arrive_as_typed(words, expected, capfd):
    assert parsed(words) == expected
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words, style", [
    (["--log=json", "--frce"], "json"), (["convert", "--log", "json", "--frce"], "json"), (["--log=text", "json"], "text"),
    (["--log", "text"], "text"), (["a", "--log=jsonx"], "text"), ([], "text")])
def test_what_is_said_of_a_line_that_cannot_be_understood_is_said_in_its_style(words, style):
    assert log_style(words) == style


@pytest.mark.parametrize("words, said", [
    (["--frce"], "did you mean --force?"),
    (["convert", "a.pth", "--inputshape=1"], "did you mean --input-shape?"),
    (["convert", "-f"], "-f: no such flag"),
    (["convert", "-arch=x"], "did you mean --arch?"),
    (["convert", "-o", "out"], "did you mean --output-dir?"),
    (["convert", "--workers-count=2"], "did you mean --workers?"),
    (["convert", "--noforce"], "did you mean --force?"),
    (["convert", "--__class__"], "no such flag"),
    (["convert", "--arch"], "--arch needs a value"),
    (["convert", "--arch", "--force"], "--arch needs a value"),
    (["convert", "--force", "--force"], "--force is given twice"),
    (["convert", "--arch=a", "--arch", "b"], "--arch is given twice"),
    (["convrt"], "did you mean convert?"),
    (["verify", "a", "b"], "verify takes [OUTPUT_DIR], 2 given: a b"),
    (["inspect"], "inspect takes CHECKPOINT, none given"),
    (["demo", "x"], "demo takes no value"),
    (["verify", "--arch=resnet18"], "--arch is no flag of verify"),
    (["demo", "--", "--interactive"], "'--' has no meaning here"),
    (["convert", "--", "--trace"], "'--' has no meaning here"),
])
def test_wrong_usage_says_what_and_what_next(words, said, capfd):
    with pytest.raises(UsageError) as error:
        parsed(words)
    assert said in str(error.value)
    assert error.value.hint
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words", [
    ["--frce"], ["convert", "--arch=resnet81"], ["convert", "--workers=0"], ["convert", "--quantize=int8"],
    ["convert", "--input-dir=/no/such/folder", "--output-dir=OUT"], ["convert", "no-such.pth", "--output-dir=OUT"],
    ["verify", "/no/such/folder"], ["convert", "--tolerance={float: 1}"], ["convert", "--model-code=none.py:make"],
])
def test_wrong_usage_is_exit_2_within_half_a_second(words, tmp_path):
    words = [word.replace("OUT", str(tmp_path / "out")) for word in words]
    before = cpu_seconds_of_children()
    done = run_job(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error: " in done.stderr and "hint: " in done.stderr and "Traceback" not in done.stderr
    # It computes all the time it runs: its CPU time is the wall time of a machine that does nothing else.
    assert cpu_seconds_of_children() - before < 0.5


def test_a_misspelt_flag_leaves_nothing_behind(tmp_path):
    assert run_job("demo", "--output-dr=" + str(tmp_path / "out"), cwd=os.getcwd()).returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["convert", "--help"], ["demo", "-h"], ["--frce"],
                                   ["convert", "--arch=resnet81"], ["architectures"],
                                   ["convert", "--input-dir=/no/such"], ["convert", "no-such.pth", "--output-dir=/tmp"],
                                   ["verify", "/no/such"], ["demo", "--output-dir=/proc/self/stat"]])
def test_nothing_heavy_is_imported_for_it(words):
    code = ("import sys\nfrom job.__main__ import main\nmain({!r})\n"
            "print([name for name in {!r} if name in sys.modules], file=sys.stderr)").format(words, HEAVY)
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "[]"


def test_help_names_every_command_and_flag():
    assert all("  {} ".format(name) in overview() for name in COMMANDS)
    for command in COMMANDS.values():
        text = command_help(command.name)
        assert command.text in text
        assert all(FLAGS[name].spelling in text for name in command.flags)
        assert "FIRE" not in text.upper() and "INFO:" not in text


def test_help_goes_to_stdout_with_exit_0():
    done = run_job("convert", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == command_help("convert") + ("" if command_help("convert").endswith("\n") else "\n")


def test_log_for_machines():
    done = run_job("convert", "--log=json", "--workers=many")
    row = json.loads(done.stderr)
    assert (done.returncode, row["event"], row["exit_code"], row["stage"]) == (2, "error", 2, "usage")
    assert row["message"] == "--workers=many: not a number of workers"


def test_a_listing_nobody_reads_to_its_end_is_no_error():
    command = "{} -m job architectures | head -1; exit ${{PIPESTATUS[0]}}".format(shlex.quote(sys.executable))
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
