"""Element by element work on a tensor that is another with axes of size one put in or left out, or on one of more
axes than TensorFlow Lite has arithmetic for.

It is laid before the Reshape that moves the ones, and a new Reshape after it. Toco 1.14 would move it there itself,
and then swap the Reshape with a Transpose that follows, whose permutation comes out wrong: see in_order().

before: s -> Reshape -> x -> Relu -> y
after:  s -> Relu -> Reshape -> y
"""
from typing import Any, Callable

import numpy as np

from job.axes import MOST_AXES
from job.keras_model.activation import Activation, constant_in_order, with_ones
from job.keras_model.axis_blocks import merged_sizes
from job.keras_model.few_axes import constant_in_blocks, on_elements, reshaped
from job.keras_model.layers import operation


def elementwise(x: Activation, function: Callable[[Any], Any], name: str, nonnegative: bool) -> Activation:
    if x.source is None and x.rank > MOST_AXES:
        result = operation(lambda t: on_elements(t, function), x.numbers, name)
        return x.remade(result, name, nonnegative=nonnegative)
    if x.source is None:
        return x.after(operation(function, x.tensor, name), nonnegative=nonnegative)
    result = elementwise(x.source, function, name, nonnegative)
    return with_ones(result, x.onnx_shape, x.order, name + ".ones")


def with_constant(x: Activation, value: np.ndarray, function: Callable[[Any, np.ndarray], Any], name: str,
                  nonnegative: bool) -> Activation:
    """A function of x and of a constant that is broadcast to it, and does not make it larger."""
    if x.source is not None:
        result = with_constant(x.source, _for_source(x, value), function, name, nonnegative)
        return with_ones(result, x.onnx_shape, x.order, name + ".ones")
    constant = constant_in_order(value, x.order)
    if x.rank > MOST_AXES and constant.size > 1:
        return x.remade(_with_blocks(x, constant, function, name), name, nonnegative=nonnegative)
    if x.rank > MOST_AXES:
        return elementwise(x, lambda tensor: function(tensor, constant.reshape(())), name, nonnegative)
    return x.after(operation(lambda tensor: function(tensor, constant), x.tensor, name), nonnegative=nonnegative)


def _with_blocks(x: Activation, constant: np.ndarray, function: Callable[[Any, np.ndarray], Any], name: str) -> Any:
    """Where the constant varies along the last axis alone, in the shape in which x was made: layers fuse there."""
    row = constant.size == constant.shape[-1] and x.numbers.shape.as_list()[-1] == x.sizes[-1]
    if row and len(x.numbers.shape) <= MOST_AXES:
        return operation(lambda t: function(t, constant.reshape(-1)), x.numbers, name)
    short, blocks = constant_in_blocks(constant, x.sizes)
    sizes = merged_sizes(x.sizes, blocks)
    return operation(lambda t: function(reshaped(t, sizes), short), x.numbers, name)


def _for_source(x: Activation, value: np.ndarray) -> np.ndarray:
    """The constant in the ONNX axes of x.source."""
    full = value.reshape((1,) * (x.rank - value.ndim) + value.shape)
    kept = sorted((axis for axis in range(x.rank) if x.source_axes[axis] is not None), key=x.source_axes.__getitem__)
    put_in = [axis for axis in range(x.rank) if x.source_axes[axis] is None]
    shape = [1] * x.source.rank
    for axis in kept:
        shape[x.source_axes[axis]] = full.shape[axis]
    return full.transpose(kept + put_in).reshape(shape)
