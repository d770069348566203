"""Rows of the operator table for what image models use, one module a family."""
from tests.operators.rows import (
    activation, arithmetic, attention, convolution, einstein, index, movement, normalisation, pooling,
    recurrent, reduction, resize, sampling, transform,
)

FAMILIES = {
    module.__name__.split(".")[-1]: module.ROWS
    for module in (activation, pooling, reduction, resize, attention, normalisation, index, arithmetic, convolution,
                   movement, recurrent, einstein, sampling, transform)
}
CASES = [case._replace(id="{}: {}".format(family, case.id)) for family, rows in FAMILIES.items() for case in rows]
