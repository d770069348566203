"""Changes a .tflite file in place: what is new is appended, and the offset that led to the old is turned to it.

Offsets count forward from where they stand, so nothing that is there already has to move.
"""
import struct
from typing import Sequence, Tuple

from job.tensorflow_model.flatbuffer.tables import OFFSET, Table, root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    BUFFER_DATA, GRAPH_OPERATORS, GRAPH_TENSORS, MODEL_BUFFERS, MODEL_SUBGRAPHS, OPERATOR_INPUTS, OPERATOR_OPTIONS,
    OPERATOR_OPTIONS_KIND, OPERATOR_OUTPUTS, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION, TENSOR_SHAPE,
)

_ALIGNMENT = 16  # bytes, of a buffer's data


def append_table(data: bytearray, fields: Sequence[int]) -> int:
    """A table whose fields, from 0 on, take four bytes each; an offset is to be turned to its target: see field_place."""
    _align(data)
    layout, count = len(data), len(fields)
    places = [4 + 4 * field for field in range(count)]
    data.extend(struct.pack("<{}H".format(2 + count), 4 + 2 * count, 4 + 4 * count, *places))
    _align(data)
    table = len(data)
    data.extend(struct.pack("<i{}I".format(count), table - layout, *fields))
    return table


def field_place(table: int, field: int) -> int:
    """Where a field of `append_table` stands."""
    return table + 4 + 4 * field


def append_offsets(data: bytearray, count: int) -> int:
    """A vector of offsets, each to be turned to its target: see offset_place."""
    _align(data)
    vector = len(data)
    data.extend(struct.pack("<I", count) + bytes(OFFSET * count))
    return vector


def offset_place(vector: int, number: int) -> int:
    return vector + OFFSET * (1 + number)


def append_buffer(data: bytearray, content: bytes) -> int:
    """A Buffer: field 0, its data, behind it in the file."""
    _align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHxx", 6, 8, 4))
    table = len(data)
    start = table + 8 + (-(table + 8 + OFFSET) % _ALIGNMENT)
    data.extend(struct.pack("<iI", table - layout, start - (table + 4)))
    data.extend(bytes(start - len(data)) + struct.pack("<I", len(content)) + content)
    return table


def append_tensor(data: bytearray, shape: Tuple[int, ...], buffer: int, name: str, kind: int = 0,
                  steps: Sequence[float] = (), zero_point: int = 0, axis: int = 0) -> int:
    """A Tensor: fields 0 (shape), 1 (type, float32 if not said), 2 (buffer), 3 (name) and, of a quantised one, 4 (its steps)."""
    table = append_table(data, [0, kind, buffer, 0] + ([0] if steps else []))
    point(data, field_place(table, TENSOR_SHAPE), append_shape(data, shape))
    point(data, field_place(table, TENSOR_NAME), append_text(data, name))
    if steps:
        point(data, field_place(table, TENSOR_QUANTIZATION), append_quantization(data, steps, zero_point, axis))
    return table


def append_quantization(data: bytearray, steps: Sequence[float], zero_point: int, axis: int) -> int:
    """QuantizationParameters: fields 2 (scale) and 3 (zero_point), a number a channel, and 6, the axis of these."""
    _align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHHHHHHHxx", 18, 16, 0, 0, 4, 8, 0, 0, 12))
    table = len(data)
    data.extend(struct.pack("<iIIi", table - layout, 0, 0, axis))
    point(data, table + 4, len(data))
    data.extend(struct.pack("<I{}f".format(len(steps)), len(steps), *steps))
    data.extend(bytes((4 - len(data)) % 8))  # so that the numbers of 64 bits stand at multiples of 8
    point(data, table + 8, len(data))
    data.extend(struct.pack("<I{}q".format(len(steps)), len(steps), *[zero_point] * len(steps)))
    return table


def append_shape(data: bytearray, shape: Sequence[int]) -> int:
    """A vector of int32."""
    _align(data)
    vector = len(data)
    data.extend(struct.pack("<I{}i".format(len(shape)), len(shape), *shape))
    return vector


def append_text(data: bytearray, text: str) -> int:
    """A string: its length, its bytes, and a zero."""
    _align(data)
    string, content = len(data), text.encode("utf-8")
    data.extend(struct.pack("<I", len(content)) + content + b"\0")
    return string


