"""What a .tflite is rid of: answers stay, twice is once, and a file that has nothing of the kind stays what it is."""
import numpy as np
import pytest
from plumbing_files import Making, names, simplified

from job.tensorflow_model.plumbing.without_plumbing import without_plumbing


def test_a_pad_of_nothing_goes():
    make = Making((1, 4, 6))
    padded = make.pad(make.reshape(0, 4, 6), (0, 0), (0, 0))
    assert names(simplified(make.file(make.transpose(padded, 1, 0)))) == ["RESHAPE", "TRANSPOSE"]


def test_several_pads_of_nothing_go():
    make = Making((4, 6))
    padded = make.pad(make.pad(0, (0, 0), (0, 0)), (0, 0), (0, 0))
    assert names(simplified(make.file(make.add("EXP", (4, 6), padded), make.add("TANH", (4, 6), padded)))) == ["EXP", "TANH"]


def test_a_pad_that_is_an_output_stays():
    make = Making((4, 6))
    doubled = make.add("ADD", (4, 6), 0, 0)
    before = make.file(make.pad(doubled, (0, 0), (0, 0)), make.add("EXP", (4, 6), doubled))
    assert without_plumbing(before) is before


def test_reshapes_in_a_row_are_one():
    make = Making((4, 6))
    last = make.reshape(make.reshape(make.reshape(0, 24), 2, 12), 3, 8)
    assert names(simplified(make.file(make.add("EXP", (3, 8), last)))) == ["RESHAPE", "EXP"]


def test_a_reshape_that_others_read_stays_for_them():
    make = Making((4, 6))
    row = make.reshape(0, 24)
    before = make.file(make.add("EXP", (24,), row), make.add("TANH", (3, 8), make.reshape(row, 3, 8)))
    after = simplified(before)
    assert names(after) == ["RESHAPE", "EXP", "RESHAPE", "TANH"]
    assert after.operators[2].inputs[0] == after.inputs[0]


def test_a_reshape_there_and_back_goes():
    make = Making((4, 6))
    assert names(simplified(make.file(make.add("EXP", (4, 6), make.reshape(make.reshape(0, 24), 4, 6))))) == ["EXP"]


def test_a_layer_reads_past_a_reshape():
    make = Making((2, 3, 4))
    weights = make.constant(np.arange(20).reshape(5, 4) - 7), make.constant(np.arange(5))
    layer = make.add("FULLY_CONNECTED", (6, 5), make.reshape(0, 6, 4), *weights)
    assert names(simplified(make.file(layer))) == ["FULLY_CONNECTED"]


def test_a_reshape_of_a_constant_is_a_constant():
    make = Making((3, 4))
    row = make.constant(np.arange(12))
    padded = make.pad(row, (0, 0))
    assert names(simplified(make.file(make.add("ADD", (3, 4), 0, make.reshape(padded, 3, 4))))) == ["ADD"]


def test_equal_operators_are_one():
    make = Making((4, 6))
    parts = [make.add("EXP", (6, 4), make.transpose(0, 1, 0)) for _ in range(2)]
    assert names(simplified(make.file(make.add("MUL", (6, 4), *parts)))) == ["TRANSPOSE", "EXP", "MUL"]


def test_equal_outputs_are_made_each():
    make = Making((4, 6))
    assert names(simplified(make.file(make.transpose(0, 1, 0), make.transpose(0, 1, 0)))) == ["TRANSPOSE", "TRANSPOSE"]


@pytest.mark.parametrize("other", [
    lambda make: (make.transpose(0, 1, 0, 2), make.transpose(0, 1, 2, 0)),
    lambda make: (make.reshape(0, 4, 16), make.reshape(0, 16, 4)),
    lambda make: (make.add("EXP", (4, 4, 4), 0), make.add("TANH", (4, 4, 4), 0)),
    lambda make: (make.pad(0, (0, 0), (0, 0), (0, 1)), make.pad(0, (0, 0), (0, 1), (0, 0))),
    lambda make: (make.add("MUL", (4, 4, 4), 0, make.constant(2.0)), make.add("MUL", (4, 4, 4), 0, make.constant(3.0))),
    lambda make: (make.add("MUL", (4, 4, 4, 4), 0, make.reshape(0, 4, 4, 4, 1)),
                  make.add("MUL", (4, 4, 4, 4), 0, make.reshape(0, 4, 4, 4, 1))),
], ids=["another permutation", "another shape", "another operator", "other pads", "other constants", "larger than what it is of"])
def test_others_stay(other):
    make = Making((4, 4, 4))
    first, second = other(make)
    exps = [make.add("EXP", make.file().tensors[each].shape, each) for each in (first, second)]
    before = make.file(*exps)
    after = without_plumbing(before)
    kept = [name for name in names(before) if name != "RESHAPE"]
    assert [name for name in names(after) if name != "RESHAPE"] == kept
