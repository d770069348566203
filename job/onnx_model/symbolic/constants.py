"""Tensors of one number: their shapes are known, so they are constants."""
from typing import Any, Optional

import torch
from torch.onnx import symbolic

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import integer, integers, number, sizes


def _filled(g: Any, shape: Any, value: float, dtype: Any, like: Optional[Any] = None) -> Any:
    if dtype is None or dtype.node().mustBeNone():
        kind = getattr(torch, like.type().scalarType().lower()) if like is not None else torch.float32
    else:
        kind = symbolic.scalar_type_to_pytorch_type[integer(dtype)]
    return g.op("Constant", value_t=torch.full(shape, value, dtype=kind))


def _like(value: float):
    return lambda g, x, dtype=None, *_: _filled(g, sizes(x), value, dtype, x)


def _of(value: float):
    return lambda g, shape, dtype, *_: _filled(g, integers(shape), value, dtype)


for _name, _value in (("zeros", 0.0), ("ones", 1.0)):
    exports(_name)(_of(_value))
    exports(_name + "_like")(_like(_value))


@exports("full_like")
def full_like(g: Any, x: Any, value: Any, dtype: Any = None, *_: Any) -> Any:
    return _filled(g, sizes(x), number(value), dtype, x)


@exports("full")
def full(g: Any, shape: Any, value: Any, dtype: Any, *_: Any) -> Any:
    return _filled(g, integers(shape), number(value), dtype)
