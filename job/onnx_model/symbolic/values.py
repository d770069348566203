"""Reading what symbolics are given."""
from typing import Any, List, Optional, Sequence

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


def constant(g: Any, numbers: Sequence[Any], dtype: torch.dtype = torch.float32) -> Any:
    return g.op("Constant", value_t=torch.tensor(numbers, dtype=dtype))


def gather(g: Any, x: Any, indices: Sequence[int], axis: int) -> Any:
    return g.op("Gather", x, constant(g, list(indices), torch.int64), axis_i=axis)


def constant_tensor(value: Any) -> Optional[torch.Tensor]:
    """The value of a Constant node, or None of anything else."""
    return value.node()["value"] if value.node().kind() == "onnx::Constant" else None


def _is_list(value: Any) -> bool:
    return value.node().kind() == "prim::ListConstruct"
