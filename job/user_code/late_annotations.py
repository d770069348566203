"""Annotations that are texts, which nobody evaluates: all of a file that says `from __future__ import annotations`, as Python has
it since 3.7, and of others those that only a later Python can evaluate (`list[int]`, `int | None`).
"""
import ast
from typing import Any

_FUTURE, _NAME = "__future__", "annotations"
_OF_LATER = (ast.Subscript, ast.BinOp, ast.Attribute)  # what these say may not be there


def with_late_annotations(tree: ast.Module) -> ast.Module:
    """The same tree, changed."""
    _Late(any(_asks(statement) for statement in tree.body)).visit(tree)
    return ast.fix_missing_locations(tree)


def _asks(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == _FUTURE and any(
        each.name == _NAME for each in statement.names)


class _Late(ast.NodeTransformer):
    def __init__(self, is_of_all: bool) -> None:
        self.is_of_all = is_of_all

    def _late(self, annotation: Any) -> Any:
        is_late = annotation and (self.is_of_all or any(isinstance(part, _OF_LATER) for part in ast.walk(annotation)))
        return _text(annotation) if is_late else annotation

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if not _asks(node):
            return node
        node.names = [each for each in node.names if each.name != _NAME]
        return node if node.names else None

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = self._late(node.annotation)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = self._late(node.annotation)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: Any) -> Any:
        node.returns = self._late(node.returns)
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef


def _text(annotation: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Str(s=_written(annotation)), annotation)


def _written(node: ast.AST) -> str:
    """As types are said; other expressions, which tell nobody anything here, are `object`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return "{}.{}".format(_written(node.value), node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Index):
        return "{}[{}]".format(_written(node.value), _written(node.slice.value))
    if isinstance(node, ast.List):
        return "[{}]".format(", ".join(map(_written, node.elts)))
    if isinstance(node, ast.Tuple):
        return "({})".format("".join(_written(each) + ", " for each in node.elts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return "{} | {}".format(_written(node.left), _written(node.right))
    if isinstance(node, ast.Ellipsis):
        return "..."
    return repr(ast.literal_eval(node)) if isinstance(node, (ast.Str, ast.Num, ast.NameConstant)) else "object"
