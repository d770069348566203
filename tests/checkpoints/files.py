"""Checkpoint files made by hand, byte by byte, for what no honest program writes."""

import io
import json
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Mapping, Sequence

MAGIC = 0x1950A86A20F9469CFC6C
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def text(value: str) -> bytes:
    data = value.encode("utf-8")
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value: int) -> bytes:
    return pickle.dumps(value, 2)[2:-1]


def named(name: str) -> bytes:
    module, _, member = name.rpartition(".")
    return "c{}\n{}\n".format(module, member).encode("ascii")


def called(name: str, *args: bytes) -> bytes:
    return named(name) + b"(" + b"".join(args) + b"tR"


def dictionary(**items: bytes) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def storage(key: str, elements: int, kind: str = "FloatStorage") -> bytes:
    identity = [text("storage"), named("torch." + kind), text(key), text("cpu"), integer(elements), b"N"]
    return b"(" + b"".join(identity) + b"tQ"


def sizes(*values: int) -> bytes:
    return b"(" + b"".join(integer(value) for value in values) + b"t"


def tensor(
    held: bytes = storage("0", 6), offset: int = 0, shape: bytes = sizes(2, 3), strides: bytes = sizes(3, 1)
) -> bytes:
    return called("torch._utils._rebuild_tensor_v2", held, integer(offset), shape, strides, b"\x89", b"N")


def ended(*parts: bytes) -> bytes:
    return b"\x80\x02" + b"".join(parts) + b"."


def legacy(path: Path, *tree: bytes, keys: Sequence[str] = ("0",), storages: bytes = None) -> Path:
    """torch.save's old format around opcodes; one storage of six floats unless said otherwise."""
    if storages is None:
        storages = struct.pack("<q6f", 6, *range(6))
    head = b"".join(pickle.dumps(value, 2) for value in (MAGIC, 1001, SYSTEM))
    path.write_bytes(head + ended(*tree) + pickle.dumps(list(keys), 2) + storages)
    return path


def zipped(
    path: Path, *tree: bytes, entries: Mapping[str, bytes] = None, compress: int = zipfile.ZIP_STORED
) -> Path:
    """torch.save's new format around opcodes."""
    entries = {"data/0": struct.pack("<6f", *range(6))} if entries is None else entries
    with zipfile.ZipFile(str(path), "w", compress) as archive:
        for name, data in dict({"data.pkl": ended(*tree)}, **entries).items():
            archive.writestr(zipfile.ZipInfo("archive/" + name), data, compress)  # of 1980, not of today
    return path


def safetensors(path: Path, header: Any, data: bytes = b"", length: int = None) -> Path:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode("utf-8")
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)
    return path


def tarred(
    path: Path, pickled: bytes = None, tensors: bytes = None, storages: bytes = None, **more: Any
) -> Path:
    """torch.save's oldest format: a storage of six floats, a view of it, three tensors; more members by name."""
    members = {
        "sys_info": pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2),
        "pickle": pickled
        or ended(b"}(", *(text(key) + integer(number) + b"Q" for number, key in TAR_KEYS.items()), b"u"),
        "tensors": tar_tensors() if tensors is None else tensors,
        "storages": storages or tar_storages(),
    }
    with tarfile.open(str(path), "w:", format=tarfile.PAX_FORMAT) as archive:
        for name, data in dict(members, **more).items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.mtime = 0.5  # which takes a header of its own
            data = b"" if isinstance(data, tarfile.TarInfo) else data
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


TAR_KEYS = {10: "whole", 11: "turned", 12: "part"}


def tar_storages(count: int = 6, size: int = 6) -> bytes:
    entry = ended(b"(" + integer(1) + text("cpu") + named("torch.FloatStorage") + b"t")
    views = pickle.dumps([(2, 1, 3, 3)], 2)
    return pickle.dumps(1, 2) + entry + struct.pack("<q{}f".format(size), count, *range(size)) + views


def tar_tensors(held: int = 1, offset: int = 0) -> bytes:
    rows = [(10, held, (2, 3), (3, 1), offset), (11, 1, (3, 2), (1, 3), 0), (12, 2, (2,), (1,), 1)]
    parts = [pickle.dumps(len(rows), 2)]
    for key, storage_key, shape, strides, start in rows:
        entry = ended(b"(" + integer(key) + integer(storage_key) + named("torch.FloatTensor") + b"t")
        numbers = struct.pack("<{}q".format(2 * len(shape) + 1), *(shape + strides + (start,)))
        parts.append(entry + struct.pack("<ii", len(shape), 0) + numbers)
    return b"".join(parts)


def script(
    path: Path, changes: Mapping[str, Any] = None, attributes: bytes = None, raw: bytes = None
) -> Path:
    """TorchScript of PyTorch 1.1: one parameter of two numbers, its table with changes."""
    row = {"dims": ["2"], "offset": "0", "strides": ["1"], "dataType": "FLOAT", "data": {"key": "tensors/0"}}
    model = {"tensors": [row], "mainModule": {"parameters": [{"name": "w", "tensorId": "0"}]}}
    with zipfile.ZipFile(str(path), "w") as archive:
        entries = {
            "version": b"1\n",
            "tensors/0": struct.pack("<2f", 1, 2),
            "model.json": raw or json.dumps(dict(model, **changes or {})),
            "attributes.pkl": attributes,
        }
        for name, data in entries.items():
            if data is not None:
                archive.writestr(zipfile.ZipInfo("net/" + name), data)
    return path
