"""Ways to change a checkpoint's bytes: blindly, by its structure, and in nothing but a weight."""

import json
import pickletools
import random
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Callable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from tests.checkpoints.fuzz.seeds import Seed

NUMBERS = (
    0,
    1,
    2,
    127,
    128,
    255,
    256,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**62,
    2**63 - 1,
    2**63,
    2**64 - 1,
)
OPCODES = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes]


class Mutant(NamedTuple):
    how: str
    data: bytes
    weight: Optional[Tuple[str, np.ndarray]] = None  # the only array that differs, and what it has become


def mutant(seed: Seed, others: Sequence[Seed], draw: random.Random) -> Mutant:
    if seed.arrays and draw.random() < 0.5:
        return _of_a_weight(seed, draw)
    ways = BLIND + [_in_structure] * 4
    data = seed.data
    way = draw.choice(ways)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        data = way(data, draw) if way is not _spliced else _spliced(data, draw, draw.choice(others).data)
    return Mutant(way.__name__.strip("_"), data)


def _flipped(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        if changed:
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _lengthened(data: bytes, draw: random.Random) -> bytes:
    return data + bytes(draw.randrange(256) for _ in range(draw.randrange(1, 64)))


def _part(data: bytes, draw: random.Random) -> Tuple[int, int]:
    begin = draw.randrange(len(data) + 1)
    return begin, min(len(data), begin + draw.choice((1, 2, 4, 8, 64, 512)))


def _left_out(data: bytes, draw: random.Random) -> bytes:
    begin, end = _part(data, draw)
    return data[:begin] + data[end:]


def _repeated(data: bytes, draw: random.Random) -> bytes:
    begin, end = _part(data, draw)
    return data[:begin] + data[begin:end] * draw.choice((2, 3, 50)) + data[end:]


def _moved(data: bytes, draw: random.Random) -> bytes:
    begin, end = _part(data, draw)
    at = draw.randrange(len(data) + 1)
    return data[:at] + data[begin:end] + data[at + end - begin :]


def _with_number(data: bytes, draw: random.Random) -> bytes:
    at, size = draw.randrange(len(data) + 1), draw.choice((1, 2, 4, 8))
    number = draw.choice(NUMBERS + (len(data), len(data) - 1, len(data) + 1)) % 256**size
    return data[:at] + number.to_bytes(size, draw.choice(("little", "big"))) + data[at + size :]


def _spliced(data: bytes, draw: random.Random, other: bytes) -> bytes:
    begin, end = _part(other, draw)
    at = draw.randrange(len(data) + 1)
    return data[:at] + other[begin:end] + data[at + draw.choice((0, end - begin)) :]


BLIND = [
    _flipped,
    _cut,
    _lengthened,
    _left_out,
    _repeated,
    _moved,
    _with_number,
    _spliced,
]  # type: List[Callable]


def _in_structure(data: bytes, draw: random.Random) -> bytes:
    """Inside the container, which stays whole: so that what lies deeper is reached."""
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data, draw)
    if data.startswith(b"{"):
        return _in_json(data, draw)
    if data[8:9] == b"{":
        return _in_header(data, draw)
    return _in_pickle(data, draw)


