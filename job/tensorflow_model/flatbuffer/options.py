"""Options of an operator, as a flatbuffer of their own: a value that can be compared, and put into any file."""
import struct
from typing import Optional, Sequence

from job.tensorflow_model.flatbuffer.appending import align, append_shape, append_table, field_place, point
from job.tensorflow_model.flatbuffer.tables import OFFSET, Table, root_table

NONE = b""
KINDS = {"DEPTHWISE_CONV_2D": 2, "FULLY_CONNECTED": 8, "CONCATENATION": 10, "ADD": 11, "RESHAPE": 17, "MUL": 21,
         "TRANSPOSE": 26, "SUB": 28, "SPLIT": 35, "PACK": 59, "UNPACK": 64}  # by operator, which member of the schema's union they are
_VECTORS = {"RESHAPE": (0,), "SQUEEZE": (0,)}  # by operator, the fields that are vectors of int32; all others are numbers


def options_of(name: str, table: Optional[Table]) -> bytes:
    """A copy of an operator's table of options, with what it leads to."""
    if table is None:
        return NONE
    layout = table.position - struct.unpack_from("<i", table.data, table.position)[0]
    size, length = struct.unpack_from("<HH", table.data, layout)
    copy = bytearray(OFFSET)
    copy.extend(table.data[layout:layout + size])
    align(copy)
    place = len(copy)
    point(copy, 0, place)
    copy.extend(struct.pack("<i", place - OFFSET) + table.data[table.position + 4:table.position + length])
    for field in _VECTORS.get(name, ()):
        if table.place(field) is not None:
            vector = append_shape(copy, table.numbers(field, "<i4").tolist())
            point(copy, place + table.place(field) - table.position, vector)
    align(copy)
    return bytes(copy)


def new_options(fields: Sequence[int]) -> bytes:
    """Of an operator that no file has yet: numbers and members of enumerations, from field 0 on."""
    options = bytearray(OFFSET)
    point(options, 0, append_table(options, fields))
    return bytes(options)


def reshape_options(shape: Sequence[int]) -> bytes:
    """Of a RESHAPE: what its shape, which is an input too, says."""
    options = bytearray(OFFSET)
    table = append_table(options, (0,))
    point(options, 0, table)
    point(options, field_place(table, 0), append_shape(options, shape))
    return bytes(options)


def append_options(data: bytearray, options: bytes) -> int:
    """Puts them into a file; where the table stands."""
    align(data)
    start = len(data)
    data.extend(options)
    return start + root_table(options).position
