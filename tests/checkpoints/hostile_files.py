"""Files other than torch.save's made to mislead: tars, arrays, scripts and indexes that lie."""
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict

import numpy as np

from tests.checkpoints.files import ended, legacy, safetensors, script, tar_storages, tar_tensors, tarred
from tests.checkpoints.hostile_pickles import CALLS

F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
Named = Callable[[str, str], Path]


def write_tars(path: Named) -> None:
    def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        return info

    tarred(path("tar", "symlink"), link=member("storages2", tarfile.SYMTYPE, "/etc/passwd"))
    tarred(path("tar", "symlink for a member"), storages2=member("storages", tarfile.SYMTYPE, "/etc/passwd"))
    tarred(path("tar", "hard link"), link=member("pickle", tarfile.LNKTYPE, "/etc/passwd"))
    tarred(path("tar", "device"), device=member("tensors", tarfile.CHRTYPE))
    tarred(path("tar", "folder"), folder=member("../executed", tarfile.DIRTYPE))
    tarred(path("tar", "path traversal"), **{"../../executed": b"executed"})
    tarred(path("tar", "another member"), **{"executed.py": b"executed"})
    tarred(path("tar", "renamed by notes"), **{"x" * 200: b"executed"})
    tarred(path("tar", "negative count"), storages=tar_storages(count=-1))
    tarred(path("tar", "count beyond the file"), storages=tar_storages(count=2**40))
    tarred(path("tar", "count that wraps"), storages=tar_storages(count=2**62))
    tarred(path("tar", "offset beyond"), tensors=tar_tensors(offset=1))
    tarred(path("tar", "negative offset"), tensors=tar_tensors(offset=-1))
    tarred(path("tar", "unknown storage"), tensors=tar_tensors(held=99))
    tarred(path("tar", "tensors missing"), tensors=b"")
    tarred(path("tar", "a million tensors"), tensors=ended(b"J" + struct.pack("<i", 10**6)))
    tarred(path("tar", "reference to nothing"), ended(b"}U\x01aK\x63Qs"))
    tarred(path("tar", "reference to a list"), ended(b"}U\x01a]Qs"))
    for name, at, data in (
        ("checksum", 0, b"X"),
        ("negative size", 124, b"-0000000001\0"),
        ("size of 8 GiB", 124, b"77777777777\0"),
        ("size that is no number", 124, b"eval(1)    \0"),
    ):
        whole = tarred(path("tar", name))
        content = bytearray(whole.read_bytes())
        start = content.index(b"pickle\0") + at
        content[start : start + len(data)] = data
        if name != "checksum":
            header = content[start - at : start - at + 512]
            header[148:156] = b" " * 8
            content[start - at + 148 : start - at + 156] = "{:06o}\0 ".format(sum(header)).encode("ascii")
        whole.write_bytes(bytes(content))


def write_numpy(path: Named) -> None:
    def npz(name: str, *entries: Any, compress: int = zipfile.ZIP_STORED) -> Path:
        file = path("npz", name)
        with zipfile.ZipFile(str(file), "w", compress) as archive:
            for inner, data in entries:
                archive.writestr(inner, data)
        return file

    def npy(header: str, data: bytes = bytes(8), length: int = None) -> bytes:
        raw = header.encode("latin-1")
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw) if length is None else length) + raw + data

    fields = "{{'descr': {}, 'fortran_order': {}, 'shape': {}, }}\n"
    plain = npy(fields.format("'<f4'", "False", "(2,)"))
    objects = io.BytesIO()
    np.save(objects, np.array([dict], object))
    npz("objects", ("a.npy", objects.getvalue()))
    for name, descr, fortran, shape in (
        ("call in its header", "'<f4'", "False", "(__import__('os').system('touch executed'),)"),
        ("call for a dtype", "__import__('os')", "False", "(2,)"),
        ("structured", "[('a', '<f4')]", "False", "(2,)"),
        ("object dtype", "'|O'", "False", "(1,)"),
        ("void", "'|V4'", "False", "(2,)"),
        ("text", "'<U2'", "False", "(1,)"),
        ("complex", "'<c8'", "False", "(1,)"),
        ("longdouble", "'<f16'", "False", "(1,)"),
        ("negative", "'<f4'", "False", "(-2,)"),
        ("larger than its bytes", "'<f4'", "False", "(3,)"),
        ("terabytes", "'<f4'", "False", "(1099511627776, 1099511627776)"),
        ("no order", "'<f4'", "1", "(2,)"),
        ("forty axes", "'<f4'", "False", "(" + "1, " * 39 + "2)"),
    ):
        npz(name, ("a.npy", npy(fields.format(descr, fortran, shape))))
    npz("no header", ("a.npy", b"\x93NUMPY"))
    npz("header beyond", ("a.npy", npy("{}", length=60000)))
    npz("no array", ("a.npy", b"executed"))
    npz("program beside", ("a.npy", plain), ("a.py", b"executed"))
    npz("path traversal", ("../a.npy", plain))
    npz(
        "zip bomb",
        ("a.npy", npy(fields.format("'<f4'", "False", "(50000000,)"), bytes(2 * 10**8))),
        compress=zipfile.ZIP_DEFLATED,
    )
    npz(
        "many zip bombs",
        *[
            ("{}.npy".format(n), npy(fields.format("'<f4'", "False", "(2500000,)"), bytes(10**7)))
            for n in range(40)
        ],
        compress=zipfile.ZIP_DEFLATED,
    )
    npz("packed by lzma", ("a.npy", plain), compress=zipfile.ZIP_LZMA)
    broken = npz("checksum", ("a.npy", plain))
    broken.write_bytes(broken.read_bytes().replace(bytes(8) + b"PK\x01", b"\x01" + bytes(7) + b"PK\x01"))
    lying = npz("smaller than it says", ("a.npy", plain), compress=zipfile.ZIP_DEFLATED)
    data = lying.read_bytes()
    at = data.rindex(b"PK\x01\x02") + 24
    lying.write_bytes(data[:at] + struct.pack("<I", 3) + data[at + 4 :])


