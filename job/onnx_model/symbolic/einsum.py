"""Einstein sums: torch 1.1 exports none."""
from typing import Any

import numpy as np
import torch
from torch.onnx.symbolic import _unpack_list

from job.onnx_model.einsum import einstein_sum
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import constant, sizes


@exports("einsum")
def einsum(g: Any, equation: Any, operands: Any) -> Any:
    def op(name: str, *inputs: Any, **attributes: Any) -> Any:
        values = [constant(g, each.tolist(), torch.int64) if isinstance(each, np.ndarray) else each for each in inputs]
        return g.op(name, *values, **{"{}_i".format(key): value for key, value in attributes.items()})
    values = _unpack_list(operands)
    return einstein_sum(op, equation.node().s("value"), values, [tuple(sizes(value)) for value in values])
