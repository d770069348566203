"""The canonical model on disk: model.onnx, and its weights beside it, which every reader maps and none copies."""
from pathlib import Path
from typing import Dict, Hashable, List, Mapping, Sequence, Tuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from job.alignment import ALIGNMENT
from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph
from job.onnx_model.protobuf import Place, graph_from_protobuf, protobuf_from_graph
from job.values import elements

LIMIT = 2 ** 31 - 1  # bytes: where SavedModel's protobuf and .tflite's flatbuffer end
_INLINE = 1024       # bytes up to which a constant stays in the model itself
_SAMPLED = 16        # numbers in which weights differ, as a rule, if they do


def refuse_huge(graph: Graph) -> None:
    """Before anything is made of that size."""
    for name, shape in graph.shapes.items():
        refuse_huge_tensor(name, shape)


def refuse_huge_tensor(name: str, shape: Sequence[int]) -> None:
    if elements(shape) > LIMIT // 4:
        raise UnsupportedModel(["{} of shape {}: a tensor beyond 2 GiB".format(name, tuple(shape))])


def write_onnx(graph: Graph, file: Path) -> None:
    """Writes the model and, as file.data, its weights; the bytes depend on the graph alone."""
    size = sum(value.nbytes for value in graph.constants.values())
    if size >= LIMIT:
        raise UnsupportedModel(["{:.1f} GB of weights: .tflite files end at 2 GiB".format(size / 1e9)])
    places = _write_weights(graph, _weights_of(file))
    file.write_bytes(protobuf_from_graph(graph, places).SerializeToString(deterministic=True))


def read_onnx(file: Path) -> Graph:
    """What write_onnx() wrote; the weights are mapped from their file."""
    model, mapped = _opened(file)

    def read(tensor: TensorProto) -> np.ndarray:
        return mapped[tensor.name] if tensor.name in mapped else numpy_helper.to_array(tensor)
    return graph_from_protobuf(model, read)


def mapped_weights(file: Path) -> Mapping[str, np.ndarray]:
    """By name, the constants that lie beside the model."""
    return _opened(file)[1]


def _opened(file: Path) -> Tuple[onnx.ModelProto, Mapping[str, np.ndarray]]:
    model = onnx.ModelProto.FromString(file.read_bytes())
    weights = _weights_of(file)
    data = np.memmap(str(weights), np.uint8, "r") if weights.stat().st_size else np.zeros(0, np.uint8)
    beside = [tensor for tensor in model.graph.initializer if tensor.data_location == TensorProto.EXTERNAL]
    return model, {tensor.name: _part(data, tensor) for tensor in beside}


def _part(data: np.ndarray, tensor: TensorProto) -> np.ndarray:
    place = {entry.key: entry.value for entry in tensor.external_data}
    offset, length = int(place["offset"]), int(place["length"])
    dtype = helper.mapping.TENSOR_TYPE_TO_NP_TYPE[tensor.data_type]
    return np.asarray(data[offset:offset + length]).view(dtype).reshape(tuple(tensor.dims))


def _weights_of(file: Path) -> Path:
    return file.parent / (file.name + ".data")


def _write_weights(graph: Graph, file: Path) -> Dict[str, Place]:
    """Those of layers that share them, which an export may repeat for each, are written once."""
    places = {}  # type: Dict[str, Place]
    alike = {}  # type: Dict[Hashable, List[str]]
    with file.open("wb") as target:
        for name, value in graph.constants.items():
            if value.nbytes <= _INLINE:
                continue
            rows = np.ascontiguousarray(value)
            names = alike.setdefault(_sample(rows), [])
            same = next((other for other in names if _are_trained(rows) and _is_same(rows, graph.constants[other])), None)
            if same is not None:
                places[name] = places[same]
                continue
            names.append(name)
            target.write(bytes(-target.tell() % ALIGNMENT))
            places[name] = Place(file.name, target.tell(), rows.nbytes)
            target.write(rows)  # tofile would not say why it fails
    return places


def _sample(rows: np.ndarray) -> Hashable:
    return rows.dtype, rows.shape, _few(rows).tobytes()


def _are_trained(rows: np.ndarray) -> bool:
    """What is one number throughout, such as biases that begin with zeros, several layers may have without sharing it."""
    return np.unique(_few(rows)).size > 1


def _few(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(-1)[::-(-rows.size // _SAMPLED)]


def _is_same(rows: np.ndarray, other: np.ndarray) -> bool:
    """To the bit."""
    return bool(np.array_equal(rows.view(np.uint8), np.ascontiguousarray(other).view(np.uint8)))
