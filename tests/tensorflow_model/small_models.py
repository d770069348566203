"""Small networks in the form the Keras side hands over: asymmetric shapes, negative weights."""
import contextlib
from typing import Callable, Iterator, List, Mapping, Sequence

import numpy as np
import tensorflow as tf
from keras import backend, layers
from keras.models import Model

from job.tensorflow_model.graph import KerasGraph

SHAPE = (7, 9, 3)  # height, width, channels
SIDE = (5,)
FLOAT_TOLERANCE = 1e-5  # of the largest value


def keras_graph(build: Callable[[], Model], outputs: Sequence[str]) -> KerasGraph:
    with fresh_graph() as graph:
        model = build()
        named = tuple(tf.identity(tensor, name) for name, tensor in zip(outputs, model.outputs))
        return KerasGraph(graph, tuple(model.inputs), named, random_weights(model))


def plain_graph(build: Callable[[tf.Tensor], tf.Tensor], shape: Sequence[int]) -> KerasGraph:
    """A network of one TensorFlow function, without weights."""
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, shape, "image_array")
        return KerasGraph(graph, (x,), (tf.identity(build(x), "category"),), {})


@contextlib.contextmanager
def fresh_graph() -> Iterator[tf.Graph]:
    backend.reset_uids()
    with tf.Graph().as_default() as graph:
        yield graph


def random_weights(model: Model) -> Mapping[str, np.ndarray]:
    random = np.random.RandomState(7)
    return {variable.op.name: random.randn(*variable.shape.as_list()).astype(np.float32) * 0.3
            for variable in model.weights}


def two_by_two() -> Model:
    """Two inputs of different rank, two outputs of different shape, every kind of weight."""
    image = layers.Input(SHAPE, name="image")
    side = layers.Input(SIDE, name="side")
    x = layers.Conv2D(8, (3, 2), strides=(2, 1), name="conv")(image)
    x = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D((1, 3), padding="same", name="depthwise")(x)
    y = layers.Conv2D(8, 1, use_bias=False, name="pointwise")(x)
    x = layers.add([x, y])
    mean = layers.Lambda(lambda t: tf.reduce_mean(t, [1, 2]))(x)
    scores = layers.add([layers.Dense(150, name="dense")(mean), layers.Dense(150, name="side_dense")(side)])
    return Model([image, side], [scores, x])


def two_by_two_graph() -> KerasGraph:
    return keras_graph(two_by_two, ["scores", "features"])


def inputs_for(model: KerasGraph, batch: int = 1) -> List[np.ndarray]:
    random = np.random.RandomState(3)
    return [random.randn(batch, *tensor.shape.as_list()[1:]).astype(np.float32) for tensor in model.inputs]


def expected(model: KerasGraph, inputs: Sequence[np.ndarray]) -> List[np.ndarray]:
    """The answers of the graph with variables that were assigned, as Keras itself would do it."""
    with tf.compat.v1.Session(graph=model.graph) as session:
        for name, value in model.weights.items():
            assignment = model.graph.get_operation_by_name(name + "/Assign")
            session.run(assignment, {assignment.inputs[1]: value})
        return session.run(list(model.outputs), dict(zip(model.inputs, inputs)))


def assert_close(answers: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> None:
    assert len(answers) == len(wanted)
    for answer, want in zip(answers, wanted):
        assert answer.shape == want.shape
        assert np.ptp(want) > 0.1
        assert np.abs(answer - want).max() <= FLOAT_TOLERANCE * np.abs(want).max()
