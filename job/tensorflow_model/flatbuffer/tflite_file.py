"""What a .tflite file holds: tensors, operators, inputs and outputs. It is changed by making another, and writing that."""
import mmap
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS, CUSTOM
from job.tensorflow_model.flatbuffer.options import NONE, options_of
from job.tensorflow_model.flatbuffer.tables import OFFSET, Table, root_table

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
PADDING, STRIDES = 0, (1, 2)  # of the options of convolutions and pools; of width and of height
ACTIVATION = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 4, "FULLY_CONNECTED": 0, "ADD": 0, "MUL": 0, "SUB": 0, "DIV": 0,
              "MAX_POOL_2D": 5, "AVERAGE_POOL_2D": 5, "CONCATENATION": 1}  # of their options

QUANTIZE, DEQUANTIZE = "QUANTIZE", "DEQUANTIZE"  # into whole numbers or fewer bits, and back to float32
DEPTHWISE = "DEPTHWISE_CONV_2D"
DILATIONS = {"CONV_2D": (4, 5), DEPTHWISE: (5, 6)}  # of their options; of width and of height
LAYERS = ("CONV_2D", DEPTHWISE, "FULLY_CONNECTED")
WEIGHTS, BIAS = 1, 2  # which of a layer's inputs; the first is what it reads
KEEP_SCALE = ("PAD", "MAX_POOL_2D", "AVERAGE_POOL_2D")  # in int8, what they make has that of what they read

ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")
TENSOR_TYPES = (
    "float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8")


class Tensor(NamedTuple):
    name: str
    dtype: str  # numpy's name
    shape: Tuple[int, ...]
    scale: Tuple[float, ...] = ()  # one, or one per channel; none where the tensor is not quantised
    zero_point: Tuple[int, ...] = ()
    axis: int = 0  # of the channels
    content: Any = b""  # bytes, or a view of them in the file, of a constant

    def values(self) -> np.ndarray:
        """Of a constant, flat; of what is computed, nothing."""
        return np.frombuffer(self.content, self.dtype)


class Operator(NamedTuple):
    name: str  # the builtin's, or CUSTOM:name
    inputs: Tuple[int, ...]  # indices of tensors; -1 is an optional input left out
    outputs: Tuple[int, ...]
    dilations: Tuple[int, ...] = ()  # of a convolution, as its options say: of width and of height
    activation: str = "NONE"  # fused into it, as its options say
    version: int = 1
    options: bytes = NONE  # see job.tensorflow_model.flatbuffer.options
    options_kind: int = 0

    def keeps_axes(self) -> bool:
        """Of a MEAN, whether the axes that it is taken over stay, of size one."""
        return bool(root_table(self.options).number(REDUCER_KEEPS, "B"))


class TFLiteFile(NamedTuple):
    tensors: Tuple[Tensor, ...]
    operators: Tuple[Operator, ...]  # in the order they run
    inputs: Tuple[int, ...]  # indices of tensors
    outputs: Tuple[int, ...]
    description: str = ""

    def computed(self) -> Tuple[Tensor, ...]:
        """What the operators make, in the order they make it."""
        return tuple(self.tensors[index] for operator in self.operators for index in operator.outputs)

    def makers(self) -> Dict[int, Operator]:
        """By a tensor's index, the operator that makes it."""
        return {index: operator for operator in self.operators for index in operator.outputs}

    def times_read(self) -> Counter:
        """By a tensor's index, how often operators read it; 0 for all others."""
        return Counter(index for operator in self.operators for index in operator.inputs if index >= 0)

    def with_tensors(self, changed: Mapping[int, Tensor]) -> "TFLiteFile":
        """Others in the places of some."""
        return self._replace(tensors=tuple(changed.get(index, tensor) for index, tensor in enumerate(self.tensors)))

    def without_unused(self) -> "TFLiteFile":
        """Those tensors only that an operator reads or makes, or that the file takes or gives."""
        used = sorted({index for each in self.operators for index in each.inputs + each.outputs if index >= 0}
                      | set(self.inputs + self.outputs))
        places = {index: place for place, index in enumerate(used)}
        places[-1] = -1

        def moved(indices: Sequence[int]) -> Tuple[int, ...]:
            return tuple(places[index] for index in indices)

        return self._replace(
            tensors=tuple(self.tensors[index] for index in used), inputs=moved(self.inputs), outputs=moved(self.outputs),
            operators=tuple(each._replace(inputs=moved(each.inputs), outputs=moved(each.outputs)) for each in self.operators))


def open_tflite(path: Path) -> TFLiteFile:
    """Reads the file's structure; its weights are mapped, and loaded where they are looked at."""
    with path.open("rb") as file:
        return parse_tflite(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def parse_tflite(data: Any) -> TFLiteFile:
    model, view = root_table(data), memoryview(data)
    codes = [(_operator_name(code), code.number(CODE_VERSION, "i", 1)) for code in model.tables(MODEL_OPERATOR_CODES)]
    graph = model.tables(MODEL_SUBGRAPHS)[0]
    contents = [_content(view, buffer) for buffer in model.tables(MODEL_BUFFERS)]
    return TFLiteFile(
        tensors=tuple(_tensor(table, contents) for table in graph.tables(GRAPH_TENSORS)),
        operators=tuple(_operator(table, *codes[table.number(OPERATOR_CODE, "I")]) for table in graph.tables(GRAPH_OPERATORS)),
        inputs=_indices(graph, GRAPH_INPUTS), outputs=_indices(graph, GRAPH_OUTPUTS),
        description=model.text(MODEL_DESCRIPTION))


def _operator_name(code: Table) -> str:
    name = BUILTIN_OPERATORS[code.number(CODE_BUILTIN, "B")]
    return "{}:{}".format(CUSTOM, code.text(CODE_CUSTOM)) if name == CUSTOM else name


def _operator(table: Table, name: str, version: int) -> Operator:
    options = table.table(OPERATOR_OPTIONS)
    dilations = tuple(options.number(field, "i", 1) for field in DILATIONS.get(name, ()))
    activation = options.number(ACTIVATION[name], "B") if name in ACTIVATION and options else 0
    return Operator(name, _indices(table, OPERATOR_INPUTS), _indices(table, OPERATOR_OUTPUTS), dilations,
                    ACTIVATIONS[activation], version, options_of(name, options), table.number(OPERATOR_OPTIONS_KIND, "B"))


def _content(view: memoryview, buffer: Table) -> Any:
    if buffer.place(BUFFER_DATA) is None:
        return b""
    start, size = buffer.vector(BUFFER_DATA) + OFFSET, buffer.numbers(BUFFER_DATA, "u1").size
    return view[start:start + size]


def _tensor(table: Table, contents: Sequence[Any]) -> Tensor:
    quantization = table.table(TENSOR_QUANTIZATION)
    scale = quantization.numbers(QUANTIZATION_SCALE, "<f4") if quantization else np.zeros(0)
    zero_point = quantization.numbers(QUANTIZATION_ZERO_POINT, "<i8") if quantization else np.zeros(0)
    return Tensor(
        name=table.text(TENSOR_NAME), dtype=TENSOR_TYPES[table.number(TENSOR_TYPE, "B")],
        shape=_indices(table, TENSOR_SHAPE), scale=tuple(scale.tolist()), zero_point=tuple(zero_point.tolist()),
        axis=quantization.number(QUANTIZATION_AXIS, "i") if quantization else 0,
        content=contents[table.number(TENSOR_BUFFER, "I")])


def _indices(table: Table, field: int) -> Tuple[int, ...]:
    return tuple(table.numbers(field, "<i4").tolist())
