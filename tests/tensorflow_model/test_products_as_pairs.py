"""What toco is shown in place of a product of stacks gives the same answer, and everything else stays."""
import numpy as np
import pytest
import tensorflow as tf

from job.tensorflow_model.products_as_pairs import with_pairs
from tests.seeded_arrays import noise


def graph_of(build, *shapes):
    with tf.Graph().as_default() as graph:
        given = [tf.compat.v1.placeholder(tf.float32, shape, "x{}".format(number)) for number, shape in enumerate(shapes)]
        tf.identity(build(*given), "y")
    return graph.as_graph_def()


def answer(graph_def, *values):
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return session.run("y:0", {"x{}:0".format(number): value for number, value in enumerate(values)})


def operators(graph_def):
    return [node.op for node in graph_def.node if node.op not in ("Placeholder", "Const", "Identity")]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("left, right", [((3, 4, 5), (3, 5, 6)), ((3, 4, 5), (1, 5, 6)), ((1, 4, 5), (1, 5, 6))], ids=str)
def test_every_pair_is_multiplied(left, right, turned):
    right = (right[0],) + right[:0:-1] if turned else right
    before = graph_of(lambda x, y: tf.nn.relu(tf.matmul(x, y, transpose_b=turned)), left, right)
    after = with_pairs(before, ())
    assert operators(before) == ["BatchMatMulV2", "Relu"]
    assert operators(after) == ["Reshape", "Reshape", "Mul", "Sum", "Relu"]
    values = noise(left, 0, left[0]), noise(right, 1, right[0])
    np.testing.assert_allclose(answer(after, *values), answer(before, *values), rtol=1e-5, atol=1e-5)


def test_products_with_weights_and_of_matrices_stay():
    stack, matrix = np.ones((3, 5, 6), np.float32), np.ones((6, 7), np.float32)
    before = graph_of(lambda x: tf.matmul(tf.reshape(tf.matmul(x, stack), (12, 6)), matrix), (3, 4, 5))
    assert operators(before) == ["BatchMatMulV2", "Reshape", "MatMul"] and with_pairs(before, ()) is before
