"""Complex numbers of today's PyTorch: kept, turned and refused. What they answer is judged in newer/."""
import pytest
import torch

from job.user_code.complex_numbers import Complex
from tests.model_code.by_command import convert, write_code

ROTARY = """
import torch
from torch import nn

def rotations(dim, length, theta=10000.0):
    freqs = 1.0 / (theta ** (torch.arange(0, dim, 2)[: (dim // 2)].float() / dim))
    freqs = torch.outer(torch.arange(length, dtype=torch.float32), freqs)
    return torch.polar(torch.ones_like(freqs), freqs)

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.register_buffer("turns", rotations(8, 5), persistent={persistent})

    def forward(self, x):
        y = torch.view_as_complex(self.fc(x).float().reshape(*x.shape[:-1], -1, 2))
        y = y * self.turns[: x.shape[1]].unsqueeze(0)
        return {answer}
"""
ANSWER = "torch.view_as_real(y).flatten(2).type_as(x)"


def converted(tmp_path, persistent=False, answer=ANSWER):
    write_code(tmp_path, {"net.py": ROTARY.format(persistent=persistent, answer=answer)})
    return convert(tmp_path, "net.py:make", "1,4,8", state={"fc.weight": torch.randn(8, 8), "fc.bias": torch.randn(8)})


def test_a_rotary_embedding_converts(tmp_path):
    done = converted(tmp_path)
    assert done.code == 0, done.said


@pytest.mark.parametrize("given, words", [({"persistent": True}, "say persistent=False"), ({"answer": "y"}, "Complex")])
def test_where_they_cannot_be_it_is_told(tmp_path, given, words):
    done = converted(tmp_path, **given)
    assert done.code in (3, 4) and words in done.said, done.said


def test_no_part_is_lost():
    number = Complex(torch.ones(2), torch.ones(2))
    for ask in (lambda: number.to(torch.float32), lambda: torch.sin(number), lambda: number ** 3):
        with pytest.raises((RuntimeError, TypeError)):
            ask()
