"""Graphs run in ONNX Runtime."""
from pathlib import Path
from typing import Sequence, Tuple, Union

import numpy as np
import onnxruntime

from job.onnx_model.graph import Graph
from job.onnx_model.protobuf import protobuf_from_graph


def session(model: Union[bytes, Path]) -> onnxruntime.InferenceSession:
    """A session with one thread and few optimisations: it is cheap to make and runs a handful of times."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options,
                                        providers=["CPUExecutionProvider"])


def run_graph(graph: Graph, opset: int, inputs: Sequence[np.ndarray]) -> Tuple[np.ndarray, ...]:
    """The values of the graph's outputs. A graph without shapes of its own is inferred by the runtime."""
    model = session(protobuf_from_graph(graph, opset).SerializeToString())
    return tuple(model.run(list(graph.outputs), dict(zip(graph.inputs, inputs))))
