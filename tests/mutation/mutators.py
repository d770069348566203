"""What may be switched off or changed at one node of a source file: one small function a kind.

Each gives the nodes that may take a node's place, one at a time; nothing where it has nothing to change.
"""
import ast
from typing import Callable, Dict, Iterator, List, Tuple

MUTATORS = {}  # type: Dict[str, Callable[[ast.AST, ast.AST], Iterator[ast.AST]]]

NEUTRAL = "__neutral__"  # a builtin of mutated modules: zeros of the same type

_NOT_BEHAVIOUR = ("name", "kernel_initializer", "depthwise_initializer", "initializer", "stage", "verbose")
_DROPPED_CALLS = ("as_map", "as_onnx", "in_order", "sorted", "reversed", "max", "min", "set")
_DROPPED_METHODS = ("transpose", "reshape", "transposed", "clamp", "copy", "astype", "float")
_BOUNDARIES = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
               ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
_OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
          ast.Pow: ast.Mult}


def mutator(changes: Callable[[ast.AST, ast.AST], Iterator[ast.AST]]):
    """Registers a function of a node and its parent under its own name."""
    MUTATORS[changes.__name__] = changes
    return changes


@mutator
def default(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """attributes.get("axis", 0) -> 0"""
    if _is_method(node, "get") and len(node.args) == 2:
        yield node.args[1]


@mutator
def attribute(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """operator.attributes["pads"] -> zeros"""
    read = (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Index)
            and isinstance(node.slice.value, ast.Str))
    if read or (_is_method(node, "get") and len(node.args) == 1 and isinstance(node.args[0], ast.Str)):
        yield ast.Call(ast.Name(NEUTRAL, ast.Load()), [node], [])


@mutator
def keyword(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """f(x, padding=padding) -> f(x)"""
    if isinstance(node, ast.Call):
        for each in node.keywords:
            if each.arg is not None and each.arg not in _NOT_BEHAVIOUR:
                yield ast.Call(node.func, node.args, [other for other in node.keywords if other is not each])


@mutator
def condition(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """if test -> if True, if False; a and b -> a, b; not a -> a. What only asks whether there is anything stays."""
    tested = (isinstance(parent, (ast.If, ast.IfExp)) and parent.test is node and not _is_guard(parent)) or (
        isinstance(parent, ast.comprehension) and node in parent.ifs)
    if isinstance(node, ast.BoolOp):
        for each in node.values:
            kept = [other for other in node.values if other is not each]
            if not _asks_for_none(each):
                yield ast.BoolOp(node.op, kept) if len(kept) > 1 else kept[0]
        if tested:  # without a part it holds more often, or less often: here is the other way
            yield ast.NameConstant(isinstance(node.op, ast.Or))
    elif tested:
        yield ast.NameConstant(True)
        yield ast.NameConstant(False)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and not isinstance(parent, ast.BoolOp):
        yield node.operand


@mutator
def comparison(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """a < b -> a <= b; a == b -> a != b. In a test only the boundaries: the rest is `condition`."""
    if isinstance(node, ast.Compare):
        tested = isinstance(parent, (ast.If, ast.IfExp, ast.comprehension, ast.BoolOp, ast.UnaryOp))
        for place, op in enumerate(node.ops):
            if not tested or isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
                ops = node.ops[:place] + [_BOUNDARIES[type(op)]()] + node.ops[place + 1:]
                yield ast.Compare(node.left, ops, node.comparators)


@mutator
def arithmetic(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """a + b -> a - b; a % b -> a; -a -> a"""
    if isinstance(node, ast.BinOp) and not _joins_sequences(node):
        if isinstance(node.op, ast.Mod):
            yield node.left
        elif type(node.op) in _OTHER:
            yield ast.BinOp(node.left, _OTHER[type(node.op)](), node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


@mutator
def number(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """2 -> 3; 0.5 -> 0.75; True -> False; no index: which input or axis of a pair is no attribute"""
    if isinstance(node, ast.Num) and not isinstance(parent, ast.Index):
        yield ast.Num(node.n + 1 if isinstance(node.n, int) or node.n == 0 else node.n * 1.5)
    elif isinstance(node, ast.NameConstant) and node.value is not None:
        yield ast.NameConstant(not node.value)


@mutator
def call(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """as_map(x) -> x; max(a, 0) -> a, 0; weight.T, weight.transpose(order) -> weight"""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id in _DROPPED_CALLS:
        yield from node.args if node.func.id in ("max", "min") else node.args[:1]
    elif isinstance(node.func, ast.Attribute) and node.func.attr in _DROPPED_METHODS and isinstance(
            node.func.value, (ast.Name, ast.Call, ast.Attribute)) and getattr(node.func.value, "id", "") not in (
                "tf", "np", "view"):
        yield node.func.value


@mutator
def statement(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """nodes.append(x), total += x, x[i] = y and x = changed(x) are left out"""
    if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, (ast.Subscript, ast.Attribute)) or (
                isinstance(target, ast.Name) and target.id in _names(node.value)):
            yield ast.Pass()


@mutator
def element(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """one less of several words, of the rows of a table, or of the entries of a dictionary"""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)) and len(node.elts) > 1 and not _is_target(node) and (
            _all_words(node.elts) or isinstance(parent, (ast.Assign, ast.For)) and _is_table(node.elts)):
        for each in node.elts:
            yield type(node)([other for other in node.elts if other is not each], *([ast.Load()] * hasattr(node, "ctx")))
    if isinstance(node, ast.Dict) and all(isinstance(key, (ast.Str, ast.Num)) for key in node.keys):
        for place in range(len(node.keys)):
            yield ast.Dict(_without(node.keys, place), _without(node.values, place))
    if isinstance(node, ast.Call) and sum(isinstance(each, ast.Str) for each in node.args) > 1:
        for place, each in enumerate(node.args):
            if isinstance(each, ast.Str):
                yield ast.Call(node.func, _without(node.args, place), node.keywords)


@mutator
def check(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """{"auto_pad": only("NOTSET")} -> {"auto_pad": None}: any value is taken; a refusal's words -> None"""
    if isinstance(node, ast.Dict):
        for place, value in enumerate(node.values):
            if isinstance(value, ast.Lambda) or (isinstance(value, ast.Call) and getattr(value.func, "id", "") == "only"):
                yield ast.Dict(node.keys, node.values[:place] + [ast.NameConstant(None)] + node.values[place + 1:])
    if isinstance(node, ast.Return) and _is_method(node.value, "format"):
        yield ast.Return(ast.NameConstant(None))


def _asks_for_none(node: ast.AST) -> bool:
    return (isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Is, ast.IsNot))
            and isinstance(node.comparators[0], ast.NameConstant))


def _is_guard(node: ast.AST) -> bool:
    """if x is None: return None"""
    return (isinstance(node, ast.If) and _asks_for_none(node.test) and isinstance(node.body[0], ast.Return)
            and isinstance(node.body[0].value, ast.NameConstant))


def _is_method(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def _joins_sequences(node: ast.BinOp) -> bool:
    """Names and tuples put together: not arithmetic."""
    return any(isinstance(side, (ast.Str, ast.Tuple, ast.List, ast.ListComp)) or
               (isinstance(side, ast.Subscript) and isinstance(side.slice, ast.Slice)) or
               (isinstance(side, ast.BinOp) and _joins_sequences(side)) for side in (node.left, node.right))


def _is_target(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)


def _all_words(elements: List[ast.AST]) -> bool:
    return all(isinstance(each, ast.Str) for each in elements)


def _is_table(elements: List[ast.AST]) -> bool:
    """Of rows, or of functions: not the several targets or values of one assignment."""
    return len(elements) > 1 and (all(isinstance(each, ast.Tuple) for each in elements) or
                                  (len(elements) > 3 and all(isinstance(each, ast.Name) for each in elements)))


def _names(node: ast.AST) -> Tuple[str, ...]:
    return tuple(each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _without(items: List[ast.AST], place: int) -> List[ast.AST]:
    return items[:place] + items[place + 1:]
