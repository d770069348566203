"""Canonical ONNX graph -> Keras model, channels-last."""