def write_scripts(path: Named) -> None:
    tensor_row = {
        "dims": ["2"],
        "offset": "0",
        "strides": ["1"],
        "dataType": "FLOAT",
        "data": {"key": "tensors/0"},
    }

    def lying(name: str, **fields: Any) -> None:
        script(path("script", name), {"tensors": [dict(tensor_row, **fields)]})

    lying("offset beyond", offset="1")
    lying("negative offset", offset="-1")
    lying("negative size", dims=["-2"])
    lying("sizes of text", dims=["eval(1)"])
    lying("storage that is absent", data={"key": "../tensors/0"})
    lying("unknown type", dataType="OBJECT")
    lying("no data", data=[])
    script(path("script", "module without a name"), {"mainModule": {"parameters": [{"tensorId": "0"}]}})
    script(
        path("script", "tensor that is absent"),
        {"mainModule": {"parameters": [{"name": "w", "tensorId": "7"}]}},
    )
    script(path("script", "no table"), {"tensors": None})
    inner = "{}"  # type: Any
    for _ in range(5000):
        inner = '{"name":"a","submodules":[' + inner + "]}"
    script(path("script", "nested"), raw=('{"tensors":[],"mainModule":' + inner + "}").encode("ascii"))


def write_shards(path: Named, files: Dict[str, Path]) -> None:
    """Indexes; each in a folder of its own, beside a good shard."""

    def index(name: str, content: Any) -> None:
        folder = path("sharded", name).with_suffix("")
        folder.mkdir()
        safetensors(folder / "good.safetensors", {"a": F32}, bytes(8))
        (folder / "evil.bin").write_bytes(legacy(folder / "x.bin", CALLS["os.system"]).read_bytes())
        (folder / "x.bin").unlink()
        raw = content if isinstance(content, bytes) else json.dumps(content).encode("ascii")
        files["sharded: " + name] = folder / "model.index.json"
        files["sharded: " + name].write_bytes(raw)

    for name, weight_map in (
        ("path traversal", {"a": "../good.safetensors"}),
        ("absolute", {"a": "/etc/passwd"}),
        ("folder", {"a": "."}),
        ("index of itself", {"a": "model.index.json"}),
        ("number", {"a": 3}),
        ("nothing", {}),
        ("list", ["a"]),
        ("absent", {"a": "absent.safetensors"}),
        ("null byte", {"a": "a\0b"}),
        ("key that is absent", {"a": "good.safetensors", "b": "good.safetensors"}),
        ("key that is not said", {"b": "good.safetensors"}),
        ("hostile shard", {"a": "evil.bin"}),
        ("thousands of shards", {str(n): "{}.bin".format(n) for n in range(2000)}),
    ):
        index(name, {"weight_map": weight_map})
    index("key twice", b'{"weight_map": {"a": "good.safetensors", "a": "good.safetensors"}}')
    index("nested", b'{"weight_map": ' + b"[" * 10**6)
    index("huge", b'{"weight_map": ' + b" " * 17 * 10**6 + b"{}}")
