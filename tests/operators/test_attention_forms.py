"""Attention has no operator for moving what need not be moved."""
import pytest
import torch

from tests.operators.conversion import converted
from tests.operators.rows import attention


def operators(case, tmp_path):
    torch.manual_seed(0)
    return " ".join(converted(case.build(), case.shapes, tmp_path).operators)


FORMS = {
    "heads by rank 5, batch of one":
        "{layers} TRANSPOSE TRANSPOSE {product} SOFTMAX TRANSPOSE RESHAPE {product} TRANSPOSE {layer}",
    "heads by rank 5 and index": "{layers} TRANSPOSE TRANSPOSE RESHAPE RESHAPE {product} SOFTMAX TRANSPOSE RESHAPE RESHAPE "
                                 "{product} RESHAPE TRANSPOSE {layer}",
    "rows beside rows": "RESHAPE RESHAPE MUL SUM",
}


@pytest.mark.parametrize("name", FORMS)
def test_operators(name, tmp_path):
    (case,) = [each for each in attention.ROWS if each.id == name]
    wanted = FORMS[name].format(layer="FULLY_CONNECTED RESHAPE", layers=" ".join(["FULLY_CONNECTED RESHAPE"] * 3),
                                product="MUL SUM")
    assert operators(case, tmp_path) == wanted
