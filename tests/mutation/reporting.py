"""A source file whose functions say which of their statements run."""
import ast
from typing import Any, List

REACHED = "__reached__"  # of the module: a function of a line


def reporting(source: str) -> ast.Module:
    return ast.fix_missing_locations(_Reporting().visit(_ReportingLambdas().visit(ast.parse(source))))


class _ReportingLambdas(ast.NodeTransformer):
    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        node.body = ast.BoolOp(ast.Or(), [_telling(node.body.lineno), self.visit(node.body)])
        return node


class _Reporting(ast.NodeTransformer):
    def __init__(self) -> None:
        self._inside = False

    def generic_visit(self, node: Any) -> Any:
        for field in ("body", "orelse", "finalbody", "handlers"):
            parts = getattr(node, field, None)
            if isinstance(parts, list):
                setattr(node, field, [each for part in parts for each in self._told(part)])
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        before, self._inside = self._inside, True
        self.generic_visit(node)
        self._inside = before
        return node

    def _told(self, node: Any) -> List[ast.AST]:
        visited = self.visit(node)
        if not self._inside or not isinstance(node, ast.stmt) or is_docstring(node):
            return [visited]
        return [ast.copy_location(ast.Expr(_telling(node.lineno)), node), visited]


def _telling(line: int) -> ast.Call:
    """It gives None."""
    return ast.Call(ast.Name(REACHED, ast.Load()), [ast.Num(line)], [])


def is_docstring(node: ast.stmt) -> bool:
    """It must stay the first: some are shown to users."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Str)
