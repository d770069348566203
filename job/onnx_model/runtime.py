"""Graphs run in ONNX Runtime."""
from pathlib import Path
from typing import Dict, Mapping, Sequence, Tuple, Union

import numpy as np
import onnx
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

from job.onnx_model.graph import Graph
from job.onnx_model.limited_wholes import limits_as_choices
from job.onnx_model.model_file import mapped_weights
from job.onnx_model.protobuf import OPSET, protobuf_from_graph

NEWEST_OPSET, NEWEST_IR = 15, 8  # that ONNX Runtime 1.10 knows
RUNTIME_ERRORS = (state.EPFail, state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf,
                  state.NotImplemented, state.RuntimeException, RuntimeError, ValueError)


# They write new weights beside a model's own, or in their places; ONNX Runtime 1.10 takes wrong ones where those are in a file
# beside the model.
_REWRITE_WEIGHTS = ["ConvAddFusion", "ConvBNFusion", "ConvMulFusion", "TransposeOptimizer"]


def as_it_knows(data: bytes) -> Tuple[bytes, bool]:
    """A newer model called one of the newest opset that it knows, and whether it had to be: where an operator is known by
    then, and in this form, it means the same since."""
    model = onnx.ModelProto.FromString(data)
    own = [item for item in model.opset_import if item.domain in ("", "ai.onnx")]
    newer = [item for item in own if item.version > NEWEST_OPSET]
    if not newer and model.ir_version <= NEWEST_IR:
        return data, False
    model.ir_version = min(model.ir_version, NEWEST_IR)
    for item in newer:
        item.version = NEWEST_OPSET
    return model.SerializeToString(), bool(newer)


def as_it_runs(graph: Graph) -> bytes:
    """A canonical graph, each of whose nodes means the same, in forms that it has."""
    return protobuf_from_graph(limits_as_choices(graph)).SerializeToString()


def session(model: Union[bytes, Path], weights: Mapping[str, onnxruntime.OrtValue] = {}) -> onnxruntime.InferenceSession:
    """A session with one thread and few optimisations: it is cheap to make and runs a handful of times.

    `weights` take the place of initializers of these names, and are to live as long as the session: it points to them. The
    graph is run as it is written then, since an optimisation may have changed an initializer whose place one of them takes.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # its errors are raised
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.disable_prepacking", "1")  # it would hold every weight twice
    for name, value in weights.items():
        options.add_initializer(name, value)
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_DISABLE_ALL if weights else levels.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options,
                                        providers=["CPUExecutionProvider"], disabled_optimizers=_REWRITE_WEIGHTS)


class MappedModel:
    """Runs what write_onnx() wrote; its weights stay where they are mapped: ONNX Runtime would read all of them into memory
    of its own."""

    def __init__(self, file: Path) -> None:
        mapped = mapped_weights(file)
        self._weights = {name: onnxruntime.OrtValue.ortvalue_from_numpy(value) for name, value in mapped.items()}
        self._session = session(file, self._weights)

    def run(self, outputs: Sequence[str], inputs: Mapping[str, np.ndarray]) -> Sequence[np.ndarray]:
        return self._session.run(list(outputs), dict(inputs))


def run_graph(graph: Graph, inputs: Sequence[np.ndarray], opset: int = OPSET) -> Tuple[np.ndarray, ...]:
    """The values of the graph's outputs. A graph without shapes of its own is inferred by the runtime."""
    model = session(as_it_runs(graph) if opset == OPSET else protobuf_from_graph(graph, opset=opset).SerializeToString())
    return tuple(model.run(list(graph.outputs), dict(zip(graph.inputs, inputs))))


def layer_values(graph: Graph, inputs: Sequence[np.ndarray]) -> Dict[str, np.ndarray]:
    """The value of every tensor that a node makes, in the order of the graph."""
    names = tuple(name for node in graph.nodes for name in node.outputs if name)
    return dict(zip(names, run_graph(graph._replace(outputs=names), inputs)))
