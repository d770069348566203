"""Einsum nodes: the equation and the operands' shapes, the first of which is the network's input and the others constants."""
import numpy as np

from tests.onnx_backend.newer_forms import Row


def _row(equation: str, *shapes) -> Row:
    x, *others = [np.array(np.random.RandomState(place).randn(*shape), np.float32) for place, shape in enumerate(shapes)]
    return Row("Einsum", 12, {"w{}".format(place): value for place, value in enumerate(others)}, {"equation": equation}, x)


SUMS = [
    _row("blxd,blyd->blxy", (2, 3, 5, 4), (2, 3, 6, 4)),
    _row("bhxy,bhyd->bhxd", (2, 3, 5, 6), (2, 3, 6, 4)),
    _row("bxhd,byhd->bhxy", (2, 5, 3, 4), (2, 6, 3, 4)),
    _row("bchw,hwk->kbc", (2, 3, 5, 4), (5, 4, 6)),
    _row("bchw,bcij,bc->bhji", (2, 3, 5, 4), (2, 3, 6, 7), (2, 3)),
    _row("bchw->bhw", (2, 3, 5, 4)),
    _row("bchw->wbhc", (2, 3, 5, 4)),
    _row("bchw->", (2, 3, 5, 4)),
    _row("bchw->bchw", (2, 3, 5, 4)),
    _row("bchw,bchw->", (2, 3, 5, 4), (2, 3, 5, 4)),
    _row("bchw,c->bchw", (2, 3, 5, 4), (3,)),
    _row("bc,,c->b", (2, 3), (), (3,)),
    _row("i,j->ji", (5,), (6,)),
    _row("i,i->", (5,), (5,)),
    _row(" i j , j k ", (5, 3), (3, 6)),
    _row("ba", (5, 3)),
    _row("ij,ij", (5, 3), (5, 3)),
    _row("...ij,...kj->...ki", (2, 3, 5, 4), (2, 1, 6, 4)),
    _row("...ij,jk", (2, 3, 5, 4), (4, 6)),
    _row("b...,b...->...b", (2, 3, 5), (2, 3, 5)),
    _row("bcij,bcjk->bcik", (2, 3, 5, 4), (2, 1, 4, 6)),  # as one for all channels
    _row("bcij,bcij->bj", (2, 3, 5, 4), (2, 3, 1, 4)),
    _row("bcij,bcjk->bik", (2, 1, 5, 4), (2, 3, 1, 6)),
]

SHORTER_ELLIPSIS = _row("...ij,...kj->...ki", (2, 3, 5, 4), (3, 6, 4))  # which ONNX Runtime 1.10 refuses

DIAGONALS = [_row("bii->bi", (2, 5, 5)), _row("ij,jj->i", (2, 5), (5, 5))]

WRONG = [
    (_row("ij->i", (2, 3), (3,)), "is of 1 operands, and there are 2"),
    (_row("ij->i", (2, 3, 4)), "'ij' labels no tensor of rank 3"),
    (_row("ijk->i", (2, 3)), "'ijk' labels no tensor of rank 2"),
    (_row("i1->i", (2, 3)), "'i1' labels no tensor of rank 2"),
    (_row("ij->k", (2, 3)), "asks for labels that no operand has"),
    (_row("ij,jk->ik", (2, 3), (4, 5)), "the label j has two sizes"),
]
