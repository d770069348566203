"""Files made to mislead: every hostile pickle in an archive, and archives and tables that lie."""

import struct
import zipfile
from pathlib import Path
from typing import Dict

from tests.checkpoints.files import (
    dictionary, ended, legacy, safetensors, script, storage, tarred, tensor, zipped,
)
from tests.checkpoints.hostile_files import F32, Named, write_numpy, write_scripts, write_shards, write_tars
from tests.checkpoints.hostile_pickles import BOMBS, CALLS, MALFORMED, MODULES, TENSORS


def write_all(folder: Path) -> Dict[str, Path]:
    files = {}  # type: Dict[str, Path]

    def path(kind: str, name: str) -> Path:
        files["{}: {}".format(kind, name)] = folder / "{}.pth".format(len(files))
        return files["{}: {}".format(kind, name)]

    for name, opcodes in list(CALLS.items()) + list(TENSORS.items()):
        tree = dictionary(good=tensor(), bad=opcodes)
        legacy(path("legacy", name), tree)
        zipped(path("zip", name), tree)
    for name, opcodes in list(MALFORMED.items()) + list(MODULES.items()):
        legacy(path("legacy", name), opcodes)
        zipped(path("zip", name), opcodes)
    for name in ("os.system", "getattr", "reduce_ex", "exec"):
        tarred(path("tar", name), ended(CALLS[name]))
        script(path("script", name), attributes=ended(CALLS[name]))
    for name, opcodes in BOMBS.items():
        zipped(path("bomb", name), opcodes)
    write_legacy(path)
    write_zips(path)
    write_directories(path)
    write_safetensors(path)
    write_tars(path)
    write_numpy(path)
    write_scripts(path)
    write_shards(path, files)
    return files


def write_legacy(path: Named) -> None:
    good = dictionary(good=tensor())
    floats = struct.pack("<q6f", 6, *range(6))
    legacy(path("legacy", "negative count"), good, storages=struct.pack("<q6f", -6, *range(6)))
    legacy(path("legacy", "another count"), good, storages=struct.pack("<q6f", 7, *range(6)))
    legacy(path("legacy", "storages missing"), good, storages=b"")
    legacy(path("legacy", "key twice"), good, keys=["0", "0"], storages=2 * floats)
    legacy(path("legacy", "key unknown"), good, keys=["0", "9"], storages=2 * floats)
    twice = dictionary(good=tensor(), other=tensor(held=storage("0", 6, "LongStorage")))
    legacy(path("legacy", "storage of two types"), twice)
    whole = legacy(path("legacy", "truncated"), good)
    whole.write_bytes(whole.read_bytes()[:-3])


def write_zips(path: Named) -> None:
    good = dictionary(good=tensor())
    zipped(path("zip", "compressed"), good, compress=zipfile.ZIP_DEFLATED)
    zipped(path("zip", "bomb"), good, entries={"data/0": bytes(10**8)}, compress=zipfile.ZIP_DEFLATED)
    zipped(path("zip", "storage too short"), good, entries={"data/0": b"1234"})
    zipped(path("zip", "another data.pkl"), good, entries={"../other/data.pkl": b"N."})
    two = path("zip", "two data.pkl")
    zipped(two, good)
    with zipfile.ZipFile(str(two), "a") as archive:
        archive.writestr("second/data.pkl", ended(b"N"))
    for name, copies in (("storages overlap", b"archive/data/1"), ("entry twice", b"archive/data/0")):
        both = zipped(path("zip", name), good, entries={"data/0": bytes(24), "data/1": bytes(24)})
        overlap_last_entries(both, copies)
    whole = zipped(path("zip", "truncated"), good)
    whole.write_bytes(whole.read_bytes()[:-30])
    beyond = zipped(path("zip", "size beyond the file"), good)
    data = beyond.read_bytes()
    at = data.rindex(b"PK\x01\x02")
    beyond.write_bytes(data[: at + 20] + struct.pack("<II", 2**31, 2**31) + data[at + 28 :])


def overlap_last_entries(path: Path, name: bytes) -> None:
    """Let the table of contents say that the last entry, so named, lies where the one before it does."""
    data = path.read_bytes()
    last = data.rindex(b"PK\x01\x02")
    before = data.rindex(b"PK\x01\x02", 0, last)
    copied = data[last : last + 42] + data[before + 42 : before + 46] + name + data[last + 46 + len(name) :]
    path.write_bytes(data[:last] + copied)


