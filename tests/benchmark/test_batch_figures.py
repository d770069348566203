"""What each further checkpoint of a batch costs, of given figures."""
import pytest
from benchmarks.batch import HEADER, Figures, row
from benchmarks.measuring import Cost

FIGURES = Figures(Cost(2.0, 3.0, None), Cost(3.2, 3.1, None), Cost(7.0, 11.0, None), 6)


def test_what_each_after_the_first_adds():
    assert FIGURES.further[:2] == (1.0, pytest.approx(1.6))


def test_a_cell_for_each_column():
    line = row("digits", FIGURES)
    assert line == "| digits | 2.00 | 3.00 | 1.50 | 3.20 | 7.00 | 11.00 | 1.00 | 50% | 1.60 | 53% |"
    assert line.count("|") == len(HEADER) + 1
