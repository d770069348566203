"""Operators as an opset after the canonical one says them -> as the canonical does."""
from job.onnx_model.opsets.newer import axes, functions, indices, layers, resize  # noqa: F401  (they register themselves)
from job.onnx_model.opsets.newer.walk import NEWEST, lowered

__all__ = ["NEWEST", "lowered"]