def write_safetensors(path: Named) -> None:
    eight = bytes(8)
    safetensors(path("safetensors", "overlap"), {"a": F32, "b": F32}, eight)
    hole = {"a": F32, "b": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]}}
    safetensors(path("safetensors", "hole"), hole, bytes(24))
    safetensors(path("safetensors", "truncated"), {"a": F32}, bytes(7))
    safetensors(path("safetensors", "followed by more"), {"a": F32}, bytes(9))
    safetensors(path("safetensors", "header of 2 GiB"), {"a": F32}, eight, length=2**31)
    safetensors(path("safetensors", "header beyond the file"), {"a": F32}, eight, length=10**6)
    safetensors(path("safetensors", "header of 2**63"), {"a": F32}, eight, length=2**63)
    safetensors(path("safetensors", "negative"), {"a": dict(F32, data_offsets=[-8, 0])}, eight)
    safetensors(path("safetensors", "backwards"), {"a": dict(F32, data_offsets=[8, 0])}, eight)
    safetensors(path("safetensors", "shape differs"), {"a": dict(F32, shape=[3])}, eight)
    safetensors(path("safetensors", "huge shape"), {"a": dict(F32, shape=[2**61, 2**61])}, eight)
    safetensors(path("safetensors", "fraction"), {"a": dict(F32, shape=[2.0])}, eight)
    safetensors(path("safetensors", "unknown dtype"), {"a": dict(F32, dtype="F8_E4M3")}, eight)
    safetensors(path("safetensors", "no dtype"), {"a": dict(F32, dtype=["F32"])}, eight)
    safetensors(path("safetensors", "no offsets"), {"a": {"dtype": "F32", "shape": [2]}}, eight)
    safetensors(path("safetensors", "no table"), {"a": 3}, b"")
    safetensors(path("safetensors", "no tensors"), {}, b"")
    entry = b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    safetensors(path("safetensors", "key twice"), b"{" + entry + b"," + entry + b"}", eight)
    safetensors(path("safetensors", "nested"), b'{"a":' + b"[" * 10**6, b"")
    safetensors(path("safetensors", "not UTF-8"), b'{"\xff":0}', b"")
    safetensors(path("safetensors", "number of a million digits"), b'{"a":' + b"9" * 10**6 + b"}", b"")
    safetensors(path("safetensors", "a million tables"), b'{"a":[' + b"{}," * 10**6 + b"0]}", b"")
    safetensors(path("safetensors", "five million numbers"), b'{"a":[' + b"300," * 5 * 10**6 + b"0]}", b"")
    safetensors(path("safetensors", "NaN"), b'{"a":NaN}', b"")
    safetensors(
        path("safetensors", "overlap by one byte"),
        {"a": F32, "b": {"dtype": "F32", "shape": [2], "data_offsets": [7, 15]}},
        bytes(15),
    )


def write_directories(path: Named) -> None:
    """Zip archives whose table of contents lies."""
    good = dictionary(good=tensor())

    def changed(
        name: str, at: int, data: bytes, signature: bytes = b"PK\x01\x02", last: bool = False
    ) -> None:
        whole = zipped(path("zip", name), good)
        content = whole.read_bytes()
        start = (content.rindex if last else content.index)(signature) + at
        whole.write_bytes(content[:start] + data + content[start + len(data) :])

    changed("encrypted", 8, b"\x01\x00")
    changed("packed by bzip2", 10, struct.pack("<H", 12), last=True)
    changed("another name inside", 30, b"X", b"PK\x03\x04")
    changed("entry before the file", 42, struct.pack("<I", 2**31))
    changed("entry in the table", 42, struct.pack("<I", 1), last=True)
    changed("64 bits that are not there", 42, struct.pack("<I", 2**32 - 1))
    changed("more entries than there are", 8, struct.pack("<HH", 900, 900), b"PK\x05\x06")
    changed("65535 entries", 8, struct.pack("<HH", 65535, 65535), b"PK\x05\x06")
    changed("second disk", 4, b"\x01\x00", b"PK\x05\x06")
    changed("table elsewhere", 16, struct.pack("<I", 3), b"PK\x05\x06")
    changed("comment beyond the file", 20, struct.pack("<H", 60000), b"PK\x05\x06")
    for name, inner in (
        ("path traversal", "../../executed"),
        ("absolute path", "/tmp/executed"),
        ("windows path", "..\\executed"),
        ("drive", "C:executed"),
    ):
        with zipfile.ZipFile(str(zipped(path("zip", name), good)), "a") as archive:
            archive.writestr(inner, b"executed")
    flood = zipped(path("zip", "flood of entries"), good)
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    table, start = entry * 200000, flood.stat().st_size
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 200000, 200000, len(table), start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(table), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    flood.write_bytes(flood.read_bytes() + table + end64 + locator + end)
    stored = zipped(
        path("zip", "order of bytes unknown"), good, entries={"data/0": bytes(24), "byteorder": b"middle"}
    )
    assert stored.is_file()
