"""An .onnx file of another's making -> the graph that the passes take."""
from job.onnx_model.reading.file import OPSETS, OnnxFile, graph_of, open_onnx
from job.onnx_model.reading.names import published_name

__all__ = ["OPSETS", "OnnxFile", "graph_of", "open_onnx", "published_name"]
