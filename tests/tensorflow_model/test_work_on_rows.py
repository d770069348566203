"""Work on rows on two axes: answers stay to the last bit, and it is done only where it leaves out more than it takes."""
import numpy as np
import pytest
from plumbing_files import Making, names, simplified

from job.tensorflow_model.plumbing.without_plumbing import without_plumbing

TOKENS, FEATURES = 5, 4
MAP = (2, TOKENS, FEATURES)


def layer(make, x, count=FEATURES):
    """A linear layer over the last axis, as toco writes it."""
    weights = np.arange(count * FEATURES).reshape(count, FEATURES) % 7 - 2.5
    rows = make.add("FULLY_CONNECTED", (2 * TOKENS, count), x, make.constant(weights), make.constant(np.arange(count)))
    return make.reshape(rows, 2, TOKENS, count)


def norm(make, x):
    axis, one = make.constant([2], "int32"), MAP[:2] + (1,)
    middle = make.add("SUB", MAP, x, make.add("MEAN", one, x, axis))
    spread = make.add("MEAN", one, make.add("MUL", MAP, middle, middle), axis)
    return make.add("DIV", MAP, middle, make.add("SQRT", one, make.add("ADD", one, spread, make.constant([1e-5]))))


def test_a_residual_stream_is_on_rows():
    make = Making(MAP)
    x = 0
    for _ in range(3):
        x = make.add("ADD", MAP, x, layer(make, make.add("TANH", MAP, layer(make, norm(make, x)))))
    before = make.file(x)
    after = simplified(before)
    assert (names(before).count("RESHAPE"), names(after).count("RESHAPE")) == (6, 2)
    assert len(after.operators) == len(before.operators) - 4


@pytest.mark.parametrize("shape", [(), (1,), (FEATURES,), (1, FEATURES), (1, 1, FEATURES), (1, 1, 1), MAP])
def test_beside_constants(shape):
    make = Making(MAP)
    value = np.arange(np.prod(shape, dtype=int)).reshape(shape) - 3.5
    first, second = (make.add("MUL", MAP, layer(make, 0), make.constant(value)) for _ in range(2))
    after = simplified(make.file(layer(make, make.add("SUB", MAP, first, second if shape != MAP else layer(make, first)))))
    assert names(after).count("RESHAPE") == 1


def test_what_others_read_has_its_own_shape():
    make = Making(MAP)
    one, other = make.add("EXP", MAP, layer(make, 0)), make.add("TANH", MAP, layer(make, layer(make, 0)))
    total = make.add("ADD", MAP, one, other)
    after = simplified(make.file(make.transpose(total, 2, 0, 1), make.add("MUL", MAP, total, layer(make, total))))
    assert names(after).count("RESHAPE") == 2
    assert [after.tensors[index].shape for index in after.outputs] == [(FEATURES, 2, TOKENS), MAP]


@pytest.mark.parametrize("work", [
    lambda make, x: make.add("MEAN", (2, 1, FEATURES), x, make.constant([1], "int32")),
    lambda make, x: make.add("MUL", MAP, x, make.constant(np.arange(5).reshape(5, 1))),
    lambda make, x: make.transpose(x, 0, 2, 1),
    lambda make, x: make.pad(x, (0, 0), (0, 1), (0, 0)),
    lambda make, x: layer(make, make.add("SOFTMAX", MAP, x)),
    lambda make, x: make.add("EXP", MAP, x),
], ids=["a mean of others", "a constant a row", "a Transpose", "a Pad", "a SOFTMAX", "nothing gained"])
def test_other_work_stays(work):
    make = Making(MAP)
    before = make.file(work(make, layer(make, 0)))
    assert without_plumbing(before) is before
