"""torch.einsum as today's PyTorch reads its equation: 1.1 knows small letters alone, and keeps axes that `...` stands for
where the answer does not ask for them.
"""
import re
import string
from typing import Any, Callable, Sequence, Tuple

import torch

from job.user_code.meaning import replace
from job.user_code.not_here import NotHere

_REST = "..."


def provide() -> None:
    """In the place of PyTorch's own."""
    replace(torch, "einsum", _einsum)


def _einsum(of_1_1: Callable[..., Any], equation: Any, *operands: Any) -> torch.Tensor:
    if not isinstance(equation, str):
        raise TypeError("einsum by lists of numbers, which PyTorch 1.1 does not know: give an equation, such as 'ij,jk->ik'")
    given = tuple(operands[0]) if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands
    terms, answer = _parts(equation.replace(" ", ""))
    rest = max(_rest(term, each) for term, each in zip(terms, given))
    summed = rest and _REST not in answer
    written = _small(",".join(terms) + "->" + (_REST if summed else "") + answer)
    made = of_1_1(written, *given)
    return made.sum(list(range(rest))) if summed else made


def _parts(equation: str) -> Tuple[Sequence[str], str]:
    """What each operand is, and the answer, which without `->` are the letters that stand once, in their order."""
    left, arrow, answer = equation.partition("->")
    letters = left.replace(_REST, "").replace(",", "")
    once = sorted(letter for letter in letters if letters.count(letter) == 1)
    return left.split(","), answer if arrow else (_REST if _REST in left else "") + "".join(once)


def _rest(term: str, operand: torch.Tensor) -> int:
    """How many axes its `...` stands for."""
    return operand.dim() - len(term.replace(_REST, "")) if _REST in term else 0


def _small(equation: str) -> str:
    large = sorted(set(re.findall("[A-Z]", equation)))
    free = [letter for letter in string.ascii_lowercase if letter not in equation]
    if len(large) > len(free):
        raise NotHere("einsum of more than 26 letters, which PyTorch 1.1 cannot say")
    return equation.translate(str.maketrans(dict(zip(large, free))))
