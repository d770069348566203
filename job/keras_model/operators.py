"""The operators that convert: every family is imported here, and registers itself."""
from job.keras_model import (  # noqa: F401
    comparison, convolution, elementwise, gathering, linear, pointwise, pooling, reduction, resizing, shaping,
    transposed_convolution,
)
from job.keras_model.registry import CONVERTERS, Converter

__all__ = ["CONVERTERS", "table"]


def table() -> str:
    """One line an operator: what it takes."""
    rows = [("operator", "ranks", "attributes", "constant inputs")]
    rows += [(op, *_described(CONVERTERS[op])) for op in sorted(CONVERTERS)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths + [0])).rstrip() for row in rows)


def _described(converter: Converter):
    ranks = ", ".join(map(str, converter.ranks)) or "any"
    attributes = [name if check is None else name + "*" for name, check in sorted(converter.attributes.items())]
    return ranks, ", ".join(attributes), ", ".join(map(str, converter.constants))
