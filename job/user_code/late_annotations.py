"""`from __future__ import annotations`, which Python has since 3.7: annotations are texts that nobody evaluates."""
import ast
from typing import Any, Union

_FUTURE, _NAME = "__future__", "annotations"


def with_late_annotations(source: bytes, path: str) -> Union[bytes, ast.Module]:
    """What compiles to the same code on Python 3.6; the source itself where it does not ask for it.

    Raises SyntaxError as compiling does.
    """
    if _FUTURE.encode() not in source or _NAME.encode() not in source:
        return source
    tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    if not any(_asks(statement) for statement in tree.body):
        return source
    return ast.fix_missing_locations(_Late().visit(tree))


def _asks(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == _FUTURE and any(
        each.name == _NAME for each in statement.names)


class _Late(ast.NodeTransformer):
    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if not _asks(node):
            return node
        node.names = [each for each in node.names if each.name != _NAME]
        return node if node.names else None

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = node.annotation and _text(node.annotation)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = _text(node.annotation)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: Any) -> Any:
        node.returns = node.returns and _text(node.returns)
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
