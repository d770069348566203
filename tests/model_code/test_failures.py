"""What users' code raises is shown as theirs: its message and lines, none of ours, exit 3, in log and report."""
import os
import signal
import subprocess
import sys

import pytest
import torch

from job.errors import BadCheckpoint
from job.onnx_model.outputs import FlatOutputs
from job.onnx_model.trace import forward
from job.user_code.factory import build_from_code
from tests.model_code.by_command import CHECKOUT, convert, write_code
from tests.model_code.small_network import FIRST_LINE, SHAPE, converted, net, state

RUN_BY = "one that runs there goes beside it: `pip download --no-deps --python-version={}.{} ".format(*sys.version_info[:2])


def raised(tmp_path, text, factory="make"):
    write_code(tmp_path, {"net.py": text})
    with pytest.raises(BadCheckpoint) as caught:
        build_from_code(tmp_path / "net.py", factory, {})
    assert caught.value.exit_code == 3 and caught.value.hint and str(tmp_path) not in caught.value.message
    return caught.value


@pytest.mark.parametrize("text, message, hint", [
    ("import numpyy", "net.py:make raised ModuleNotFoundError: No module named 'numpyy'\n"
     "  net.py line 1, in <module>: import numpyy", "numpyy is neither installed here nor beside the code"),
    ("import torch.export", "No module named 'torch.export'", "PyTorch 1.1.0 has no torch.export: where the network needs it"),
    ("from .nets import one", "ModuleNotFoundError: No module named 'nets'\n  net.py line 1", "nets is neither"),
    ("from ..nets import one", "beyond top-level package\n  net.py line 1", "__init__.py"),
    ("x = 1\ndef make(:\n", "SyntaxError: invalid syntax (net.py, line 2)\n  net.py line 2: def make(:", RUN_BY),
    ("def make():\n    f = lambda x: (y := x)", "SyntaxError: `:=` in a lambda is not known here", RUN_BY),
    ("import torch\nmake = lambda: torch.nn.UninitializedBuffer(2)", "has no attribute 'UninitializedBuffer'\n  net.py line 2, in <lambda>: make",
     torch.__version__),
    ("def make(): raise SystemExit(0)", "SystemExit: 0\n  net.py line 1, in make", "own code"),
    ("raise KeyboardInterrupt", "raised KeyboardInterrupt\n  net.py line 1, in <module>: raise", "own code"),
    ("def make(): return make()", "RecursionError: maximum recursion depth exceeded\n  net.py line 1", "own code"),
    ("class E(Exception):\n    def __str__(self): return 1 / 0\ndef make(): raise E()", "ZeroDivisionError", "own"),
    ("def make():\n    try: {}['a']\n    except KeyError as e: raise ValueError('no a') from e",
     "ValueError: no a\n  net.py line 3, in make: except KeyError as e: raise ValueError('no a') from e\n"
     "  which came of KeyError: 'a'\n  net.py line 2, in make: try: {}['a']", "own code"),
    ("import torch\ndef make(): return torch.zeros(1).cuda()", "in make: def make", "there is no GPU here"),
    ("def make(): return {}", "net.py:make returned dict, not a torch.nn.Module", "--arch-args"),
])
def test_import_and_factory(tmp_path, text, message, hint):
    error = raised(tmp_path, text)
    assert message in error.message and hint in error.hint


def test_the_lines_are_theirs_alone_and_not_too_many(tmp_path):
    lines = raised(tmp_path, "def make(): return make()").message.splitlines()
    assert len(lines) < 40 and all("net.py line 1" in line or "more" in line for line in lines[1:])
    assert len(raised(tmp_path, "def make(): raise ValueError('x' * 100000)").message) < 3000


def test_files_are_named_as_seen_from_the_codes_folder(tmp_path):
    write_code(tmp_path, {"nets/__init__.py": "", "nets/deep/__init__.py": "",
                          "nets/deep/net.py": "from ..block import x", "nets/block.py": "\nx = 1 / 0"})
    with pytest.raises(BadCheckpoint) as caught:
        build_from_code(tmp_path / "nets" / "deep" / "net.py", "make", {})
    assert caught.value.message.splitlines()[1:] == [
        "  nets/deep/net.py line 1, in <module>: from ..block import x",
        "  nets/block.py line 2, in <module>: x = 1 / 0"]


