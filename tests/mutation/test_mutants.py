"""Mutants are what they say they are, and a changed module takes the place of the imported one."""
import ast
import textwrap
from types import ModuleType

import pytest

from tests.mutation.checking import neutral
from tests.mutation.mutants import mutants_of, mutated
from tests.mutation.mutators import MUTATORS
from tests.mutation.patching import Functions, changes_import
from tests.mutation.reporting import REACHED, reporting

SOURCE = '''
    """Converters."""
    TABLE = {"mode": only("nearest"), "axis": None}

    def window(attributes, x, bias=None):
        axis = attributes.get("axis", 1) % x.rank
        pads = attributes["pads"]
        x = as_map(x)
        if bias is None and axis > 0:
            return layer(x, pads=pads, name="layer")
        return pads[0] - 2 if axis == 3 else "{} {}".format(axis, 7)
'''
CHANGES = {
    "default": ["attributes.get('axis', 1) -> 1"],
    "attribute": ["attributes['pads'] -> __neutral__(attributes['pads'])"],
    "keyword": ["layer(x, pads=pads, name='layer') -> layer(x, name='layer')"],
    "condition": ["(bias is None and axis > 0) -> bias is None", "(bias is None and axis > 0) -> False",
                  "axis == 3 -> True", "axis == 3 -> False"],
    "comparison": ["axis > 0 -> (axis >= 0)"],
    "arithmetic": ["(attributes.get('axis', 1) % x.rank) -> attributes.get('axis', 1)", "(pads[0] - 2) -> (pads[0] + 2)"],
    "number": ["attributes.get('axis', 1) -> attributes.get('axis', 2)", "axis > 0 -> axis > 1",
               "axis == 3 -> axis == 4", "pads[0] - 2 -> pads[0] - 3"],
    "call": ["as_map(x) -> x"],
    "statement": ["x = as_map(x) left out"],
    "element": ["{'mode': only('nearest'), 'axis': None} -> {'axis': None}",
                "{'mode': only('nearest'), 'axis': None} -> {'mode': only('nearest')}"],
    "check": ["{'mode': only('nearest'), 'axis': None} -> {'mode': None, 'axis': None}"],
}


@pytest.fixture
def source(tmp_path):
    (tmp_path / "converters.py").write_text(textwrap.dedent(SOURCE), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", sorted(MUTATORS))
def test_every_mutator_says_what_it_changes(source, name):
    found = [mutant.change for mutant in mutants_of(source, "converters.py") if mutant.mutator == name]
    assert [_plain(change) for change in found] == [_plain(change) for change in CHANGES[name]]


def _plain(change: str) -> str:
    """astor puts some expressions in brackets, and some not."""
    return change.replace("(", "").replace(")", "")


def test_a_mutant_differs_from_the_source_at_its_place_only(source):
    text = (source / "converters.py").read_text(encoding="utf-8")
    for mutant in mutants_of(source, "converters.py"):
        changed = mutated(text, mutant)
        compile(changed, "converters.py", "exec")
        assert ast.dump(changed) != ast.dump(ast.parse(text)), mutant.label


def test_functions_say_what_they_reach():
    lines = []
    names = {REACHED: lines.append}
    exec(
            compile(reporting("def f(x):\n    'Shown.'\n    if x:\n        x += 1\n    else:\n        x = 5\n    return x\n"),
                    "f", "exec"), names)
    assert names["f"](1) == 2 and lines == [3, 4, 7] and names["f"].__doc__ == "Shown."


def test_what_a_lambda_reaches_is_told_when_it_runs():
    lines = []
    names = {REACHED: lines.append}
    exec(compile(reporting("TABLE = (\n    (1, lambda x: x + 2),\n    (3, lambda x:\n     x + 4))\n"), "f", "exec"), names)
    assert lines == [] and names["TABLE"][1][1](1) == 5 and lines == [4]


def test_a_change_in_a_lambda_shows_when_the_lambda_runs(tmp_path):
    (tmp_path / "table.py").write_text("TABLE = (\n    (1, lambda x: x + 2),)\n", encoding="utf-8")
    assert [(mutant.change, mutant.statement) for mutant in mutants_of(tmp_path, "table.py")
            if mutant.mutator == "number"] == [("(1, lambda x: x + 2) -> (2, lambda x: x + 2)", None), ("x + 2 -> x + 3", 2)]


def test_what_is_assigned_to_is_no_table(tmp_path):
    (tmp_path / "targets.py").write_text("def f(x):\n    a, b, c, d = x\n    return b\n", encoding="utf-8")
    assert mutants_of(tmp_path, "targets.py") == []


def test_of_changes_that_leave_the_same_behind_one_is_made(tmp_path):
    (tmp_path / "words.py").write_text("WORDS = take(('v', 'v', 'i'))\n", encoding="utf-8")
    assert [mutant.change for mutant in mutants_of(tmp_path, "words.py")] == [
        "('v', 'v', 'i') -> ('v', 'i')", "('v', 'v', 'i') -> ('v', 'v')"]


@pytest.fixture
def module(tmp_path):
    """An imported module of a function, a closure and a constant."""
    text = "def times(n):\n    def by(x):\n        return x * n\n    return by\n\n\ntwice = times(2)\nLIMIT = 5\n"
    made = ModuleType("made")
    exec(compile(text, str(tmp_path / "made.py"), "exec"), vars(made))
    return made, text, str(tmp_path / "made.py")


def test_a_patched_module_does_what_the_changed_one_would(module):
    made, text, path = module
    after = compile(text.replace("x * n", "x + n"), path, "exec")
    assert not changes_import(compile(text, path, "exec"), after)
    assert Functions().patch(after)
    assert (made.twice(5), made.times(3)(5)) == (7, 8)


def test_what_cannot_be_patched_is_said(module):
    made, text, path = module
    assert changes_import(compile(text, path, "exec"), compile(text.replace("LIMIT = 5", "LIMIT = 6"), path, "exec"))
    assert not Functions().patch(compile(text.replace("x * n", "x"), path, "exec"))
    assert made.twice(5) == 10


def test_nothing_of_the_same_type_and_length():
    assert neutral((2, 3)) == (0, 0) and neutral("constant") == "" and neutral(1.5) == 0.0 and neutral([1]) == [0]
