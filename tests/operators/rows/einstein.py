"""Einstein sums: attention, graphs, sums and products, with and without an ellipsis or an arrow."""
import torch

from tests.operators.case import Case, of

_SUMS = [
    ("bhid,bhjd->bhij", [(2, 3, 5, 4), (2, 3, 6, 4)]),
    ("bhij,bhjd->bhid", [(2, 3, 5, 6), (2, 3, 6, 4)]),
    ("nkctv,kvw->nctw", [(2, 3, 4, 5, 6), (3, 6, 7)]),
    ("bij,jk->bik", [(2, 5, 6), (6, 7)]),
    ("bchw,bc->bhw", [(2, 5, 6, 7), (2, 5)]),
    ("bchw,c->bchw", [(2, 5, 6, 7), (5,)]),
    ("i,j->ji", [(5,), (6,)]),
    ("bci,bcj,bck->bijk", [(2, 3, 4), (2, 3, 5), (2, 3, 6)]),
    ("bij->bj", [(2, 5, 6)]),
    ("bij->jbi", [(2, 5, 6)]),
    ("bij,bk->bik", [(2, 5, 6), (2, 7)]),
    ("...ij,...kj->...ki", [(2, 3, 5, 4), (2, 3, 6, 4)]),
    ("b...,b...->...b", [(2, 3, 5), (2, 3, 5)]),
    ("bj,ji", [(2, 5), (5, 6)]),
    (" b i d , b j d -> b i j ", [(2, 5, 4), (2, 6, 4)]),
]

ROWS = [
    Case(equation, of((lambda equation: lambda *operands: torch.einsum(equation, operands))(equation)), shapes)
    for equation, shapes in _SUMS
] + [
    Case("bii->bi", of(lambda x: torch.einsum("bii->bi", (x,))), [(2, 5, 5)], refused="aten::einsum"),
]
