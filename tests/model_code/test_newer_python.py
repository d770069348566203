"""What Python says since 3.6, and its library has since then, runs on 3.6 as it does on later ones."""
import ast
import json
import sys
from pathlib import Path

import pytest

from job.errors import BadCheckpoint
from job.user_code.factory import build_from_code
from job.user_code.newer_python import as_python_3_6
from tests.model_code.by_command import write_code

NEWER = Path(__file__).with_name("newer")
NETWORK = '''
import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from typing import Final, Literal, Protocol

import torch
from torch import Tensor, nn

Shape = tuple[int, ...]
Norm = Callable[..., nn.Module] | None


class Widened(dict[str, int]):
    pass


@dataclass(slots=True, kw_only=True)
class Config:
    width: int = 4
    mode: Literal["a", "b"]
    sizes: list[int] = field(default_factory=lambda: [1, 2])


class make(nn.Module):
    most: Final[int] = 3

    def __init__(self, act: type[nn.Module] = nn.GELU, norm: Norm = None, form: torch.memory_format = None, /, *,
                 config: Config | None = None):
        super().__init__()
        self.config = config or Config(mode="a")
        assert self.config.width == 4, f"{self.config.width=} or {self.most=:3d}"
        self.linear = nn.Linear(3, math.prod(Shape([2, 2])))
        self.act, self.counted = act(), 0

    @cached_property
    def scale(self) -> float:
        self.counted += 1
        return math.isqrt(17) / 2

    @cache
    def twice(self, n: int) -> int:
        return 2 * n

    def scaled(self, x: Tensor, /, by: float = 1.0, *, more: int | float = 1) -> Tensor:
        return x * by * more / 1

    def forward(self, x: Tensor, *rest: "Tensor") -> Tensor:
        assert isinstance(x, Tensor | None) and isinstance(None, int | None) and not isinstance(1.5, (int | None))
        with contextlib.nullcontext(2) as two:
            steps = sum(b - a for a, b in pairwise([1, 2, two + 2]))
        return self.scaled(self.act(self.linear(x)), self.scale, more=steps + self.twice(1) - Widened(a=1)["a"])
'''


def test_a_network_of_todays_python(tmp_path):
    import torch
    write_code(tmp_path, {"net.py": NETWORK})
    made = build_from_code(tmp_path / "net.py", "make", {})
    x = torch.randn(2, 3)
    for _ in range(2):
        assert torch.allclose(made(x), torch.nn.GELU()(made.linear(x)) * 2 * 4)
    assert made.counted == 1 and made.config.sizes == [1, 2] and made.config.mode == "a"


@pytest.mark.parametrize("later, as_3_6", [
    ("def f(a, b=1, /): return a / b", "def f(a, b=1): return a / b"),
    ("def f(a, /, *, c): pass", "def f(a, *, c): pass"),
    ("f = lambda a, /, b: a / b", "f = lambda a, b: a / b"),
    ("t = f'{x=}'", "t = f'x={x!r}'"), ("t = f'{x.y = !s}'", "t = f'x.y = {x.y!s}'"), ("t = F'a{n=:>3}b'", "t = F'a n={n:>3}b'"),
    ("t = f'{{x=}}{a!r}{b == c}'", "t = f'{{x=}}{a!r}{b == c}'"), ("t = '{x=}', a[1:2] / 3", "t = '{x=}', a[1:2] / 3"),
    ("X = list[int]", "X = list"), ("X = Optional[dict[str, tuple[int, ...]]]", "X = Optional[dict]"),
    ("def f(list): return list[0]", "def f(list): return list[0]"), ("tuple = {}\ntuple[1]", "tuple = {}\ntuple[1]"),
    ("X = A | None", "X = object"), ("X = a | b", "X = a | b"), ("isinstance(x, A | b.C | None)", "isinstance(x, (A, b.C, type(None)))"),
    ("def f(x: int) -> str: pass", "def f(x: int) -> str: pass"), ("def f(x: a.b) -> A | B: pass", "def f(x: 'a.b') -> 'A | B': pass"),
    ("x: list[int] = []\ny: int = 3", "x: 'list[int]' = []\ny: int = 3")])
def test_it_is_said_as_3_6_can(later, as_3_6):
    as_3_6 = as_3_6.replace("a n=", "an=")
    assert ast.dump(as_python_3_6(later.encode(), "net.py")) == ast.dump(ast.parse(as_3_6))


def test_named_expressions_and_match_answer_as_todays_python(tmp_path):
    """newer/make.py writes what a current Python answers."""
    write_code(tmp_path, {"net.py": (NEWER / "of_3_10.txt").read_text() + "\nimport torch\nmake = torch.nn.Identity()\n"})
    build_from_code(tmp_path / "net.py", "make", {})
    answers = list(map(repr, sys.modules["model_code.net"].results()))
    assert answers == json.loads((NEWER / "of_3_10.json").read_text())


@pytest.mark.parametrize("code, words", [
    ("class A:\n    if (n := 3): pass", "body of a class"), ("f = lambda x: (y := x) + y", "in a lambda"),
    ("def f():\n    import a\n    return (a := 3)", "an import, .* binds too is not known here: a"),
    ("def f():\n    global n\n    return (n := 3)", "another scope binds too is not known here: n"),
    ("def f():\n    def g():\n        nonlocal n\n        n = 1\n    return (n := 3)", "calls nonlocal is not known here: n"),
    ("match x:\n    case {'a': 1, **rest}: pass", "`\\*\\*` in a pattern"), ("x = (n :=)", "invalid syntax"),
    ("match x:\n    case 1 2: pass", "invalid syntax"), ("match x:\n    pass", "invalid syntax")])
def test_what_cannot_be_said_in_3_6_is_told(code, words):
    with pytest.raises(SyntaxError, match=words):
        as_python_3_6((code + "\n").encode(), "net.py")


def test_lines_stay_where_they_are():
    source = "# -*- coding: latin-1 -*-\r\ndef f(a, /,\r\n      b): return f'\xe9{a=}'\r\nx = 1 / 2\r\n".encode("latin-1")
    tree = as_python_3_6(source, "net.py")
    assert [each.lineno for each in tree.body] == [2, 4]
    space = {}
    exec(compile(tree, "net.py", "exec"), space)
    assert space["f"](3, 4) == "\xe9a=3"


@pytest.mark.parametrize("line, words", [
    ("type X = int", "`type X = ...` came with Python 3.12"), ("def f[T](x: T): pass", "type parameters came with Python 3.12"),
    ("try: pass\nexcept* ValueError: pass", "`except*` came with Python 3.11")])
def test_what_is_too_new_is_told(tmp_path, line, words):
    write_code(tmp_path, {"net.py": "x = 1\n" + line + "\n"})
    with pytest.raises(BadCheckpoint, match="SyntaxError") as raised:
        build_from_code(tmp_path / "net.py", "make", {})
    assert words in raised.value.hint
