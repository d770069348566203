"""Users' code in every arrangement of files, imported without meeting anything of ours."""
import importlib
import os
import random
import subprocess
import sys

import pytest
import torch

from job.errors import BadCheckpoint
from job.user_code.factory import build_from_code
from job.user_code.imports import PACKAGE, forget_code
from tests.model_code.by_command import write_code

BLOCKS = """
import torch
class Block(torch.nn.Module):
    def __init__(self, width=2):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.full((1, 3), float(width)))
    def forward(self, x):
        return x * self.scale
"""


@pytest.fixture(autouse=True)
def nothing_of_theirs_stays():
    path, modules = list(sys.path), set(sys.modules)
    yield
    forget_code()
    assert sys.path == path
    assert not [name for name in set(sys.modules) - modules if name.startswith(PACKAGE)]


def built(tmp_path, code, files, **arch_args):
    write_code(tmp_path, files)
    file, _, factory = code.rpartition(":")
    return build_from_code(tmp_path / file, factory, arch_args)


def answer(module):
    return module(torch.ones(1, 3)).tolist()


@pytest.mark.parametrize("code, files", [
    ("net.py:Block", {"net.py": BLOCKS}),
    ("net.py:make", {"net.py": "from blocks import Block\ndef make(): return Block()", "blocks.py": BLOCKS}),
    ("net.py:make", {"net.py": "from .blocks import Block\ndef make(): return Block()", "blocks.py": BLOCKS}),
    ("net.py:make", {"net.py": "import blocks.one\ndef make(): return blocks.one.Block()", "blocks/one.py": BLOCKS}),
    ("net.py:make", {"net.py": "import blocks.one as b\ndef make(): return b.Block()", "blocks/__init__.py": "",
                     "blocks/one.py": BLOCKS}),
    ("nets:make", {"nets/__init__.py": "from .net import make", "nets/blocks.py": BLOCKS,
                   "nets/net.py": "from .blocks import Block\ndef make(): return Block()"}),
    ("nets:Block", {"nets/__init__.py": "from nets.blocks import *", "nets/blocks.py": BLOCKS}),
    ("nets/net.py:make", {"nets/__init__.py": "", "nets/blocks.py": BLOCKS,
                          "nets/net.py": "from .blocks import Block\ndef make(): return Block()"}),
    ("top/nets/net.py:make", {"top/__init__.py": "", "top/nets/__init__.py": "", "top/layers/__init__.py": BLOCKS,
                              "top/nets/net.py": "from ..layers import Block\ndef make(): return Block()"}),
    ("top/nets/net.py:make", {"top/__init__.py": "", "top/nets/__init__.py": "", "top/layers/__init__.py": BLOCKS,
                              "top/nets/net.py": "from top.layers import Block\ndef make(): return Block()"}),
    ("nets/net.py:make", {"nets/__init__.py": "", "nets/blocks.py": BLOCKS,
                          "nets/net.py": "from blocks import Block\ndef make(): return Block()"}),
    ("nets/__init__.py:make", {"nets/__init__.py": "from .blocks import Block as make", "nets/blocks.py": BLOCKS}),
    ("my-net.py:Block", {"my-net.py": BLOCKS}),
    ("net.py:Nets.small", {"net.py": BLOCKS + "class Nets:\n    @staticmethod\n    def small(): return Block()"}),
    ("net.py:Block.of", {"net.py": BLOCKS + "    @classmethod\n    def of(cls): return cls()"}),
    ("net.py:blocks.Block", {"net.py": "import blocks", "blocks.py": BLOCKS}),
    ("net.py:NET", {"net.py": BLOCKS + "NET = Block()"}),
    ("net.py:make", {"net.py": "def make():\n    import blocks\n    return blocks.Block()", "blocks.py": BLOCKS}),
    ("net.py:make", {"net.py": "import importlib\ndef make(): return importlib.import_module('nets.a').Block()",
                     "nets/a.py": BLOCKS}),
    ("net.py:make", {"net.py": "import a\nfrom a import one\ndef make(): return one()", "blocks.py": BLOCKS,
                     "a.py": "import net\nfrom blocks import Block\ndef one(): return Block()"}),
])
def test_arrangements(tmp_path, code, files):
    assert answer(built(tmp_path, code, files)) == [[2.0, 2.0, 2.0]]
    assert not list(tmp_path.rglob("__pycache__"))


@pytest.mark.parametrize("name", ["job", "parity", "utils", "models", "onnx_model", "random", "queue", "copy", "tests",
                                  "errors", "types", "model_code"])
@pytest.mark.parametrize("file", ["{}.py", "{}/__init__.py"])
def test_names_that_others_have_too(tmp_path, name, file):
    """Theirs for them and ours for us, whatever is imported when."""
    net = "from {0} import Block\nimport {0} as again\ndef make(): return again.Block()\n".format(name)
    assert answer(built(tmp_path, "net.py:make", {"net.py": net, file.format(name): BLOCKS})) == [[2.0, 2.0, 2.0]]
    assert not hasattr(sys.modules.get(name), "Block")
    for ours in ("job.errors", "job.parity.gate", "random", "queue", "copy", "types"):
        assert str(tmp_path) not in importlib.import_module(ours).__file__


@pytest.mark.parametrize("name", ["job", "parity", "utils"])
def test_a_folder_without_init_is_theirs_too(tmp_path, name):
    net = "from {0}.blocks import Block\n".format(name)
    assert answer(built(tmp_path, "net.py:Block", {"net.py": net, name + "/blocks.py": BLOCKS})) == [[2.0, 2.0, 2.0]]