def _in_zip(data: bytes, draw: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = [(info, archive.read(info.filename)) for info in archive.infolist()]
    except Exception:  # one that was mutated before
        return _flipped(data, draw)
    chosen = draw.choice(
        [n for n, (info, _) in enumerate(entries) for _ in range(5 if ".pkl" in info.filename else 1)] or [0]
    )
    result = BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for number, (info, content) in enumerate(entries):
            if number == chosen:
                content = (
                    _in_pickle(content, draw) if info.filename.endswith(".pkl") else _any_blind(content, draw)
                )
            archive.writestr(zipfile.ZipInfo(info.filename), content, info.compress_type)
    return result.getvalue()


def _any_blind(data: bytes, draw: random.Random) -> bytes:
    return draw.choice(BLIND[:-1])(data, draw)


def _in_json(data: bytes, draw: random.Random) -> bytes:
    try:
        index = json.loads(data.decode("utf-8"))
        weight_map = index["weight_map"]
        weight_map[draw.choice(sorted(weight_map) + ["new"])] = draw.choice(
            sorted(weight_map.values()) + ["../x", "/x", "", ".", None, 3, [], {}, "a" * 300, "x.index.json"]
        )
        return json.dumps(index).encode("utf-8")
    except Exception:  # one that was mutated before
        return _any_blind(data, draw)


def _in_header(data: bytes, draw: random.Random) -> bytes:
    """A safetensors header, its length put right again."""
    length = struct.unpack("<Q", data[:8])[0]
    try:
        header = json.loads(data[8 : 8 + length].decode("utf-8"))
        entry = header[draw.choice(sorted(header))]
        field = draw.choice(sorted(entry))
        entry[field] = draw.choice(
            [3, None, [], "F64", "F8_E5M2", [draw.choice(NUMBERS), 2], [0, len(data)], [-1, 4]]
        )
        raw = json.dumps(header).encode("utf-8")
    except Exception:  # one that was mutated before
        raw = _any_blind(data[8 : 8 + length], draw)
    return struct.pack("<Q", len(raw)) + raw + data[8 + length :]


def _in_pickle(data: bytes, draw: random.Random) -> bytes:
    """An opcode and its argument replaced, left out, repeated, or swapped with another."""
    starts = _opcodes(data)
    if len(starts) < 4:
        return _flipped(data, draw)
    one, other = (draw.randrange(len(starts) - 1) for _ in range(2))
    begin, end = starts[one], starts[one + 1]
    way = draw.randrange(5)
    if way == 0:
        return data[:begin] + draw.choice(OPCODES) + data[begin + 1 :]
    if way == 1:
        return data[:begin] + data[end:]
    if way == 2:
        return data[:begin] + data[begin:end] * draw.choice((2, 3, 100)) + data[end:]
    if way == 3:
        return data[:begin] + data[starts[other] : starts[other + 1]] + data[end:]
    return (
        data[:begin] + data[begin : begin + 1] + _any_blind(data[begin + 1 : end] or b"\0", draw) + data[end:]
    )


def _opcodes(data: bytes) -> List[int]:
    """Where they begin, in all of the pickles that follow each other at the file's beginning."""
    starts, at = [], 0  # type: List[int], int
    while at < len(data):
        stream = BytesIO(data[at:])
        try:
            for _, _, position in pickletools.genops(stream):
                starts.append(at + position)
        except Exception:  # the end of the pickles
            break
        at += stream.tell()
    return starts


def _of_a_weight(seed: Seed, draw: random.Random) -> Mutant:
    """Other bytes in one array, whatever numbers they are; the checksums of .npz are put right."""
    key = draw.choice(list(seed.arrays))
    array = seed.arrays[key]
    raw = bytearray(array.tobytes())
    at = seed.data.index(bytes(raw))
    for _ in range(draw.choice((1, 3))):
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    data = seed.data[:at] + bytes(raw) + seed.data[at + len(raw) :]
    if seed.name.endswith("npz"):
        data = _with_checksums(data)
    return Mutant("weight", data, (key, np.frombuffer(bytes(raw), array.dtype).reshape(array.shape)))


def _with_checksums(data: bytes) -> bytes:
    changed = bytearray(data)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            header = info.header_offset
            name, extra = struct.unpack("<HH", data[header + 26 : header + 30])
            begin = header + 30 + name + extra
            checksum = struct.pack("<I", zlib.crc32(data[begin : begin + info.file_size]))
            old = struct.pack("<I", info.CRC)
            changed[header + 14 : header + 18] = checksum
            table = data.index(b"PK\x01\x02", archive.start_dir)
            while data[table + 46 : table + 46 + len(info.filename)] != info.filename.encode("ascii"):
                table = data.index(b"PK\x01\x02", table + 1)
            assert changed[table + 16 : table + 20] == old
            changed[table + 16 : table + 20] = checksum
    return bytes(changed)
