"""Counts what is in a `.tflite` file and in a SavedModel, straight from their bytes.

Every contender is counted by the same few lines, which share nothing with the job's own count.
"""
import struct
from collections import Counter
from pathlib import Path
from typing import Iterator, NamedTuple, Tuple

# Operators that move data about and compute nothing, by their numbers in the TensorFlow Lite schema.
PLUMBING = {
    6: "DEQUANTIZE", 22: "RESHAPE", 34: "PAD", 36: "GATHER", 38: "SPACE_TO_BATCH_ND", 37: "BATCH_TO_SPACE_ND",
    39: "TRANSPOSE", 43: "SQUEEZE", 45: "STRIDED_SLICE", 49: "SPLIT", 53: "CAST", 60: "PADV2", 65: "SLICE",
    69: "TILE", 70: "EXPAND_DIMS", 77: "SHAPE", 83: "PACK", 88: "UNPACK", 100: "MIRROR_PAD", 102: "SPLIT_V",
    114: "QUANTIZE", 130: "BROADCAST_TO",
}


class OperatorCount(NamedTuple):
    all: int
    plumbing: int
    size: int  # bytes of the file


class _Table(NamedTuple):
    """One table of a flatbuffer; fields are numbered in the order of the schema."""

    data: bytes
    at: int

    def _where(self, field: int) -> int:
        """The field's position, or 0 when it is not stored."""
        vtable = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        length = struct.unpack_from("<H", self.data, vtable)[0]
        entry = 4 + 2 * field
        offset = struct.unpack_from("<H", self.data, vtable + entry)[0] if entry < length else 0
        return self.at + offset if offset else 0

    def number(self, field: int, kind: str) -> int:
        where = self._where(field)
        return struct.unpack_from(kind, self.data, where)[0] if where else 0

    def tables(self, field: int) -> Iterator["_Table"]:
        where = self._where(field)
        if not where:
            return
        vector = where + struct.unpack_from("<I", self.data, where)[0]
        for index in range(struct.unpack_from("<I", self.data, vector)[0]):
            slot = vector + 4 + 4 * index
            yield _Table(self.data, slot + struct.unpack_from("<I", self.data, slot)[0])


def count_operators(tflite_file: Path) -> OperatorCount:
    """Over all sub-graphs of the file."""
    data = tflite_file.read_bytes()
    model = _Table(data, struct.unpack_from("<I", data, 0)[0])
    # A number above 127 does not fit the first field: newer files then use the fourth.
    codes = [max(code.number(0, "<b"), code.number(3, "<i")) for code in model.tables(1)]
    used = Counter(
        codes[operator.number(0, "<I")] for graph in model.tables(2) for operator in graph.tables(3)
    )
    plumbing = sum(count for code, count in used.items() if code in PLUMBING)
    return OperatorCount(sum(used.values()), plumbing, len(data))


def _varint(data: memoryview, at: int) -> Tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _messages(data: memoryview, wanted: int) -> Iterator[memoryview]:
    """The embedded messages of one field of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        field, wire = key >> 3, key & 7
        if wire == 2:
            length, at = _varint(data, at)
            if field == wanted:
                yield data[at:at + length]
            at += length
        elif wire == 0:
            _, at = _varint(data, at)
        else:
            at += {1: 8, 5: 4}[wire]


def count_nodes(saved_model_pb: Path) -> int:
    """Nodes of the graph and of its functions, the ones that restore variables included."""
    count = 0
    for meta_graph in _messages(memoryview(saved_model_pb.read_bytes()), 2):
        for graph in _messages(meta_graph, 2):
            count += sum(1 for _ in _messages(graph, 1))
            for library in _messages(graph, 2):
                count += sum(sum(1 for _ in _messages(function, 3)) for function in _messages(library, 1))
    return count