def forward_raised(tmp_path, *lines):
    write_code(tmp_path, {"net.py": net(*lines)})
    module = FlatOutputs(build_from_code(tmp_path / "net.py", "Net", {}))
    with pytest.raises(BadCheckpoint) as caught:
        forward(module, [torch.ones(1, 3, 6, 8)])
    return caught.value


def test_forward(tmp_path):
    error = forward_raised(tmp_path, "return self.fc(x)")
    assert error.message.startswith("the network on an input of shape (1, 3, 6, 8) raised RuntimeError: size mismatch")
    assert error.message.splitlines()[-1] == "  net.py line {}, in forward: return self.fc(x)".format(FIRST_LINE)
    assert "--input-shape=" in error.hint
    assert "no GPU" in forward_raised(tmp_path, "return y.cuda()").hint
    assert "own code" in forward_raised(tmp_path, "return y.no_such").hint
    asked = forward_raised(tmp_path, "return F.interpolate(x, scale_factor=2, mode='bicubic', antialias=True)")
    assert "raised NotHere: interpolate with antialias=True" in asked.message and "convert the .onnx file" in asked.hint
    for line in ("return nn.functional.embedding(x, self.fc.weight)", "return y[x]"):
        assert ":int64" in forward_raised(tmp_path, line).hint
    folder = os.getcwd()
    forward_raised(tmp_path, "os.chdir('/')", "raise KeyError(1)")
    assert os.getcwd() == folder


def check(done, code, *said):
    assert done.code == code, done.said
    assert done.said.count("error: ") == 1 and done.said.count("  hint: ") == 1 and "Traceback" not in done.said
    for words in said:
        assert words.replace("\n", "\n  ") in done.said  # the log indents all lines of a message but the first
        assert words in done.failure["message"] + done.failure["hint"]
    assert done.failure["exit_code"] == code


def test_the_command_says_so_in_log_and_report(tmp_path):
    done = converted(tmp_path, "raise ValueError('too small')")
    check(done, 3, "raised ValueError: too small\n  net.py line 20, in forward: raise", "--input-shape=")


def test_one_that_fails_for_some_inputs_only(tmp_path):
    done = converted(tmp_path, "assert x.max() < 2, 'too bright'", "return self.fc(y)")
    check(done, 3, "raised AssertionError: too bright\n  net.py line 20, in forward: assert")
    assert "line 20 decides by a value" in done.said


def test_code_that_ends_its_process(tmp_path):
    check(converted(tmp_path, "os._exit(9)"), 5, "process ended with code 9", "--model-code")


def test_code_that_crashes_leaves_its_lines(tmp_path):
    done = converted(tmp_path, "ctypes.string_at(0)")
    assert done.code == 5 and "SIGSEGV" in done.failure["message"]
    assert 'net.py", line 20 in forward' in done.said


def test_prints_do_not_mix_with_the_report(tmp_path):
    write_code(tmp_path, {"net.py": "print('hello')\n" + net("print('x' * 1000000)", "return self.fc(y)")})
    torch.save(state(), str(tmp_path / "net.pth"))
    done = subprocess.run([sys.executable, "-m", "job", "inspect", str(tmp_path / "net.pth"), "--input-shape=" + SHAPE,
                           "--model-code={}:Net".format(tmp_path / "net.py")], cwd=str(CHECKOUT), timeout=240,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 0 and "hello" not in done.stdout and "xxx" not in done.stdout and done.stdout
    assert "hello" in done.stderr


def test_an_endless_loop_ends_with_the_job(tmp_path):
    write_code(tmp_path, {"net.py": "print('begun')\nimport signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                    "while True: pass"})
    torch.save(state(), str(tmp_path / "net.pth"))
    job = subprocess.Popen([sys.executable, "-m", "job", "convert", str(tmp_path / "net.pth"), "--input-shape=" + SHAPE,
                            "--model-code={}:Net".format(tmp_path / "net.py"), "--output-dir=" + str(tmp_path / "out")],
                           cwd=str(CHECKOUT), stderr=subprocess.PIPE, universal_newlines=True)
    assert any("begun" in line for line in job.stderr), "it ended before it began"
    job.send_signal(signal.SIGTERM)
    assert job.wait(timeout=120) == 143
    job.stderr.close()


def test_wrong_arguments_by_the_command(tmp_path):
    write_code(tmp_path, {"net.py": "def make(width=4): pass"})
    done = convert(tmp_path, "net.py:make", SHAPE, "--arch-args={wdth: 3}", state=state())
    check(done, 3, "net.py:make raised TypeError: got an unexpected keyword argument 'wdth'", "it is make(width=4)")
