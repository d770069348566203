"""safetensors: eight bytes of length, a JSON table of tensors, their bytes in one run."""

import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, List, Tuple

from job.checkpoint.json_values import LONGEST, value_from_json
from job.checkpoint.readers import Reader, register
from job.checkpoint.source import Source
from job.checkpoint.tensor_views import ITEM_SIZES, MOST_AXES
from job.checkpoint.values import Content, Region, Storage, TensorRef
from job.errors import BadCheckpoint

DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


def sniff(head: bytes, path: Path) -> bool:
    return len(head) > 8 and head[8:9] == b"{"


def read(source: Source) -> Content:
    length = struct.unpack("<Q", source.read(8, "the header"))[0]
    if length > LONGEST:
        raise _bad("its header claims {} bytes".format(length))
    table = _table(source.read(length, "the header"))
    start = 8 + length
    tree, regions, spans = OrderedDict(), {}, []  # type: Any, Dict[str, Region], List[Tuple[int, int]]
    for name, entry in table.items():
        if name == "__metadata__":
            continue
        tensor, (begin, end) = _tensor(name, entry)
        tree[name] = tensor
        regions[name] = Region(start + begin, end - begin)
        spans.append((begin, end))
    _check_spans(sorted(spans), source.size - start)
    return Content(tree, regions)


def _table(header: bytes) -> Dict[str, Any]:
    try:
        table = value_from_json(header)
    except ValueError as error:
        raise _bad("its header is not JSON: {:.200}".format(str(error))) from error
    if not isinstance(table, dict):
        raise _bad("its header is not a table")
    return table


def _tensor(name: str, entry: Any) -> Tuple[TensorRef, Tuple[int, int]]:
    try:
        dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    except (TypeError, KeyError, ValueError) as error:
        raise _bad("the entry of {!r:.60} lacks dtype, shape or data_offsets".format(name)) from error
    if not all(type(n) is int and 0 <= n < 2**62 for n in shape + (begin, end)) or len(shape) > MOST_AXES:
        raise _bad("the shape or offsets of {!r:.60}".format(name))
    elements, strides = 1, []  # type: int, List[int]
    for size in reversed(shape):
        strides.insert(0, elements)
        elements *= size
    known = DTYPES.get(dtype, dtype) if isinstance(dtype, str) else "no dtype"
    if known in ITEM_SIZES and elements * ITEM_SIZES[known] != end - begin:
        raise _bad("{!r:.60} has {} bytes, not those of shape {}".format(name, end - begin, list(shape)))
    return TensorRef(Storage(name, known, elements), 0, shape, tuple(strides)), (begin, end)


def _check_spans(spans: List[Tuple[int, int]], size: int) -> None:
    """The tensors must fill the file: no hole, no overlap, nothing behind."""
    position = 0
    for begin, end in spans:
        if begin != position or end < begin:
            raise _bad("its tensors overlap or leave holes at byte {}".format(min(begin, position)))
        position = end
    if position != size:
        kind = "truncated" if position > size else "followed by other bytes"
        raise _bad("its tensors take {} bytes, the file has {}: it is {}".format(position, size, kind))


def _bad(what: str) -> BadCheckpoint:
    return BadCheckpoint("the safetensors file is malformed: " + what, hint="copy or save it again")


register(Reader("safetensors", "safetensors, in one file", sniff, read))
