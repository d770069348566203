"""Checkpoints as files: read without PyTorch, and without running anything that is in them."""

from job.checkpoint.reading import Checkpoint, read_checkpoint

__all__ = ["Checkpoint", "read_checkpoint"]
