"""Reading what symbolics are given."""
from typing import Any, Callable, List, Optional, Sequence, Union

import numpy as np
import torch
from torch.onnx import symbolic


def sizes(x: Any) -> List[int]:
    return list(x.type().sizes())


def axis_of(x: Any, dim: Any) -> int:
    """An axis counted from the front; one counted from the back needs the rank."""
    axis = integer(dim)
    return axis if axis >= 0 else axis + x.type().dim()


def integers(value: Any) -> List[int]:
    """A constant list of integers; one integer counts as a list of it."""
    parsed = symbolic._parse_arg(value, "is") if symbolic._is_value(value) and _is_list(value) else None
    if parsed is None:
        parsed = symbolic._parse_arg(value, "t") if symbolic._is_value(value) else value
    if isinstance(parsed, torch.Tensor):
        parsed = parsed.reshape(-1).tolist()
    return [int(each) for each in (parsed if isinstance(parsed, (list, tuple)) else [parsed])]


def integer(value: Any) -> int:
    return integers(value)[0]


def number(value: Any) -> float:
    """A constant scalar, as Python's."""
    return float(symbolic._parse_arg(value, "t") if symbolic._is_value(value) else value)


def scaled(g: Any, x: Any, factor: Any) -> Any:
    """x * factor, a constant scalar, where there is one and it is not 1."""
    return x if factor is None or number(factor) == 1 else g.op("Mul", x, constant(g, number(factor)))


def operand(g: Any, value: Any, beside: Any) -> Any:
    """A tensor as it is; a scalar of Python's as a constant of the type of the tensor beside it."""
    scalar = symbolic._maybe_get_scalar(value)
    if symbolic._is_value(scalar):
        return value
    return g.op("Constant", value_t=symbolic._if_scalar_type_as(g, scalar, beside))


def constant(g: Any, numbers: Union[float, Sequence[Any]], dtype: torch.dtype = torch.float32) -> Any:
    return g.op("Constant", value_t=torch.tensor(numbers, dtype=dtype))


def said_with(g: Any) -> Callable[..., Any]:
    """(operator, *inputs, **attributes) -> its output: arrays among the inputs are constants, attributes have no suffix."""
    def op(name: str, *inputs: Any, **attributes: Any) -> Any:
        values = [g.op("Constant", value_t=torch.from_numpy(each)) if isinstance(each, np.ndarray) else each for each in inputs]
        return g.op(name, *values, **{"{}_{}".format(key, _KINDS.get(type(value), "i")): value
                                      for key, value in attributes.items()})
    return op


_KINDS = {float: "f", str: "s"}  # what the exporter wants behind an attribute's name


def gather(g: Any, x: Any, indices: Sequence[int], axis: int) -> Any:
    return g.op("Gather", x, constant(g, list(indices), torch.int64), axis_i=axis)


def sliced(g: Any, x: Any, axis: int, start: int, end: int) -> Any:
    return g.op("Slice", x, axes_i=[axis], starts_i=[start], ends_i=[end])


def reshaped(g: Any, x: Any, shape: Sequence[int]) -> Any:
    return g.op("Reshape", x, constant(g, list(shape), torch.int64))


def constant_tensor(value: Any) -> Optional[torch.Tensor]:
    """The value of a Constant node, or None of anything else."""
    return value.node()["value"] if value.node().kind() == "onnx::Constant" else None


def _is_list(value: Any) -> bool:
    return value.node().kind() == "prim::ListConstruct"