@pytest.mark.parametrize("name", ["torch", "json", "onnx"])
def test_a_folder_of_other_things_is_no_module(tmp_path, name):
    net = "import {}\nfrom blocks import Block\n".format(name)
    files = {"net.py": net, "blocks.py": BLOCKS, name + "/readme.txt": ""}
    assert answer(built(tmp_path, "net.py:Block", files)) == [[2.0, 2.0, 2.0]]


def test_what_is_imported_by_name_is_the_same_module(tmp_path):
    """A registry that modules enter themselves in, found by names put together at run time."""
    files = {
        "net.py": "import importlib, registry\nimportlib.import_module('nets.' + 'a')\nmake = registry.KNOWN['a']",
        "registry.py": "KNOWN = {}",
        "nets/a.py": BLOCKS + "\nimport registry\nregistry.KNOWN['a'] = Block",
    }
    assert answer(built(tmp_path, "net.py:make", files)) == [[2.0, 2.0, 2.0]]


def test_imports_in_the_forward(tmp_path):
    files = {"net.py": BLOCKS.replace("return x *", "from later import TWO\n        return TWO * x *"),
             "later.py": "TWO = 2"}
    assert answer(built(tmp_path, "net.py:Block", files)) == [[4.0, 4.0, 4.0]]


def test_the_next_code_of_the_same_name_is_run_anew(tmp_path):
    for width in (3, 4):
        files = {"net.py": "from blocks import Block", "blocks.py": BLOCKS.replace("=2", "={}".format(width))}
        assert answer(built(tmp_path / str(width), "net.py:Block", files)) == [[width] * 3]


def test_a_changed_file_is_read_even_with_the_same_size_and_time(tmp_path):
    for width in (3, 4):
        write_code(tmp_path, {"net.py": BLOCKS.replace("=2", "={}".format(width))})
        os.utime(str(tmp_path / "net.py"), (1, 1))
        assert answer(build_from_code(tmp_path / "net.py", "Block", {})) == [[width] * 3]


def test_linked_files_find_what_is_beside_them_and_beside_their_targets(tmp_path):
    """A mounted ConfigMap is made of links, and so is a folder of links to files elsewhere."""
    real = write_code(tmp_path / "..2024", {"net.py": "from blocks import Block", "blocks.py": BLOCKS})
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "net.py").symlink_to(real / "net.py")
    assert answer(build_from_code(tmp_path / "link" / "net.py", "Block", {})) == [[2.0] * 3]
    package = tmp_path / "nets"
    package.mkdir()
    write_code(package / "..2024", {"__init__.py": "", "net.py": "from .blocks import Block", "blocks.py": BLOCKS})
    for name in ("__init__.py", "net.py", "blocks.py"):
        (package / name).symlink_to(package / "..2024" / name)
    assert answer(build_from_code(package / "net.py", "Block", {})) == [[2.0] * 3]


@pytest.mark.skipif(os.getuid() != 0, reason="mounting takes root")
def test_a_folder_mounted_read_only(tmp_path):
    folder = tmp_path / "mounted"
    folder.mkdir()
    subprocess.check_call(["mount", "-t", "tmpfs", "none", str(folder)])
    try:
        write_code(folder, {"net.py": "import blocks\nmake = blocks.Block", "blocks.py": BLOCKS})
        subprocess.check_call(["mount", "-o", "remount,ro", str(folder)])
        assert answer(build_from_code(folder / "net.py", "make", {})) == [[2.0] * 3]
    finally:
        subprocess.check_call(["umount", str(folder)])


def test_arguments(tmp_path):
    assert answer(built(tmp_path, "net.py:Block", {"net.py": BLOCKS}, width=5)) == [[5.0] * 3]
    with pytest.raises(BadCheckpoint) as caught:
        built(tmp_path, "net.py:Block", {}, wdth=5)
    assert caught.value.message == "net.py:Block raised TypeError: got an unexpected keyword argument 'wdth'"
    assert "it is Block(width=2)" in caught.value.hint
    with pytest.raises(BadCheckpoint, match="missing a required argument: 'depth'"):
        built(tmp_path, "net.py:make", {"net.py": "def make(depth): return depth"})
    with pytest.raises(BadCheckpoint, match="net.py line 1, in make: def make"):
        built(tmp_path, "net.py:make", {"net.py": "def make(depth): return len(depth)"}, depth=3)


@pytest.mark.parametrize("factory, said", [
    ("absent", "net has Block, NET, Nets"),
    ("Nets.absent", "Nets has deep, small"),
    ("Block.absent", "Block has forward"),
    ("SIZE", "the file has Block, NET, Nets"),
])
def test_a_name_that_is_not_there_lists_what_is(tmp_path, factory, said):
    net = BLOCKS + "SIZE = 3\nNET = Block()\nclass Nets:\n    def small(): pass\n    def deep(): pass\n"
    with pytest.raises(BadCheckpoint) as caught:
        built(tmp_path, "net.py:" + factory, {"net.py": net})
    assert said in caught.value.hint


def test_random_numbers_of_the_constructor_are_the_same_in_every_run(tmp_path):
    net = BLOCKS.replace("float(width)", "torch.rand(1).item() + random.random()").replace("import torch\n", (
        "import torch, random\n"), 1)
    before = random.getstate()
    first, second = (answer(built(tmp_path, "net.py:Block", {"net.py": net})) for _ in range(2))
    assert first == second and random.getstate() == before


def test_a_train_of_their_own_that_gives_nothing_back(tmp_path):
    """As networks have it that keep what only evaluation needs: `eval` then gives nothing back either."""
    text = """
from torch import nn


class Net(nn.Linear):
    def __init__(self):
        super().__init__(3, 2)

    def train(self, mode=True):
        super().train(mode)
        self.kept = None if mode else self.weight * 2
"""
    made = build_from_code(write_code(tmp_path, {"net.py": text}) / "net.py", "Net", {})
    assert not made.training and made.kept is not None
