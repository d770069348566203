"""Operators said exactly with simpler ones: every family is imported here, and registers itself."""
from job.onnx_model.decompositions import (  # noqa: F401
    choices, error_function, logic, normalisation, pointwise, reductions, trigonometry,
)
from job.onnx_model.decompositions.registry import DECOMPOSITIONS

__all__ = ["DECOMPOSITIONS"]
