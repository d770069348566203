"""Work along the axes of an Activation, however many it has."""
from typing import Any, Callable, Dict, Sequence

from job.axes import MOST_AXES
from job.keras_model.activation import Activation
from job.keras_model.few_axes import Sizes, along
from job.keras_model.layers import operation
from job.values import Shape


def along_axes(x: Activation, places: Sequence[int], function: Callable[[Any, Dict[int, int]], Any], after: Shape,
               name: str, **changes: Any) -> Activation:
    """A function that works along some of the tensor's own axes, and keeps their order.

    It is given a tensor of few axes, and for each place the axis that it is there. `after` is the result's ONNX shape.
    """
    sizes = x.sizes
    numbers = operation(lambda t: along(t, sizes, places, function), for_along(x), name)
    return x.remade(numbers, name, sizes_after(x, after), **changes)


def for_along(x: Activation) -> Any:
    return x.numbers if x.rank > MOST_AXES else x.tensor


def sizes_after(x: Activation, after: Shape) -> Sizes:
    """The sizes of the tensor's axes, its batch as unknown as it was."""
    return tuple(None if size is None else after[axis] for size, axis in zip(x.sizes, x.order))
