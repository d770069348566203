"""The mutants of a source file: found, described, and made."""
import ast
from pathlib import Path
from typing import Any, Iterator, List, NamedTuple, Optional, Set

import astor

from tests.mutation.mutators import MUTATORS
from tests.mutation.reporting import is_docstring

_LONGEST = 60  # characters that are shown whole
_AROUND = 20   # characters shown around a change in longer ones


class Mutant(NamedTuple):
    file: str       # from the checkout
    line: int
    function: str   # '' at the level of the module
    mutator: str
    change: str     # in words: before -> after
    statement: Optional[int]  # the line of the statement in a function that must run for it to show
    node: int       # its place among the file's nodes, and which of the mutator's changes it is
    number: int

    @property
    def label(self) -> str:
        return "{}:{} {} {}: {}".format(self.file, self.line, self.function or "(module)", self.mutator, self.change)


def mutants_of(checkout: Path, file: str) -> List[Mutant]:
    """In the order of the source; where two leave the same behind, one."""
    tree = ast.parse((checkout / file).read_text(encoding="utf-8"))
    found = []
    for position, place in enumerate(_places(tree)):
        left = set()  # type: Set[str]
        for name, changes in MUTATORS.items():
            for number, replacement in enumerate(changes(place.node, place.parent)):
                if ast.dump(replacement) not in left:
                    found.append(Mutant(file, place.line, place.function, name, _described(place, replacement),
                                        place.statement, position, number))
                    left.add(ast.dump(replacement))
    return found


def mutated(source: str, mutant: Mutant) -> ast.Module:
    tree = ast.parse(source)
    place = list(_places(tree))[mutant.node]
    place.put(list(MUTATORS[mutant.mutator](place.node, place.parent))[mutant.number])
    return ast.fix_missing_locations(tree)


class _Place(NamedTuple):
    """Where a node is."""

    node: Any
    above: Optional["_Place"]
    field: str            # of its parent
    index: Optional[int]  # in that field, where it is a list
    function: str
    statement: Optional[int]
    root: Any

    @property
    def parent(self) -> Any:
        return self.above.node if self.above else self.root

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", None) or self.above.line

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Every node that may be changed, in the order of the source: no wording, no annotation, no import."""
    return _below(_Place(tree, None, "", None, "", None, tree), False)


def _below(place: _Place, in_function: bool) -> Iterator[_Place]:
    parent = place.node
    is_function = isinstance(parent, ast.FunctionDef)
    for field, value in ast.iter_fields(parent):
        for index, node in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(node, ast.AST) or _is_wording(node, field):
                continue
            is_result = isinstance(parent, ast.Lambda) and field == "body"
            inside = in_function or (is_function and field == "body") or is_result
            statement = place.statement
            if inside and (isinstance(node, ast.stmt) or is_result):
                statement = node.lineno
            elif is_function and field == "args":
                statement = parent.lineno if in_function else _first_statement(parent)
            function = place.function
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                function = "{}.{}".format(function, node.name).lstrip(".")
            found = _Place(node, place, field, index, function, statement, place.root)
            yield found
            yield from _below(found, inside)


def _first_statement(function: ast.FunctionDef) -> int:
    return next(each.lineno for each in function.body if not is_docstring(each))


def _is_wording(node: ast.AST, field: str) -> bool:
    return (field in ("annotation", "returns") or isinstance(node, (ast.Raise, ast.Import, ast.ImportFrom))
            or (isinstance(node, ast.keyword) and node.arg in ("hint", "name", "verbose"))
            or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"))


def _described(place: _Place, replacement: ast.AST) -> str:
    """The smallest expression around the node that shows more than a number, before and after."""
    if isinstance(replacement, ast.Pass):
        return "{} left out".format(_difference(_source(place.node), ""))
    shown = place
    while shown.above.above is not None and (
            isinstance(shown.node, (ast.Num, ast.NameConstant)) or not isinstance(shown.node, (ast.expr, ast.stmt))):
        shown = shown.above
    before = _source(shown.node)
    place.put(replacement)
    after = _source(replacement if shown is place else shown.node)
    place.put(place.node)
    return " -> ".join((_difference(before, after), _difference(after, before)))


def _source(node: ast.AST) -> str:
    return " ".join(astor.to_source(node).split())


def _difference(one: str, other: str) -> str:
    """What differs in the first, with a little of what is around it."""
    if max(len(one), len(other)) <= _LONGEST:
        return one
    begin = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    shortest = min(len(one), len(other)) - begin
    end = next((i for i in range(shortest) if one[-1 - i] != other[-1 - i]), shortest)
    first, last = max(begin - _AROUND, 0), len(one) - max(end - _AROUND, 0)
    shown = one[first:last]
    shown = shown if len(shown) <= 2 * _LONGEST else shown[:_LONGEST] + "..." + shown[-_LONGEST:]
    return "..." * (first > 0) + shown + "..." * (last < len(one))
