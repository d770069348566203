"""What --model-code takes, and what it refuses before any work."""
import pytest

from job.settings.setting_values import Refused, model_code
from tests.model_code.by_command import write_code


@pytest.fixture
def folder(tmp_path):
    return write_code(tmp_path, {"net.py": "", "nets/__init__.py": "", "nets/a.py": "", "plain/a.py": "", "net.txt": "",
                                 "net.v2.py": "", "nets.v2/__init__.py": ""})


@pytest.mark.parametrize("words, factory", [
    ("net.py:make", "make"), ("nets:make", "make"), ("nets/:make", "make"), ("nets/a.py:Net", "Net"),
    ("nets/__init__.py:make", "make"), ("net.py:Nets.small", "Nets.small"), ("plain/a.py:_make", "_make"),
])
def test_taken(folder, monkeypatch, words, factory):
    monkeypatch.chdir(folder)
    taken = model_code(words)
    assert taken.factory == factory and taken.file == folder / words.partition(":")[0]


@pytest.mark.parametrize("words, said", [
    ("net.py", "names no function"), ("net.py:", "names no function"), ("net.py:a-b", "names no function"),
    ("net.py:a..b", "names no function"), (":make", "no file"), ("none.py:make", "no file none.py"),
    ("plain:make", "no package"), ("net.txt:make", "not a Python file"), ("net.v2.py:make", "dot in its name"),
    ("nets.v2:make", "dot in its name"), ("net.py/x.py:make", "no file"),
])
def test_refused(folder, monkeypatch, words, said):
    monkeypatch.chdir(folder)
    with pytest.raises(Refused) as caught:
        model_code(words)
    assert said in caught.value.problem and caught.value.allowed
