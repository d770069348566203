"""Einstein sums as products of matrices, or of elements where nothing is summed over."""
import re
from collections import Counter
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Set, Tuple

import numpy as np

from job.onnx_model.graph import Op
from job.values import Shape

_Axis = Tuple[str, int]  # label and size
_Labels = Tuple[str, ...]  # one an axis: a letter, or the place of an axis of the ellipsis, counted from its end


class _Term(NamedTuple):
    value: Any
    axes: List[_Axis]

    @property
    def labels(self) -> _Labels:
        return tuple(label for label, _ in self.axes)

    def only(self, keep: Callable[[str], bool]) -> List[_Axis]:
        return [axis for axis in self.axes if keep(axis[0])]


def einstein_sum(op: Op, equation: str, operands: Sequence[Any], shapes: Sequence[Shape]) -> Optional[Any]:
    """From the left, two at a time, in operators that the canonical opset has; None where one operand has a label twice.

    Raises ValueError where the equation is none of operands of these shapes.
    """
    labels, result = _parsed(equation, [len(shape) for shape in shapes])
    if any(len(set(one)) < len(one) for one in labels + [result]):
        return None
    terms = [_Term(value, list(zip(one, shape))) for value, one, shape in zip(operands, labels, shapes)]
    _check_sizes(terms)
    term = terms.pop(0)
    while terms:
        term = _product(op, term, terms.pop(0), set(result).union(*(each.labels for each in terms)))
    term = _summed(op, term, set(result))
    return _arranged(op, term, [axis for label in result for axis in term.axes if axis[0] == label])


def _parsed(equation: str, ranks: Sequence[int]) -> Tuple[List[_Labels], _Labels]:
    """Without an arrow the result has what appears once, in alphabetical order, behind the ellipsis."""
    given, arrow, result = equation.replace(" ", "").partition("->")
    texts = given.split(",")
    if len(texts) != len(ranks):
        raise ValueError("{} is of {} operands, and there are {}".format(equation, len(texts), len(ranks)))
    labels = [_labels(text, rank) for text, rank in zip(texts, ranks)]
    counts = Counter(label for one in labels for label in one)
    dots = sorted((label for label in counts if label.isdigit()), key=int, reverse=True)
    if not arrow:
        return labels, tuple(dots + sorted(label for label, count in counts.items() if count == 1 and label.isalpha()))
    asked = _labels(result, len(result.replace("...", "")) + len(dots))
    if not counts.keys() >= set(asked):
        raise ValueError("{} asks for labels that no operand has".format(equation))
    return labels, asked


def _labels(text: str, rank: int) -> _Labels:
    """Of one operand of that rank, or of the result."""
    before, dots, after = text.partition("...")
    hidden = rank - len(before + after)
    if not re.fullmatch("[A-Za-z]*", before + after) or hidden < 0 or hidden and not dots:
        raise ValueError("{!r} labels no tensor of rank {}".format(text, rank))
    return tuple(before) + tuple(map(str, reversed(range(hidden)))) + tuple(after)


def _check_sizes(terms: Sequence[_Term]) -> None:
    """A label has one size; where it is 1, the tensor is the same all along the label."""
    sizes = {axis for term in terms for axis in term.axes if axis[1] != 1}
    twice = [label for label, count in Counter(label for label, _ in sizes).items() if count > 1]
    if twice:
        raise ValueError("the label {} has two sizes".format(min(twice)))


def _summed(op: Op, term: _Term, keep: Set[str]) -> _Term:
    return _without(op, "ReduceSum", term, set(term.labels) - keep, keepdims=0)


def _without(op: Op, how: str, term: _Term, labels: Set[str], **attributes: Any) -> _Term:
    gone = tuple(place for place, label in enumerate(term.labels) if label in labels)
    if not gone:
        return term
    return _Term(op(how, term.value, axes=gone, **attributes), term.only(lambda label: label not in labels))


def _broadcast(op: Op, term: _Term, other: _Term) -> _Term:
    """Without axes of one that are longer in the other: a product repeats what lacks them."""
    sizes = dict(other.axes)
    return _without(op, "Squeeze", term, {label for label, size in term.axes if size == 1 != sizes.get(label, 1)})


def _product(op: Op, left: _Term, right: _Term, needed: Set[str]) -> _Term:
    """Labels of both are one axis of a stack where they are needed, else summed over."""
    left, right = _broadcast(op, left, right), _broadcast(op, right, left)
    left, right = _summed(op, left, needed | set(right.labels)), _summed(op, right, needed | set(left.labels))
    both = set(left.labels) & set(right.labels)
    stack = left.only(lambda label: label in both and label in needed)
    summed = left.only(lambda label: label in both and label not in needed)
    rows, columns = (term.only(lambda label: label not in both) for term in (left, right))
    if not summed:
        one, other = _arranged(op, left, stack + rows), _arranged(op, right, stack + columns)
        one = op("Unsqueeze", one, axes=tuple(range(len(stack + rows), len(stack + rows + columns)))) if columns else one
        other = op("Unsqueeze", other, axes=tuple(range(len(stack), len(stack + rows)))) if rows else other
        return _Term(op("Mul", one, other), stack + rows + columns)
    one = _merged(op, _arranged(op, left, stack + rows + summed), stack, rows, summed)
    other = _merged(op, _arranged(op, right, stack + summed + columns), stack, summed, columns)
    made = op("MatMul", one, other)
    axes = stack + rows + columns
    return _Term(made if len(rows) == len(columns) == 1 else _reshaped(op, made, [size for _, size in axes]), axes)


def _merged(op: Op, value: Any, stack: Sequence[_Axis], first: Sequence[_Axis], second: Sequence[_Axis]) -> Any:
    """A stack of matrices."""
    if len(first) == len(second) == 1:
        return value
    return _reshaped(op, value, [size for _, size in stack] + [_count(first), _count(second)])


def _reshaped(op: Op, value: Any, shape: Sequence[int]) -> Any:
    return op("Reshape", value, np.array(shape, np.int64))


def _count(axes: Sequence[_Axis]) -> int:
    return int(np.prod([size for _, size in axes], dtype=np.int64))


def _arranged(op: Op, term: _Term, axes: Sequence[_Axis]) -> Any:
    order = tuple(term.axes.index(axis) for axis in axes)
    return term.value if order == tuple(range(len(order))) else op("Transpose", term.value, perm=order)
