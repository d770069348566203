"""Operators as an opset after the canonical one says them -> as the canonical does."""
from job.onnx_model.opsets.newer import (  # noqa: F401  (they register themselves)
    attention, axes, functions, indices, layers, of_scikit_learn, pools, resize, rotation, scattering, signals,
)
from job.onnx_model.opsets.newer.walk import NEWEST, lowered

__all__ = ["NEWEST", "lowered"]
