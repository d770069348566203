"""Elements chosen by their indices: fixed ones along an axis, or computed ones from a table."""
from typing import Any

import numpy as np
import tensorflow as tf

from job.axes import as_pytorch
from job.keras_model.activation import Activation, Operand, as_onnx
from job.keras_model.layers import Shaped, layer_name, operation, weighted
from job.keras_model.many_axes import along_axes
from job.keras_model.registry import Operator, converts


class Table(Shaped):
    """indices of any shape S -> S + the shape of one row; the table is a weight."""

    def __init__(self, shape: tuple, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._table_shape = shape

    def build(self, input_shape: Any) -> None:
        self._table = self.add_weight("table", self._table_shape, initializer="zeros")

    def result(self, indices: Any) -> Any:
        return tf.gather(self._table, indices)


@converts("Gather", attributes={"axis": None})
def gather(operator: Operator, x: Operand, indices: Operand) -> Activation:
    axis = operator.attributes.get("axis", 0) % len(operator.input_shape)
    if isinstance(indices, np.ndarray):
        return _fixed(operator, x, indices, axis)
    if isinstance(x, np.ndarray):
        return _rows(operator, np.moveaxis(x, axis, 0), indices, axis)
    x, indices = as_onnx(x), as_onnx(indices)
    tensor = operation(lambda t, places: tf.gather(t, places, axis=axis), [x.tensor, indices.tensor], operator.name)
    return Activation(tensor, as_pytorch(len(operator.output_shape)), x.nonnegative, operator.name)


def _fixed(operator: Operator, x: Activation, indices: np.ndarray, axis: int) -> Activation:
    """A constant choice along one axis; a scalar index drops the axis."""
    place = x.axis(axis)
    wrapped = np.where(indices < 0, indices + operator.input_shape[axis], indices).astype(np.int32)
    fixed_by = operator.name if axis == 0 else ""
    if indices.ndim == 1:
        return along_axes(x, [place], lambda t, where: tf.gather(t, wrapped, axis=where[place]), operator.output_shape,
                          operator.name, fixed_by=fixed_by)
    x = as_onnx(x)
    tensor = operation(lambda t: tf.gather(t, wrapped, axis=axis), x.tensor, operator.name)
    return Activation(tensor, as_pytorch(len(operator.output_shape)), x.nonnegative, fixed_by)


def _rows(operator: Operator, table: np.ndarray, indices: Activation, axis: int) -> Activation:
    """What was chosen along the table's first axis: axes of the indices, in their order, then those of a row."""
    nonnegative = bool((table >= 0).all())
    if table.dtype == np.float32:
        tensor = weighted(Table(table.shape, name=layer_name(operator.name)), indices.tensor, [table])
    else:
        tensor = operation(lambda places: tf.gather(tf.constant(table), places), indices.tensor, operator.name)
    rows = tuple(range(indices.rank, indices.rank + table.ndim - 1))
    chosen = Activation(tensor, indices.order + rows, nonnegative, operator.name if axis else "")
    before = tuple(indices.rank + place for place in range(axis))
    return chosen.transposed(before + tuple(range(indices.rank)) + rows[axis:])
