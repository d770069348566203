"""Einstein sums as products of matrices, or of elements where nothing is summed over."""
import re
from collections import Counter
from typing import Any, Callable, List, NamedTuple, Sequence, Tuple

import numpy as np
from torch.onnx.symbolic import _unpack_list

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import reshaped, sizes

_Labels = Tuple[str, ...]  # one an axis: a letter, or the place of an axis of the ellipsis, counted from its end


class _Term(NamedTuple):
    value: Any
    axes: List[Tuple[str, int]]  # label and size

    @property
    def labels(self) -> _Labels:
        return tuple(label for label, _ in self.axes)

    def only(self, keep: Callable[[str], bool]) -> List[Tuple[str, int]]:
        return [axis for axis in self.axes if keep(axis[0])]


@exports("einsum")
def einsum(g: Any, equation: Any, operands: Any) -> Any:
    """From the left, two at a time; an operand that has a label twice is refused."""
    values = _unpack_list(operands)
    labels, result = _parsed(equation.node().s("value"), [len(sizes(value)) for value in values])
    if any(len(set(one)) < len(one) for one in labels + [result]):
        return None
    terms = [_Term(value, list(zip(one, sizes(value)))) for value, one in zip(values, labels)]
    term = terms.pop(0)
    while terms:
        right = terms.pop(0)
        needed = set(result).union(*(each.labels for each in terms))
        term = _product(g, _summed(g, term, needed | set(right.labels)), _summed(g, right, needed | set(term.labels)), needed)
    term = _summed(g, term, set(result))
    return _arranged(g, term, [axis for label in result for axis in term.axes if axis[0] == label])


def _parsed(equation: str, ranks: Sequence[int]) -> Tuple[List[_Labels], _Labels]:
    """Without an arrow the result has what appears once, in alphabetical order, behind the ellipsis."""
    given, arrow, result = equation.replace(" ", "").partition("->")
    labels = [_labels(text, rank) for text, rank in zip(given.split(","), ranks)]
    counts = Counter(label for one in labels for label in one)
    dots = sorted((label for label in counts if label.isdigit()), key=int, reverse=True)
    if arrow:
        return labels, tuple(label for part in re.findall(r"\.\.\.|\w", result) for label in (dots if part == "..." else [part]))
    return labels, tuple(dots + sorted(label for label, count in counts.items() if count == 1 and not label.isdigit()))


def _labels(text: str, rank: int) -> _Labels:
    before, dots, after = text.partition("...")
    return tuple(before) + tuple(map(str, reversed(range(rank - len(before + after) if dots else 0)))) + tuple(after)


def _summed(g: Any, term: _Term, keep: Any) -> _Term:
    gone = [place for place, label in enumerate(term.labels) if label not in keep]
    if not gone:
        return term
    return _Term(g.op("ReduceSum", term.value, axes_i=gone, keepdims_i=0), term.only(lambda label: label in keep))


def _product(g: Any, left: _Term, right: _Term, needed: Any) -> _Term:
    """Labels of both are one axis of a stack where they are needed, else summed over."""
    both = set(left.labels) & set(right.labels)
    stack = left.only(lambda label: label in both and label in needed)
    summed = left.only(lambda label: label in both and label not in needed)
    rows, columns = (term.only(lambda label: label not in both) for term in (left, right))
    if not summed:
        one, other = _arranged(g, left, stack + rows), _arranged(g, right, stack + columns)
        one = g.op("Unsqueeze", one, axes_i=list(range(len(stack + rows), len(stack + rows + columns)))) if columns else one
        other = g.op("Unsqueeze", other, axes_i=list(range(len(stack), len(stack + rows)))) if rows else other
        return _Term(g.op("Mul", one, other), stack + rows + columns)
    one = _merged(g, _arranged(g, left, stack + rows + summed), stack, rows, summed)
    other = _merged(g, _arranged(g, right, stack + summed + columns), stack, summed, columns)
    made = g.op("MatMul", one, other)
    axes = stack + rows + columns
    return _Term(made if len(rows) == len(columns) == 1 else reshaped(g, made, [size for _, size in axes]), axes)


def _merged(g: Any, value: Any, stack: Sequence[Any], first: Sequence[Any], second: Sequence[Any]) -> Any:
    """A stack of matrices."""
    if len(first) == len(second) == 1:
        return value
    return reshaped(g, value, [size for _, size in stack] + [_count(first), _count(second)])


def _count(axes: Sequence[Tuple[str, int]]) -> int:
    return int(np.prod([size for _, size in axes], dtype=np.int64))


def _arranged(g: Any, term: _Term, axes: Sequence[Tuple[str, int]]) -> Any:
    order = [term.axes.index(axis) for axis in axes]
    return term.value if order == list(range(len(order))) else g.op("Transpose", term.value, perm_i=order)
