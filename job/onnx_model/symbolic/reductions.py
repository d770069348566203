"""Reductions over any axes, and Softmax over any one."""
from typing import Any, List

from onnx import TensorProto

from job.onnx_model.symbolic.picking import fraction, whole
from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.truth import is_truth
from job.onnx_model.symbolic.values import axis_of, integer, integers, reshaped


def _reduction(op: str):
    """Of truth values PyTorch's sum is their count, of int64; ONNX has no sum of bytes."""
    def reduce(g: Any, x: Any, dim: Any = None, keepdim: Any = None, dtype: Any = None) -> Any:
        counts = op == "ReduceSum" and is_truth(x)
        attributes = {} if dim is None or keepdim is None else {"axes_i": _axes(x, dim)}
        keep = integer(keepdim) if attributes else 0
        result = g.op(op, fraction(g, x) if counts else x, keepdims_i=keep, **attributes)
        return whole(g, result) if counts else result
    return reduce


def _axes(x: Any, dim: Any) -> List[int]:
    rank = x.type().dim()
    return [axis % rank for axis in integers(dim)] or list(range(rank))


exports("mean")(_reduction("ReduceMean"))
exports("sum")(_reduction("ReduceSum"))
exports("prod")(_reduction("ReduceProd"))


def _extreme(name: str):
    """x.max(), torch.max(x, y) and x.max(dim), which gives values and indices."""
    pair, values, indices = {"max": ("Max", "ReduceMax", "ArgMax"), "min": ("Min", "ReduceMin", "ArgMin")}[name]

    def extreme(g: Any, x: Any, dim_or_other: Any = None, keepdim: Any = None) -> Any:
        if dim_or_other is None:
            return g.op(values, x, keepdims_i=0)
        if keepdim is None:
            return g.op(pair, x, dim_or_other)
        axis, keep = integer(dim_or_other) % x.type().dim(), integer(keepdim)
        return g.op(values, x, axes_i=[axis], keepdims_i=keep), _place(g, indices, x, axis, keep)
    return extreme


def _place(g: Any, op: str, x: Any, axis: int, keep: int) -> Any:
    return g.op(op, _narrow(g, x), axis_i=axis, keepdims_i=keep)


def _narrow(g: Any, x: Any) -> Any:
    """Of int32 where it is of int64, which neither ONNX Runtime nor TensorFlow Lite looks for places in."""
    return g.op("Cast", x, to_i=TensorProto.INT32) if x.type().scalarType() == "Long" else x


def _of_place(op: str):
    def placed(g: Any, x: Any, dim: Any, keepdim: Any) -> Any:
        if not dim.node().mustBeNone():
            return _place(g, op, x, axis_of(x, dim), integer(keepdim))
        return g.op(op, reshaped(g, _narrow(g, x), [-1]), axis_i=0, keepdims_i=0)
    return placed


exports("argmax")(_of_place("ArgMax"))
exports("argmin")(_of_place("ArgMin"))


exports("max")(_extreme("max"))
exports("min")(_extreme("min"))


def _over_axis(op: str):
    """ONNX's Softmax takes all axes from one on together: the axis is brought to the end, and back."""
    def normalise(g: Any, x: Any, dim: Any, dtype: Any = None) -> Any:
        rank = x.type().dim()
        axis = integer(dim) % rank
        if axis == rank - 1:
            return g.op(op, x, axis_i=axis)
        swap = list(range(rank))
        swap[axis], swap[-1] = swap[-1], swap[axis]
        return g.op("Transpose", g.op(op, g.op("Transpose", x, perm_i=swap), axis_i=rank - 1), perm_i=swap)
    return normalise


exports("softmax")(_over_axis("Softmax"))
exports("log_softmax")(_over_axis("LogSoftmax"))
