"""ONNX's own backend tests: every case does what the table says, and the table says enough."""
import re
from collections import Counter

import pytest

from tests.onnx_backend.cases import cases
from tests.onnx_backend.judging import judged
from tests.onnx_backend.outcomes import one_line, recorded

CASES = cases()
SHARES = {"node": 0.6, "pytorch-converted": 0.9, "pytorch-operator": 0.9}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case, tmp_path):
    """`python -m tests.onnx_backend` writes the table again, where more converts than did."""
    verdict, expected = judged(case, tmp_path), recorded()[case.id]
    assert (verdict.outcome, one_line(verdict.words)) == expected


def test_every_case_is_in_the_table():
    assert list(recorded()) == [case.id for case in CASES]
    assert Counter(case.kind for case in CASES) == {
        "node": 421, "pytorch-converted": 80, "pytorch-operator": 35, "simple": 13}


@pytest.mark.parametrize("kind", sorted(SHARES))
def test_enough_converts(kind):
    verdicts = [verdict for name, verdict in recorded().items() if name.startswith(kind + "/")]
    assert sum(verdict.outcome == "converts" for verdict in verdicts) >= SHARES[kind] * len(verdicts)


def test_what_does_not_convert_is_refused_by_name():
    for name, verdict in recorded().items():
        assert verdict.outcome in ("converts", "refused"), name
        assert verdict.outcome == "converts" or re.search(r" at \w+|^(input|output) \w+", verdict.words), name
