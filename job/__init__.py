"""PyTorch checkpoints to verified TensorFlow Lite models."""
