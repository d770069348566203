"""Checkpoints as files: read without PyTorch, and without running anything that is in them."""
