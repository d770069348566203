"""Parts of a flatbuffer put behind what is there already; offsets lead forward, so nothing in it has to move."""
import struct
from typing import Sequence

from job.tensorflow_model.flatbuffer.tables import OFFSET

_ALIGNMENT = 16  # bytes, of a buffer's data


def append_table(data: bytearray, fields: Sequence[int]) -> int:
    """A table whose fields, from 0 on, take four bytes each; an offset is to be turned to its target: see field_place."""
    align(data)
    layout, count = len(data), len(fields)
    places = [4 + 4 * field for field in range(count)]
    data.extend(struct.pack("<{}H".format(2 + count), 4 + 2 * count, 4 + 4 * count, *places))
    align(data)
    table = len(data)
    data.extend(struct.pack("<i{}I".format(count), table - layout, *fields))
    return table


def field_place(table: int, field: int) -> int:
    """Where a field of `append_table` stands."""
    return table + 4 + 4 * field


def append_offsets(data: bytearray, count: int) -> int:
    """A vector of offsets, each to be turned to its target: see offset_place."""
    align(data)
    vector = len(data)
    data.extend(struct.pack("<I", count) + bytes(OFFSET * count))
    return vector


def offset_place(vector: int, number: int) -> int:
    return vector + OFFSET * (1 + number)


def append_buffer(data: bytearray, content: bytes) -> int:
    """A Buffer: field 0, its data, behind it in the file."""
    align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHxx", 6, 8, 4))
    table = len(data)
    start = table + 8 + (-(table + 8 + OFFSET) % _ALIGNMENT)
    data.extend(struct.pack("<iI", table - layout, start - (table + 4)))
    data.extend(bytes(start - len(data)) + struct.pack("<I", len(content)))
    data.extend(content)
    return table


def append_quantization(data: bytearray, scale: Sequence[float], zero_point: Sequence[int], axis: int) -> int:
    """QuantizationParameters: fields 2 (scale) and 3 (zero_point), a number a channel, and 6, the axis of these."""
    align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHHHHHHHxx", 18, 16, 0, 0, 4, 8, 0, 0, 12))
    table = len(data)
    data.extend(struct.pack("<iIIi", table - layout, 0, 0, axis))
    point(data, table + 4, len(data))
    data.extend(struct.pack("<I{}f".format(len(scale)), len(scale), *scale))
    data.extend(bytes((4 - len(data)) % 8))  # so that the numbers of 64 bits stand at multiples of 8
    point(data, table + 8, len(data))
    data.extend(struct.pack("<I{}q".format(len(zero_point)), len(zero_point), *zero_point))
    return table


def append_shape(data: bytearray, shape: Sequence[int]) -> int:
    """A vector of int32."""
    align(data)
    vector = len(data)
    data.extend(struct.pack("<I{}i".format(len(shape)), len(shape), *shape))
    return vector


def append_text(data: bytearray, text: str) -> int:
    """A string: its length, its bytes, and a zero."""
    align(data)
    string, content = len(data), text.encode("utf-8")
    data.extend(struct.pack("<I", len(content)) + content + b"\0")
    return string


def append_code(data: bytearray, builtin: int, version: int = 1) -> int:
    """An OperatorCode: fields 0, the number of a builtin operator, and 2, its version."""
    align(data)
    layout = len(data)
    data.extend(struct.pack("<HHHHHxx", 10, 12, 4, 0, 8))
    table = len(data)
    data.extend(struct.pack("<iBxxxi", table - layout, builtin, version))
    return table


def point(data: bytearray, at: int, target: int) -> None:
    struct.pack_into("<I", data, at, target - at)


def align(data: bytearray) -> None:
    data.extend(bytes(-len(data) % OFFSET))
