"""What Python can say since 3.6, said in what 3.6 can, in the same lines."""
import ast
import io
import re
import tokenize
from typing import Any, List, Sequence, Set, Tuple

from job.user_code.late_annotations import with_late_annotations
from job.user_code.matching import marks_of, without_matching
from job.user_code.named_expressions import MARK, without_named_expressions

_GENERIC = {"dict", "frozenset", "list", "set", "tuple", "type"}  # Python 3.6 subscribes none of these
_SHOWN = re.compile(r"(?<!\{)\{([^{}=!<>:'\"]+)=(\s*)(![rsa])?(:[^{}]*)?\}")  # f"{x=}", of Python 3.8
_MAY_HAVE_MARKS = re.compile(br",\s*/|=\s*[}!:]|:=|^\s*match\b", re.MULTILINE)
_BESIDE_MARKS = (tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)

_Edit = Tuple[Tuple[int, int], Tuple[int, int], str]  # from where to where, what is there then


def as_python_3_6(source: bytes, path: str) -> ast.Module:
    """Raises SyntaxError as compiling does."""
    tree = compile(_with_older_marks(source), path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    tree = with_late_annotations(without_named_expressions(without_matching(tree)))
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return ast.fix_missing_locations(_OlderTypes(_GENERIC - bound).visit(tree))


class _OlderTypes(ast.NodeTransformer):
    """`list[int]` is `list`, whatever it is asked for; `X | None` is any object; `isinstance(x, A | B)` asks for (A, B)."""

    def __init__(self, generic: Set[str]) -> None:
        self.generic = generic

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        is_type = isinstance(node.value, ast.Name) and node.value.id in self.generic and isinstance(node.ctx, ast.Load)
        return node.value if is_type else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.BitOr) and any(_is_none(side) for side in (node.left, node.right)):
            return ast.copy_location(ast.Name(id="object", ctx=ast.Load()), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass") and len(node.args) == 2:
            node.args[1] = _as_tuple(node.args[1])
        return self.generic_visit(node)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.NameConstant) and node.value is None


def _as_tuple(kinds: ast.expr) -> ast.expr:
    parts = _parts(kinds)
    return kinds if len(parts) == 1 else ast.copy_location(ast.Tuple(elts=parts, ctx=ast.Load()), kinds)


def _parts(kinds: ast.expr) -> List[ast.expr]:
    if isinstance(kinds, ast.BinOp) and isinstance(kinds.op, ast.BitOr):
        return _parts(kinds.left) + _parts(kinds.right)
    if _is_none(kinds):
        return [ast.copy_location(ast.Call(func=ast.Name(id="type", ctx=ast.Load()), args=[kinds], keywords=[]), kinds)]
    return [kinds]


def _with_older_marks(source: bytes) -> bytes:
    """Without `/` among parameters, with f"{x=}" as f"x={x!r}", and `:=` and `match` as what their modules read."""
    if not _MAY_HAVE_MARKS.search(source):
        return source
    try:
        given = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return source  # which compiling will tell
    tokens = [each for each in given if each.type not in _BESIDE_MARKS]
    edits = [(token.start, token.end, instead) for token, instead in marks_of(_logical_lines(given))]  # type: List[_Edit]
    for before, mark, after in zip(tokens, tokens[1:], tokens[2:]):
        if (before.string, mark.string) == (",", "/") and after.string in (",", ")", ":"):
            edits.append((mark.start, mark.end, " "))
            edits += [(after.start, after.end, " ")] if after.string == "," else []
        elif (mark.string, after.string) == (":", "=") and mark.end == after.start:
            edits.append((before.start, after.end, "lambda {}{}:".format(MARK, before.string)))
        elif mark.type == tokenize.STRING and "f" in mark.string[:2].lower() and _SHOWN.search(mark.string):
            edits.append((mark.start, mark.end, _SHOWN.sub(_shown, mark.string)))
    return _edited(source, tokens[0].string, sorted(edits)) if edits else source


def _logical_lines(tokens: Sequence[Any]) -> List[List[Any]]:
    lines, line = [], []  # type: List[List[Any]], List[Any]
    for token in tokens[1:]:
        if token.type == tokenize.NEWLINE:
            lines += [line] if line else []
            line = []
        elif token.type not in _BESIDE_MARKS:
            line.append(token)
    return lines


def _shown(found: Any) -> str:
    value, space, turned, form = found.groups()
    return "{}={}{{{}{}{}}}".format(value, space, value.strip(), turned or ("" if form else "!r"), form or "")


def _edited(source: bytes, encoding: str, edits: List[_Edit]) -> bytes:
    lines = io.TextIOWrapper(io.BytesIO(source), encoding, newline=None).read().splitlines(True)
    for (row, start), (last, end), instead in reversed(edits):
        if row == last:
            lines[row - 1] = lines[row - 1][:start] + instead + lines[row - 1][end:]
    return "".join(lines).encode(encoding)
