"""Counts what is in the published model files, and reads what they declare of their inputs and outputs."""
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, Mapping, Tuple

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef, TensorInfo
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from job.modes import CALIBRATED
from job.tensorflow_model.flatbuffer.operators import PLUMBING
from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, QUANTIZE, Tensor, TFLiteFile, open_tflite
from job.values import Model


def describe_tflite(folder: Path, file: str, mode: str) -> Model:
    """What folder/file is; `mode` is float32 or one of job.modes."""
    content = open_tflite(folder / file)
    model = _model(
        file, mode, (folder / file).stat().st_size, (operator.name for operator in content.operators),
        tuple(_declared(content.tensors[index]) for index in content.inputs),
        tuple(_declared(content.tensors[index]) for index in content.outputs))
    if mode not in CALIBRATED:
        return model
    return model._replace(float_operators=_left_in_float(content), ranges=_input_ranges(content))


def _left_in_float(content: TFLiteFile) -> Mapping[str, int]:
    """Operators that make float32 of it or from it; those that lead into int8 and out of it compute nothing."""
    names = Counter(operator.name for operator in content.operators if operator.name not in (QUANTIZE, DEQUANTIZE)
                    and any(content.tensors[index].dtype == "float32"
                            for index in operator.inputs + operator.outputs if index >= 0))
    return {name: names[name] for name in sorted(names)}


def _input_ranges(content: TFLiteFile) -> Mapping[str, Tuple[float, float]]:
    """Of each input that goes into int8: what is outside cannot be told from its end."""
    quantised = {operator.inputs[0]: operator.outputs[0] for operator in content.operators
                 if operator.name == QUANTIZE}
    ends = {content.tensors[index].name: content.tensors[quantised.get(index, index)] for index in content.inputs}
    return {name: tuple((end - tensor.zero_point[0]) * tensor.scale[0] for end in (-128, 127))
            for name, tensor in ends.items() if tensor.dtype == "int8"}


def describe_saved_model(folder: Path, file: str) -> Model:
    """What the SavedModel in folder/file is; an open dimension reads as None."""
    meta_graph = read_meta_graph(folder / file)
    signature = meta_graph.signature_def[tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
    size = sum(path.stat().st_size for path in (folder / file).rglob("*") if path.is_file())
    return _model(file, "saved_model", size, (node.op for node in meta_graph.graph_def.node),
                  _signature_tensors(signature.inputs), _signature_tensors(signature.outputs))


def read_meta_graph(saved_model: Path) -> MetaGraphDef:
    return SavedModel.FromString((saved_model / "saved_model.pb").read_bytes()).meta_graphs[0]


def _model(file: str, mode: str, size: int, names: Iterable[str],
           inputs: Tuple[Mapping[str, Any], ...], outputs: Tuple[Mapping[str, Any], ...]) -> Model:
    operators = Counter(names)
    return Model(
        file=file, mode=mode, size=size, nodes=sum(operators.values()),
        plumbing=sum(count for name, count in operators.items() if name in PLUMBING),
        operators={name: operators[name] for name in sorted(operators)}, inputs=inputs, outputs=outputs)


def _declared(tensor: Tensor) -> Dict[str, Any]:
    scale = {"scale": tensor.scale[0], "zero_point": tensor.zero_point[0]} if tensor.scale else None
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": list(tensor.shape), "quantization": scale}


def _signature_tensors(described: Mapping[str, TensorInfo]) -> Tuple[Mapping[str, Any], ...]:
    return tuple(_described(name, described[name]) for name in sorted(described))


def _described(name: str, info: TensorInfo) -> Dict[str, Any]:
    shape = [None if dim.size < 0 else dim.size for dim in info.tensor_shape.dim]
    dtype = np.dtype(tf.DType(info.dtype).as_numpy_dtype).name
    return {"name": name, "dtype": dtype, "shape": shape, "quantization": None}
