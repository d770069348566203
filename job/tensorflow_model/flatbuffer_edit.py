"""Changes a .tflite file in place: what is new is appended, and the offset that led to the old is turned to it.

Offsets count forward from where they stand, so nothing that is there already has to move.
"""
import struct
from typing import Sequence, Tuple

from job.tensorflow_model.flatbuffer import OFFSET, Table, root_table
from job.tensorflow_model.tflite_file import GRAPH_OPERATORS, MODEL_SUBGRAPHS

_ALIGNMENT = 16  # bytes, of a buffer's data


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


def append_tensor(data: bytearray, shape: Tuple[int, ...], buffer: int, name: str) -> int:
    """A Tensor: fields 0 (shape), 2 (buffer) and 3 (name); its type is the default, float32."""
    _align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHHHH", 12, 16, 4, 0, 8, 12))
    table = len(data)
    sizes = struct.pack("<I{}i".format(len(shape)), len(shape), *shape)
    text = name.encode("utf-8")
    data.extend(struct.pack("<iIII", table - layout, 16 - 4, buffer, 16 + len(sizes) - 12))
    data.extend(sizes + struct.pack("<I", len(text)) + text + b"\0")
    return table


def append_range(data: bytearray, low: float, high: float) -> int:
    """QuantizationParameters: fields 0 (min) and 1 (max), one number each."""
    _align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHH", 8, 12, 4, 8))
    table = len(data)
    data.extend(struct.pack("<iIIIfIf", table - layout, 8, 12, 1, low, 1, high))
    return table


def append_shape(data: bytearray, shape: Sequence[int]) -> int:
    """A vector of int32."""
    _align(data)
    vector = len(data)
    data.extend(struct.pack("<I{}i".format(len(shape)), len(shape), *shape))
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


def _align(data: bytearray) -> None:
    data.extend(bytes(-len(data) % OFFSET))
