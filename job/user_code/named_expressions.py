"""`(n := value)`, of Python 3.8: its names are kept in a dictionary of the function, which an expression can write to.

The text says `lambda _named_as_n: value` for it, which Python 3.6 parses with the same precedence.
"""
import ast
from typing import Any, List, Set

MARK = "_named_as_"
_HELD = "_named"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def without_named_expressions(tree: ast.Module) -> ast.Module:
    """The same tree, changed; SyntaxError of what a dictionary cannot stand for."""
    if any(_is_named(node) for node in ast.walk(tree)):
        tree = _Functions().visit(tree)
        globally = ast.Call(func=ast.Name(id="globals", ctx=ast.Load()), args=[], keywords=[])
        tree = _Names(set(), globally).visit(tree)
    return ast.fix_missing_locations(tree)


def named(name: str, value: ast.expr) -> ast.expr:
    """`(name := value)` as this module reads it."""
    none = dict(vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])
    return ast.Lambda(args=ast.arguments(args=[ast.arg(arg=MARK + name, annotation=None)], **none), body=value)


def _is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.Lambda) and bool(node.args.args) and node.args.args[0].arg.startswith(MARK)


def _name(node: Any) -> str:
    return node.args.args[0].arg[len(MARK):]


class _Functions(ast.NodeTransformer):
    """The innermost first."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if any(_is_named(part) for part in _own(node)):
            raise SyntaxError("`:=` in the body of a class is not known here: say it in two lines ({})".format(node.name))
        return self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        if not _is_named(node) and any(_is_named(part) for part in _own(node)):
            raise SyntaxError("`:=` in a lambda is not known here: make it a function")
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        self.generic_visit(node)
        parts = list(_own(node))
        elsewhere = {name for part in parts if isinstance(part, (ast.Global, ast.Nonlocal)) for name in part.names}
        names = {_name(part) for part in parts if _is_named(part)}
        if not names:
            return node
        bound = {getattr(part, "name", None) for part in parts} | {
            (each.asname or each.name) for part in parts if isinstance(part, (ast.Import, ast.ImportFrom)) for each in part.names}
        _refuse(names & (bound | elsewhere), "an import, an except, a def or another scope binds too")
        held = "{}_{}_{}".format(_HELD, node.name, node.lineno)
        given = [arg for arg in _arguments(node) if arg in names]
        node.body = [_Names(names, ast.Name(id=held, ctx=ast.Load())).visit(each) for each in node.body]
        first = ast.Dict(keys=[ast.Str(s=name) for name in given], values=[ast.Name(id=name, ctx=ast.Load()) for name in given])
        made = ast.copy_location(ast.Assign(targets=[ast.Name(id=held, ctx=ast.Store())], value=first), node.body[0])
        node.body.insert(int(ast.get_docstring(node) is not None), made)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef


class _Names(ast.NodeTransformer):
    """Each of the names as what the dictionary holds."""

    def __init__(self, names: Set[str], held: ast.expr) -> None:
        self.names, self.held = names, held

    def _item(self, name: str, ctx: Any) -> ast.expr:
        return ast.Subscript(value=self.held, slice=ast.Index(value=ast.Str(s=name)), ctx=ctx)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(self._item(node.id, node.ctx), node) if node.id in self.names else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.simple = int(isinstance(node.target, ast.Name))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        if not _is_named(node):
            return self._scope(node)
        put = ast.Call(func=ast.Attribute(value=self.held, attr="__setitem__", ctx=ast.Load()),
                       args=[ast.Str(s=_name(node)), self.visit(node.body)], keywords=[])
        both = ast.List(elts=[put, self._item(_name(node), ast.Load())], ctx=ast.Load())
        return ast.copy_location(ast.Subscript(value=both, slice=ast.Index(value=ast.Num(n=1)), ctx=ast.Load()), node)

    def _scope(self, node: Any) -> ast.AST:
        """Where a function binds the name itself, it is another's."""
        stored = {part.id for part in _own(node) if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
        shared = {name for part in _own(node) if isinstance(part, ast.Nonlocal) for name in part.names}
        _refuse(self.names & shared, "a function inside calls nonlocal")
        return _Names(self.names - stored - set(_arguments(node)), self.held).generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _scope

    def _over(self, node: Any) -> ast.AST:
        """What a comprehension runs over is its own; where it begins it is not."""
        first, own = node.generators[0], {part.id for each in node.generators for part in ast.walk(each.target)
                                          if isinstance(part, ast.Name)}
        begin, first.iter = self.visit(first.iter), ast.NameConstant(value=None)
        node = _Names(self.names - own, self.held).generic_visit(node)
        first.iter = begin
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _over


def _refuse(names: Set[str], why: str) -> None:
    if names:
        raise SyntaxError("`:=` to a name that {} is not known here: {}".format(why, ", ".join(sorted(names))))


def _arguments(node: Any) -> List[str]:
    given = node.args
    return [each.arg for each in given.args + given.kwonlyargs + [given.vararg, given.kwarg] if each is not None]


def _own(node: Any) -> Any:
    """What belongs to its scope and to no function or class inside; `n := value` is no function."""
    body = node.body if isinstance(node.body, list) else [node.body]
    pending = list(body)
    while pending:
        part = pending.pop()
        yield part
        if not isinstance(part, _SCOPES + (ast.ClassDef,)) or _is_named(part):
            pending.extend(ast.iter_child_nodes(part))
