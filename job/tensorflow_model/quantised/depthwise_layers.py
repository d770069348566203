"""A depthwise convolution that stands for other operators: one channel becomes one channel."""
from typing import Tuple

from job.tensorflow_model.flatbuffer.options import KINDS, new_options
from job.tensorflow_model.flatbuffer.tflite_file import ACTIVATIONS, DEPTHWISE, Operator

SAME, VALID = 0, 1  # paddings
_UNDILATED = (1, 1)
_ONE = 1  # how many channels it makes of one


def depthwise_layer(inputs: Tuple[int, ...], like: Operator, padding: int = VALID,
                    strides: Tuple[int, int] = (1, 1)) -> Operator:
    """It makes what `like` makes, and ends with its activation. Inputs are a map, weights and biases; strides are of width
    and height."""
    options = new_options([padding, strides[0], strides[1], _ONE, ACTIVATIONS.index(like.activation)])
    return Operator(DEPTHWISE, inputs, like.outputs, _UNDILATED, like.activation, options=options, options_kind=KINDS[DEPTHWISE])
