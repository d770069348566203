"""What a .tflite file holds: tensors, operators, inputs and outputs."""
import mmap
import struct
from pathlib import Path
from typing import Any, Collection, NamedTuple, Optional, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS, CUSTOM
from job.tensorflow_model.flatbuffer.tables import Table, root_table

# Field numbers of TensorFlow Lite's schema, version 3.
MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, MODEL_DESCRIPTION, MODEL_BUFFERS = 1, 2, 3, 4
BUFFER_DATA = 0
EMPTY_BUFFER = 0  # the number of the one that every file begins its buffers with
CODE_BUILTIN, CODE_CUSTOM, CODE_VERSION = 0, 1, 2
GRAPH_TENSORS, GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_OPERATORS = 0, 1, 2, 3
TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION = 0, 1, 2, 3, 4
QUANTIZATION_SCALE, QUANTIZATION_ZERO_POINT, QUANTIZATION_AXIS = 2, 3, 6
OPERATOR_CODE, OPERATOR_INPUTS, OPERATOR_OUTPUTS, OPERATOR_OPTIONS_KIND, OPERATOR_OPTIONS = 0, 1, 2, 3, 4
REDUCER_KEEPS = 0  # of the options of a MEAN: whether axes of one stay
CONV_DILATIONS = (4, 5)  # of the options of a CONV_2D
ACTIVATION = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 4, "FULLY_CONNECTED": 0, "ADD": 0, "MUL": 0, "SUB": 0, "DIV": 0,
              "MAX_POOL_2D": 5, "AVERAGE_POOL_2D": 5, "CONCATENATION": 1}  # of their options

LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")  # inputs: what they read, weights, biases
KEEP_SCALE = ("PAD", "MAX_POOL_2D", "AVERAGE_POOL_2D")  # in int8, what they make has that of what they read

ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")
TENSOR_TYPES = (
    "float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8")


class Tensor(NamedTuple):
    name: str
    dtype: str  # numpy's name
    shape: Tuple[int, ...]
    scale: Tuple[float, ...]  # one, or one per channel; none where the tensor is not quantised
    zero_point: Tuple[int, ...]


class Operator(NamedTuple):
    name: str  # the builtin's, or CUSTOM:name
    inputs: Tuple[int, ...]  # indices of tensors; -1 is an optional input left out
    outputs: Tuple[int, ...]
    dilations: Tuple[int, ...] = ()  # of a CONV_2D
    activation: str = "NONE"  # fused into it


class TFLiteFile(NamedTuple):
    tensors: Tuple[Tensor, ...]
    operators: Tuple[Operator, ...]  # in the order they run
    inputs: Tuple[int, ...]  # indices of tensors
    outputs: Tuple[int, ...]

    def computed(self) -> Tuple[Tensor, ...]:
        """What the operators make, in the order they make it."""
        return tuple(self.tensors[index] for operator in self.operators for index in operator.outputs)


def open_tflite(path: Path) -> TFLiteFile:
    """Reads the file's structure; its weights are not loaded."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return parse_tflite(data)


def parse_tflite(data: Any) -> TFLiteFile:
    model = root_table(data)
    names = [_operator_name(code) for code in model.tables(MODEL_OPERATOR_CODES)]
    graph = model.tables(MODEL_SUBGRAPHS)[0]
    return TFLiteFile(
        tensors=tuple(_tensor(table) for table in graph.tables(GRAPH_TENSORS)),
        operators=tuple(_operator(table, names) for table in graph.tables(GRAPH_OPERATORS)),
        inputs=_indices(graph, GRAPH_INPUTS), outputs=_indices(graph, GRAPH_OUTPUTS))


def constant_values(data: Any, index: int, dtype: str) -> np.ndarray:
    """Of the tensor of that index, flat; of one that is computed, nothing."""
    model = root_table(data)
    tensor = model.element(MODEL_SUBGRAPHS, 0).element(GRAPH_TENSORS, index)
    return model.element(MODEL_BUFFERS, tensor.number(TENSOR_BUFFER, "I")).numbers(BUFFER_DATA, "u1").view(dtype)


def with_inner_outputs(data: bytes, names: Optional[Collection[str]] = None) -> bytes:
    """The same model, but what its operators make, or the named part of it, is output too.

    The interpreter reuses the memory of inner tensors: only what is an output can be read after a run.
    The new list of outputs is appended, and the graph's offset to the old one is changed to it.
    """
    if names is not None and not names:
        return data
    file = parse_tflite(data)
    inner = [index for operator in file.operators for index in operator.outputs if index not in file.outputs]
    outputs = list(file.outputs) + [i for i in inner if names is None or file.tensors[i].name in names]
    changed = bytearray(data)
    changed.extend(bytes(-len(changed) % 4))
    place = root_table(data).tables(MODEL_SUBGRAPHS)[0].place(GRAPH_OUTPUTS)
    struct.pack_into("<I", changed, place, len(changed) - place)
    changed.extend(struct.pack("<I{}i".format(len(outputs)), len(outputs), *outputs))
    return bytes(changed)


def _operator_name(code: Table) -> str:
    name = BUILTIN_OPERATORS[code.number(CODE_BUILTIN, "B")]
    return "{}:{}".format(CUSTOM, code.text(CODE_CUSTOM)) if name == CUSTOM else name


def _operator(table: Table, names: Any) -> Operator:
    name, options = names[table.number(OPERATOR_CODE, "I")], table.table(OPERATOR_OPTIONS)
    dilations = tuple(options.number(field, "i", 1) for field in CONV_DILATIONS) if name == "CONV_2D" else ()
    activation = options.number(ACTIVATION[name], "B") if name in ACTIVATION and options else 0
    return Operator(name, _indices(table, OPERATOR_INPUTS), _indices(table, OPERATOR_OUTPUTS), dilations,
                    ACTIVATIONS[activation])


def _tensor(table: Table) -> Tensor:
    quantization = table.table(TENSOR_QUANTIZATION)
    scale = quantization.numbers(QUANTIZATION_SCALE, "<f4") if quantization else np.zeros(0)
    zero_point = quantization.numbers(QUANTIZATION_ZERO_POINT, "<i8") if quantization else np.zeros(0)
    return Tensor(
        name=table.text(TENSOR_NAME), dtype=TENSOR_TYPES[table.number(TENSOR_TYPE, "B")],
        shape=_indices(table, TENSOR_SHAPE), scale=tuple(scale.tolist()),
        zero_point=tuple(zero_point.tolist()))


def _indices(table: Table, field: int) -> Tuple[int, ...]:
    return tuple(table.numbers(field, "<i4").tolist())
