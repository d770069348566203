"""The networks that are known by name, and how to make one of them from a checkpoint.

Importing this package costs no PyTorch: a family's module only holds names and shapes, its builders
import what they need when they are called.
"""
from job.architectures import families  # noqa: F401  (they register)
from job.architectures.registry import Architecture, default_input_shape, every, find, names, refused, table

__all__ = ["Architecture", "default_input_shape", "every", "find", "names", "refused", "table"]
