"""Einstein sums: torch 1.1 exports none."""
from typing import Any

from torch.onnx.symbolic import _unpack_list

from job.onnx_model.einsum import einstein_sum
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import said_with, sizes


@exports("einsum")
def einsum(g: Any, equation: Any, operands: Any) -> Any:
    values = _unpack_list(operands)
    return einstein_sum(said_with(g), equation.node().s("value"), values, [tuple(sizes(value)) for value in values])
