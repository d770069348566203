"""`match`, of Python 3.10, as a chain of `if`.

    match x:                        with _matched_(x):
        case [a, *_] if a > 1:          if (_case_([a, *_]), (a > 1)):
        case "b" | None as y:           if (_case_("b" | None == y),):

The right side is what the text says for it, which Python 3.6 parses: `as` binds looser than `|`, as `==` does.
"""
import ast
from typing import Any, Iterator, List, Sequence, Tuple

from job.user_code.named_expressions import named

SUBJECT, CASE = "_matched_", "_case_"
_ITSELF = ("bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")


def marks_of(lines: Sequence[Sequence[Any]]) -> Iterator[Tuple[Any, str]]:
    """Tokens of the text and what stands in their place; `lines` are its logical lines, each a list of tokens."""
    depth = []  # type: List[int]  # of the blocks of `match` around, the column of their `case`
    for line, following in zip(lines, list(lines[1:]) + [[]]):
        column = line[0].start[1]
        while depth and column < depth[-1]:
            depth.pop()
        if line[0].string == "match" and line[-1].string == ":" and following and following[0].string == "case" and (
                following[0].start[1] > column):
            yield line[0], "with " + SUBJECT + "("
            yield line[-1], "):"
            depth.append(following[0].start[1])
        elif line[0].string == "case" and depth and column == depth[-1]:
            guard, end = _guard_and_end(line)
            yield line[0], "if (" + CASE + "("
            yield from ((each, "==") for each in line[:line.index(guard or end)] if each.string == "as")
            if guard is not None:
                yield guard, "), ("
            yield end, ")):" if guard is not None else "),):"


def _guard_and_end(line: Sequence[Any]) -> Tuple[Any, Any]:
    """Its `if`, or None, and the colon before what it does, which may stand in the same line."""
    depth, guard = 0, None
    for token, following in zip(line, list(line[1:]) + [None]):
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        if token.string == "if" and not depth:
            guard = token
        elif token.string == ":" and not depth and (following is None or following.string != "="):
            return guard, token
    return guard, line[-1]


def without_matching(tree: ast.Module) -> ast.Module:
    """The same tree, changed."""
    return ast.fix_missing_locations(_Matching().visit(tree))


class _Matching(ast.NodeTransformer):
    count = 0

    def visit_With(self, node: ast.With) -> Any:
        self.generic_visit(node)
        call = node.items[0].context_expr
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == SUBJECT):
            return node
        self.count += 1
        name = "{}{}".format(SUBJECT, self.count)
        chain = []  # type: List[ast.stmt]
        for case in reversed(node.body):
            case.test, case.orelse = _asked(case.test.elts, ast.Name(id=name, ctx=ast.Load())), chain
            chain = [case]
        first = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=_one(call.args))
        return [ast.copy_location(first, node)] + chain


def _one(parts: Sequence[ast.expr]) -> ast.expr:
    return parts[0] if len(parts) == 1 and not isinstance(parts[0], ast.Starred) else ast.Tuple(elts=list(parts), ctx=ast.Load())


def _asked(case: Sequence[Any], subject: ast.expr) -> ast.expr:
    return _all([_fits(_one(case[0].args), subject)] + list(case[1:]))


def _fits(pattern: Any, x: ast.expr) -> ast.expr:
    if isinstance(pattern, ast.Name):
        return ast.NameConstant(value=True) if pattern.id == "_" else _bound(pattern.id, x)
    if isinstance(pattern, ast.NameConstant):
        return ast.Compare(left=x, ops=[ast.Is()], comparators=[pattern])
    if isinstance(pattern, ast.BinOp) and isinstance(pattern.op, ast.BitOr):
        return ast.BoolOp(op=ast.Or(), values=[_fits(pattern.left, x), _fits(pattern.right, x)])
    if isinstance(pattern, ast.Compare):
        return _all([_fits(pattern.left, x), _bound(pattern.comparators[0].id, x)])  # type: ignore
    if isinstance(pattern, (ast.Tuple, ast.List)):
        return _fits_sequence(pattern.elts, x)
    if isinstance(pattern, ast.Dict):
        return _fits_mapping(pattern, x)
    if isinstance(pattern, ast.Call):
        return _fits_class(pattern, x)
    return ast.Compare(left=x, ops=[ast.Eq()], comparators=[pattern])


def _fits_sequence(parts: Sequence[Any], x: ast.expr) -> ast.expr:
    star = next((number for number, part in enumerate(parts) if isinstance(part, ast.Starred)), None)
    length, least = _call("len", x), ast.Num(n=len(parts) - (star is not None))
    asked = [_is_a(x, _names("list", "tuple")),
             ast.Compare(left=length, ops=[ast.Eq() if star is None else ast.GtE()], comparators=[least])]
    for number, part in enumerate(parts):
        if number != star:
            asked.append(_fits(part, _item(x, number if star is None or number < star else number - len(parts))))
        elif part.value.id != "_":
            end = ast.Num(n=number + 1 - len(parts)) if number + 1 < len(parts) else None
            asked.append(_bound(part.value.id, _call("list", ast.Subscript(
                value=x, slice=ast.Slice(lower=ast.Num(n=number), upper=end, step=None), ctx=ast.Load()))))
    return _all(asked)


def _fits_mapping(pattern: ast.Dict, x: ast.expr) -> ast.expr:
    if None in pattern.keys:
        raise SyntaxError("`**` in a pattern of `match` is not known here")
    asked = [_is_a(x, _names("dict"))]
    for key, part in zip(pattern.keys, pattern.values):
        asked.append(ast.Compare(left=key, ops=[ast.In()], comparators=[x]))
        asked.append(_fits(part, ast.Subscript(value=x, slice=ast.Index(value=key), ctx=ast.Load())))
    return _all(asked)


def _fits_class(pattern: ast.Call, x: ast.expr) -> ast.expr:
    asked = [_is_a(x, pattern.func)]
    is_itself = isinstance(pattern.func, ast.Name) and pattern.func.id in _ITSELF
    for number, part in enumerate(pattern.args):
        names = ast.Attribute(value=pattern.func, attr="__match_args__", ctx=ast.Load())
        asked.append(_fits(part, x if is_itself else _call("getattr", x, _item(names, number))))
    for each in pattern.keywords:
        asked.append(_call("hasattr", x, ast.Str(s=each.arg)))
        asked.append(_fits(each.value, ast.Attribute(value=x, attr=each.arg, ctx=ast.Load())))
    return _all(asked)


def _bound(name: str, x: ast.expr) -> ast.expr:
    """True, whatever it is."""
    return ast.List(elts=[named(name, x)], ctx=ast.Load())


def _all(asked: List[ast.expr]) -> ast.expr:
    return asked[0] if len(asked) == 1 else ast.BoolOp(op=ast.And(), values=asked)


def _call(function: str, *given: ast.expr) -> ast.expr:
    return ast.Call(func=ast.Name(id=function, ctx=ast.Load()), args=list(given), keywords=[])


def _is_a(x: ast.expr, kinds: ast.expr) -> ast.expr:
    return _call("isinstance", x, kinds)


def _names(*names: str) -> ast.expr:
    return ast.Tuple(elts=[ast.Name(id=name, ctx=ast.Load()) for name in names], ctx=ast.Load())


def _item(x: ast.expr, number: int) -> ast.expr:
    return ast.Subscript(value=x, slice=ast.Index(value=ast.Num(n=number)), ctx=ast.Load())
