"""Attention has no operator for moving what need not be moved."""
import numpy as np
import pytest
import torch

from job.tensorflow_model.matrix_products import MOST_PAIRS
from tests.operators.conversion import converted
from tests.operators.rows import attention


def operators(case, tmp_path):
    torch.manual_seed(0)
    return " ".join(converted(case.build(), case.shapes, tmp_path).operators)


def test_of_many_tokens(tmp_path):
    """Pairs of their numbers would take half a gigabyte, in the SavedModel and in the file."""
    tokens, width = 2100, 31
    assert tokens * tokens * width > MOST_PAIRS
    made = converted(Attention(), [(1, tokens, width)], tmp_path, probes=1)
    assert "MUL" not in made.operators and made.operators.count("FULLY_CONNECTED") == 2
    for stage in (made.keras, made.tflite):
        np.testing.assert_allclose(stage[0][0], made.pytorch[0][0], atol=1e-4)


class Attention(torch.nn.Module):
    def forward(self, x):
        return torch.softmax(x.matmul(x.transpose(1, 2)), dim=-1).matmul(x + 1)


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
