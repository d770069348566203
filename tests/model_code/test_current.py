"""What is converted already is made again when any file of the user's code has changed, and only then."""
import ast
from pathlib import Path

import pytest

from job.user_code.sources import code_files, digest_for_run, digest_of_code
from tests.model_code.by_command import convert, write_code
from tests.model_code.small_network import SHAPE, net, state

FILES = {
    "net.py": "from nets.deep import a\nimport other\n",
    "beside.py": "",
    "nets/__init__.py": "from lib import x",
    "nets/deep/a.py": "from . import b",
    "nets/deep/b.py": "",
    "lib/x.py": "import far.y",
    "far/y.py": "",
    "other.py": "",
    "unused/z.py": "",
    "nets/notes.txt": "",
    "data/huge.py": "",
}
OF_NET = {"net.py", "beside.py", "nets/__init__.py", "nets/deep/a.py", "nets/deep/b.py", "lib/x.py", "far/y.py",
          "other.py"}


FORMS = """
import a, b.c as other, d
import e; import f
from g.h import x
from .i import x
from. j import x
from . import (k,  # not (this)
    l as x,
\tm)
from .. import n, o as y
import p, \\
    q
if True: import r
try:
\timport s
except ImportError: from t import *
class A:
    def b(self):
        from\tu\timport x
        return 1  # import w
from v import(x)
"""


def names(path):
    return {name.partition(":")[2] for name, _ in code_files(path)}


@pytest.mark.parametrize("path, expected", [
    ("net.py", OF_NET),
    ("nets", {name for name in OF_NET if name.startswith(("nets", "lib", "far"))}),
    ("nets/deep", None),
    ("nets/deep/a.py", {"nets/deep/a.py", "nets/deep/b.py"}),
    ("unused/z.py", {"z.py"}),
])
def test_the_files_of_code(tmp_path, path, expected):
    write_code(tmp_path, FILES)
    if expected is None:
        write_code(tmp_path, {"nets/deep/__init__.py": ""})
        assert "nets/__init__.py" in names(tmp_path / path)
    elif path == "nets/deep/a.py":
        assert {name.rpartition("/")[2] for name in names(tmp_path / path)} == {"a.py", "b.py"}
    else:
        assert names(tmp_path / path) == expected


def imported(path):
    """As Python's own parser has it."""
    nodes = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, (ast.Import, ast.ImportFrom))]
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    named.update(alias.name for node in nodes if not getattr(node, "module", None) for alias in node.names)
    return {name.partition(".")[0] for name in named}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_no_import_statement_is_missed(tmp_path, line_end):
    (tmp_path / "net.py").write_bytes(FORMS.replace("\n", line_end).encode("utf-8-sig"))
    assert imported(tmp_path / "net.py") == set("abdefgijklmnopqrstuv")
    write_code(tmp_path, {"{}/__init__.py".format(letter): "" for letter in "abcdefghijklmnopqrstuvwxyz"})
    assert names(tmp_path / "net.py") == {"net.py"} | {letter + "/__init__.py" for letter in "abdefgijklmnopqrstuv"}


def test_none_is_missed_in_code_of_others(tmp_path):
    for file in sorted(Path(ast.__file__).parent.glob("*.py"))[::4]:
        write_code(tmp_path, {name + "/__init__.py": "" for name in imported(file)})
        (tmp_path / "net.py").write_bytes(file.read_bytes())
        assert names(tmp_path / "net.py") >= {name + "/__init__.py" for name in imported(file)}


@pytest.mark.parametrize("name", sorted(OF_NET))
def test_any_file_counts(tmp_path, name):
    write_code(tmp_path, FILES)
    before = digest_of_code(tmp_path / "net.py")
    assert digest_of_code(tmp_path / "net.py") == before
    write_code(tmp_path, {name: FILES[name] + "\n# changed"})
    assert digest_of_code(tmp_path / "net.py") != before


def test_a_new_file_and_a_renamed_one_count(tmp_path):
    write_code(tmp_path, FILES)
    digests = {digest_of_code(tmp_path / "net.py")}
    write_code(tmp_path, {"nets/new.py": ""})
    digests.add(digest_of_code(tmp_path / "net.py"))
    (tmp_path / "nets" / "new.py").rename(tmp_path / "nets" / "newer.py")
    digests.add(digest_of_code(tmp_path / "net.py"))
    assert len(digests) == 3


def test_a_run_has_one_digest_whatever_becomes_of_the_files(tmp_path):
    write_code(tmp_path, FILES)
    before = digest_for_run(tmp_path / "net.py")
    write_code(tmp_path, {"beside.py": "changed = True"})
    assert digest_for_run(tmp_path / "net.py") == before != digest_of_code(tmp_path / "net.py")


def test_where_the_code_lies_and_what_it_does_not_use_do_not_count(tmp_path):
    write_code(tmp_path / "one", FILES)
    write_code(tmp_path / "two", FILES)
    write_code(tmp_path / "two", {"unused/z.py": "1", "data/huge.py": "2", "nets/notes.txt": "3"})
    (tmp_path / "two" / "nets" / "loop").symlink_to(tmp_path / "two" / "nets")
    (tmp_path / "two" / "nets" / "loop").unlink()
    assert digest_of_code(tmp_path / "one" / "net.py") == digest_of_code(tmp_path / "two" / "net.py")


def test_a_loop_of_links_and_a_file_that_does_not_parse(tmp_path):
    write_code(tmp_path, dict(FILES, **{"other.py": "def (:"}))
    (tmp_path / "nets" / "loop").symlink_to(tmp_path / "nets")
    assert digest_of_code(tmp_path / "net.py")


def test_the_command_converts_again_only_when_the_code_has_changed(tmp_path):
    code = {"net.py": "from parts.body import Net", "parts/body.py": net("return self.fc(y)")}
    write_code(tmp_path, code)
    done = [convert(tmp_path, "net.py:Net", SHAPE, state=state()) for _ in range(2)]
    assert [each.code for each in done] == [0, 0] and "current" in done[1].said and "current" not in done[0].said
    write_code(tmp_path, {"parts/body.py": net("return self.fc(y) * 2")})
    again = convert(tmp_path, "net.py:Net", SHAPE)
    assert again.code == 0 and "current" not in again.said
