"""Code that says `from __future__ import annotations` runs on Python 3.6 as it does on later ones."""
import __future__
import ast
import types
import typing

import pytest
import torch

from job.errors import BadCheckpoint
from job.user_code.factory import build_from_code
from job.user_code.newer_python import as_python_3_6
from tests.model_code.by_command import write_code

NETWORK = '''"""A network as it is written today."""
from __future__ import annotations, generator_stop
from __future__ import (
    annotations,
)
import typing
from torch import Tensor, nn

class Ends(typing.NamedTuple):
    score: Tensor | None
    sizes: tuple[int, ...] = (1, 2)

class make(nn.Linear):
    width: list[int] | not_there[3]
    depth: "int" = 7
    def __init__(self, inputs: int | None = 3, *rest: Missing.Type, named: dict[str, list[Any]] = None, **more: None) -> None:
        count: tuple[()] = 4
        super().__init__(inputs, count)
    def forward(self, x: Tensor[f(1):2]) -> Ends:
        def inner(y: lambda: 1) -> Tensor | None:
            return super(make, self).forward(y)
        return Ends(inner(x)).score
'''


def names_and_texts(network):
    return dict(network.__annotations__), dict(network.__init__.__annotations__), dict(network.forward.__annotations__)


def test_annotations_are_texts(tmp_path):
    write_code(tmp_path, {"net.py": NETWORK})
    made = build_from_code(tmp_path / "net.py", "make", {})
    assert made(torch.zeros(2, 3)).shape == (2, 4)
    of_class, of_start, of_forward = names_and_texts(type(made))
    assert of_class == {"width": "list[int] | not_there[3]", "depth": "'int'"}
    assert of_start == {"inputs": "int | None", "rest": "Missing.Type", "named": "dict[(str, list[Any], )]", "more": "None",
                        "return": "None"}
    assert of_forward == {"x": "object", "return": "Ends"}


@pytest.mark.parametrize("source", [b"x: int = 3", b"# __future__ annotations\nx: int = 3",
                                    b"def f(): pass\nname = '__future__'\nannotations = 1"])
def test_what_does_not_ask_for_it_stays(source):
    assert ast.dump(as_python_3_6(source, "net.py")) == ast.dump(ast.parse(source))


def test_lines_and_what_else_is_of_the_future_stay():
    tree = as_python_3_6(NETWORK.encode(), "net.py")
    code = compile(tree, "net.py", "exec", dont_inherit=True)
    assert code.co_flags & __future__.generator_stop.compiler_flag and ast.get_docstring(tree)
    found, = [each for each in code.co_consts if isinstance(each, types.CodeType) and each.co_name == "make"]
    assert NETWORK.splitlines()[found.co_firstlineno - 1].startswith("class make")


def test_what_is_no_python_is_told_with_its_line(tmp_path):
    write_code(tmp_path, {"net.py": "from __future__ import annotations\nx = 1\ndef make(:\n"})
    with pytest.raises(BadCheckpoint, match=r"SyntaxError: invalid syntax \(net.py, line 3\)\n  net.py line 3: def make"):
        build_from_code(tmp_path / "net.py", "make", {})


def test_a_type_that_is_evaluated_can_be():
    """As typing's own do with a text."""
    space = {}  # type: typing.Dict[str, typing.Any]
    source = b"from __future__ import annotations\nimport typing\nclass A:\n    x: typing.Dict[str, typing.Tuple[int, ...]]"
    exec(compile(as_python_3_6(source, "a.py"), "a.py", "exec"), space)
    assert typing.get_type_hints(space["A"], space) == {"x": typing.Dict[str, typing.Tuple[int, ...]]}
