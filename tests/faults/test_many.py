"""Many checkpoints in one run, with bad ones among them; scripts/faults takes a thousand."""
import subprocess
import sys

from tests.faults.jobs import CHECKOUT, ended, words, write_checkpoints
from tests.faults.many import measured

COUNT = 30


def test_nothing_grows_with_their_number(tmp_path):
    figures = measured(tmp_path, COUNT, "--workers=1", "--quantize=none")
    assert (figures.exit_code, figures.models, figures.left_over) == (0, COUNT, [])
    assert figures.processes["last"] <= 8
    assert figures.descriptors["last"] <= figures.descriptors["first"] + 10
    assert figures.memory["last"] <= figures.memory["first"] * 1.2
    said = ended(words(tmp_path / "in", tmp_path / "out", "--quantize=none"))
    assert said.count("current: ") == COUNT


def test_a_rerun_imports_nothing_heavy_and_takes_little(tmp_path):
    """What is current is told from its digest; the whole run of another process says what it had to import."""
    write_checkpoints(tmp_path / "in", 3)
    line = words(tmp_path / "in", tmp_path / "out", "--quantize=none")
    ended(line)
    code = ("import sys; from job.__main__ import main; code = main(sys.argv[1:]); "
            "print(code, sorted({'torch', 'tensorflow', 'keras', 'onnx', 'onnxruntime'} & set(sys.modules)))")
    told = subprocess.run([sys.executable, "-c", code] + line, cwd=str(CHECKOUT), stdout=subprocess.PIPE,
                          universal_newlines=True, check=True).stdout
    assert told == "0 []\n"