def append_code(data: bytearray, builtin: int, version: int = 1) -> int:
    """An OperatorCode: fields 0, the number of a builtin operator, and 2, its version."""
    _align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHHHxx", 10, 12, 4, 0, 8))
    table = len(data)
    data.extend(struct.pack("<iBxxxi", table - layout, builtin, version))
    return table


def append_operator(data: bytearray, like: Table, code: int) -> int:
    """An Operator as another, under another code: fields 0 (code), 1, 2 (tensors), 3 and 4 (its kind of options, them)."""
    options = like.table(OPERATOR_OPTIONS)
    _align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHHHHHxx", 14, 24, 4, 8, 12, 16 if options else 0, 20 if options else 0))
    table = len(data)
    data.extend(struct.pack("<iIIIBxxxI", table - layout, code, 0, 0, like.number(OPERATOR_OPTIONS_KIND, "B"), 0))
    point(data, table + 8, append_shape(data, like.numbers(OPERATOR_INPUTS, "<i4").tolist()))
    point(data, table + 12, append_shape(data, like.numbers(OPERATOR_OUTPUTS, "<i4").tolist()))
    if options:
        point(data, table + 20, append_copy(data, options))
    return table


def append_copy(data: bytearray, table: Table) -> int:
    """A table of numbers only, once more: offsets lead forward, so what is new cannot lead to what is old."""
    _align(data)
    copy = len(data)
    layout = table.position - struct.unpack_from("<i", data, table.position)[0]
    size, = struct.unpack_from("<H", data, layout + 2)
    data.extend(struct.pack("<i", copy - layout) + data[table.position + 4:table.position + size])
    return copy


def append_whole_copy(data: bytearray, table: Table, vectors: Sequence[int]) -> int:
    """A table of another file: numbers, and in the fields `vectors` vectors of int32."""
    _align(data)
    layout = table.position - struct.unpack_from("<i", table.data, table.position)[0]
    size, length = struct.unpack_from("<HH", table.data, layout)
    new_layout = len(data)
    data.extend(table.data[layout:layout + size])
    _align(data)
    copy = len(data)
    data.extend(struct.pack("<i", copy - new_layout) + table.data[table.position + 4:table.position + length])
    for field in vectors:
        if table.place(field) is not None:
            vector = append_shape(data, table.numbers(field, "<i4").tolist())
            point(data, copy + table.place(field) - table.position, vector)
    return copy


def append_codes(data: bytearray, codes: Sequence[Table], builtin: int) -> int:
    """A vector of OperatorCodes: copies of these (see append_copy), and that of another builtin operator."""
    _align(data)
    vector = len(data)
    data.extend(struct.pack("<I", len(codes) + 1) + bytes(OFFSET * (len(codes) + 1)))
    for place, code in enumerate(codes):
        point(data, vector + OFFSET * (1 + place), append_copy(data, code))
    point(data, vector + OFFSET * (1 + len(codes)), append_code(data, builtin))
    return vector


def keep_operators(data: bytearray, kept: Sequence[int]) -> None:
    """The operators' vector, shortened in place."""
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    tables = [table.position for table in graph.tables(GRAPH_OPERATORS)]
    for place, index in enumerate(kept):
        point(data, entry(graph, GRAPH_OPERATORS, place), tables[index])
    struct.pack_into("<I", data, entry(graph, GRAPH_OPERATORS, 0) - OFFSET, len(kept))


def entry(table: Table, field: int, index: int) -> int:
    """Where the offset to the vector's element stands."""
    at = table.place(field)
    return at + struct.unpack_from("<I", table.data, at)[0] + OFFSET * (1 + index)


def point(data: bytearray, at: int, target: int) -> None:
    struct.pack_into("<I", data, at, target - at)


def overwrite_constant(data: bytearray, index: int, content: bytes) -> None:
    """The constant tensor's values, by others of the same size."""
    model = root_table(data)
    buffer = model.element(MODEL_SUBGRAPHS, 0).element(GRAPH_TENSORS, index).number(TENSOR_BUFFER, "I")
    start = model.element(MODEL_BUFFERS, buffer).vector(BUFFER_DATA)
    size, = struct.unpack_from("<I", data, start)
    if size != len(content):
        raise ValueError("{} bytes in place of {}".format(len(content), size))
    data[start + OFFSET:start + OFFSET + size] = content


def write_number(data: bytearray, at: int, number: int) -> None:
    struct.pack_into("<i", data, at, number)


def _align(data: bytearray) -> None:
    data.extend(bytes(-len(data) % OFFSET))
