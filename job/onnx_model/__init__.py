"""PyTorch module -> canonical ONNX graph: the export, and the passes that make it canonical."""
