"""The operators that convert: every family is imported here, and registers itself."""
from typing import List, NamedTuple, Tuple

from job.keras_model import (  # noqa: F401
    comparison, convolution, elementwise, gathering, linear, pointwise, pooling, products, recurrent, reduction, resizing,
    response_norm, shaping, transposed_convolution,
)
from job.keras_model.refused import REFUSED
from job.keras_model.registry import CONVERTERS, Converter
from job.onnx_model.passes import REPLACED, WIDENED, Wider

__all__ = ["CONVERTERS", "Row", "rows", "table"]


class Row(NamedTuple):
    """One operator of ONNX, in words."""

    operator: str
    takes: str    # the attributes that are read, each with the values it may have
    refused: str  # when


def rows() -> Tuple[Row, ...]:
    """What converts, what becomes others before, and what does not convert, by name."""
    described = [_described(op, converter) for op, converter in CONVERTERS.items()]
    described += [Row(op, "becomes " + others, "") for op, others in REPLACED.items() if op not in CONVERTERS]
    described += [Row(op, "", "always: " + reason) for op, reason in REFUSED.items()]
    return tuple(sorted(described))


def table() -> str:
    """One line an operator."""
    width = max(len(row.operator) for row in rows())
    return "\n".join("{:<{}}  {}".format(row.operator, width, _line(row)).rstrip() for row in rows())


def _line(row: Row) -> str:
    return "; ".join(filter(None, (row.takes, row.refused and "refused " + row.refused)))


def _described(op: str, converter: Converter) -> Row:
    wider = WIDENED.get(op, Wider())
    limits = dict(converter.attributes, **{name: None for name in wider.attributes})
    attributes = ["{}={}".format(name, check) if check is not None else name for name, check in sorted(limits.items())]
    return Row(op, ", ".join(attributes), "; ".join(_refused(converter, wider)))


def _refused(converter: Converter, wider: Wider) -> List[str]:
    reasons = []
    if converter.ranks:
        ranks = sorted(converter.ranks + wider.ranks)
        reasons.append("with a rank other than " + " or ".join(map(str, ranks)))
    constants = [position for position in converter.constants if position not in wider.computed]
    if constants:
        reasons.append("with a computed input " + " or ".join(map(str, constants)))
    if converter.refuse is not None and not wider.any_shape:
        reasons.append("with " + converter.refuse.__doc__)
    return reasons + (["with " + wider.except_] if wider.except_ else [])
