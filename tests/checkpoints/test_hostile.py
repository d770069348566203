"""Files made to mislead: each is refused with exit code 3, runs nothing and takes little memory."""
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Callable, Dict

import pytest
from files import called, dictionary, ended, integer, named, sizes, storage, tensor, text
from files import legacy, safetensors, zipped

from job.checkpoint import read_checkpoint
from job.errors import BadCheckpoint

TOUCH = "touch executed"
F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


class Runs:
    """Pickles as a call of a function of the standard library."""

    def __init__(self, function: Callable, *args: object) -> None:
        self.call = function, args

    def __reduce__(self):
        return self.call


def body(value: object, protocol: int = 2) -> bytes:
    return pickle.dumps(value, protocol)[2:-1]


def laughs(kind: str) -> bytes:
    """Thirty levels, each twice or thrice what is below: expanded it would be 2**30 items and more."""
    parts = [b"]" if kind == "list" else b"}"]
    for level in range(30):
        again = b"q" + bytes([level])
        if kind == "list":
            parts.append(again + b"0](h" + bytes([level]) + b"h" + bytes([level]) + b"e")
        else:
            each = b"".join(text(name) + b"h" + bytes([level]) for name in "abc")
            parts.append(again + b"0}(" + each + b"u")
    return b"".join(parts)


# What runs code when Python's own pickle, or PyTorch's, loads it.
CALLS = {
    "os.system": body(Runs(os.system, TOUCH)),
    "subprocess": body(Runs(subprocess.call, TOUCH, 0)),
    "eval": body(Runs(eval, "open('executed', 'w')")),
    "exec": body(Runs(exec, "open('executed', 'w')")),
    "exec, protocol 4": b"\x8c\x08builtins\x8c\x04exec\x93(" + text("open('executed','w')") + b"tR",
    "open": called("builtins.open", text("executed"), text("w")),
    "python 2's eval": called("__builtin__.eval", text("1")),
    "import": called("builtins.__import__", text("antigravity")),
    "getattr": called("builtins.getattr", named("torch._utils"[:5] + ".nn"), text("hub")),
    "getattr of os": called("builtins.getattr", called("builtins.__import__", text("os")), text("system")),
    "importlib": called("importlib.import_module", text("this")),
    "runpy": called("runpy.run_path", text("x.py")),
    "nested pickle": body(Runs(pickle.loads, pickle.dumps(Runs(os.system, TOUCH)))),
    "instance": b"(" + text(TOUCH) + b"iposix\nsystem\n",
    "object": b"(" + named("posix.system") + text(TOUCH) + b"o",
    "new object": named("posix.system") + b"(" + text(TOUCH) + b"t\x81",
    "torch.load": called("torch.serialization.load", text("other.pth")),
    "torch.hub": called("torch.hub.load", text("owner/name"), text("model")),
    "numpy.load": called("numpy.load", text("x.npy"), b"N", b"\x88"),
    "numpy's runstring": called("numpy.testing._private.utils.runstring", text("1"), b"}"),
    "code object": called("types.CodeType", integer(0)),
    "function": called("types.FunctionType", called("types.CodeType", integer(0)), b"}"),
    "attrgetter": called("operator.attrgetter", text("system")),
    "methodcaller": called("operator.methodcaller", text("system"), text(TOUCH)),
    "partial": called("functools.partial", named("torch.hub.load")),
    "quantized": called("torch._utils._rebuild_qtensor", storage("0", 6), integer(0)),
    "sparse": called("torch._utils._rebuild_sparse_tensor", b"N", b"N"),
    "subclass": called("torch._tensor._rebuild_from_type_v2", named("os.system"), b"N", b")", b"N"),
    "state that runs": called("evil.Class") + dictionary(x=called("os.system", text(TOUCH))) + b"b",
}

# Opcodes that break the rules of pickles, or ask for more than there is.
MALFORMED = {
    "empty": b"",
    "no weights": dictionary(epoch=integer(3)),
    "list laughs": laughs("list"),
    "dictionary laughs": laughs("dictionary"),
    "contains itself": b"}q\x00" + text("a") + b"h\x00s",
    "unknown opcode": b"\xff",
    "extension": b"\x82\x01",
    "protocol 9": b"\x80\x09N",
    "out of band": b"\x97",
    "pops nothing": b"0",
    "no mark": b"t",
    "appends to a number": integer(1) + integer(2) + b"a",
    "sets items of text": text("a") + text("b") + text("c") + b"s",
    "odd items": b"}(" + text("a") + b"u",
    "recalls nothing": b"h\x07",
    "calls text": text("os.system") + b")R",
    "calls with no tuple": named("torch.Size") + b"NR",
    "global of no text": integer(1) + integer(2) + b"\x93",
    "text longer than the file": b"X" + struct.pack("<I", 2 ** 32 - 1),
    "bytes longer than memory": b"\x8e" + struct.pack("<Q", 2 ** 63),
    "negative length": b"\x8b" + struct.pack("<i", -1),
    "integer of a megabyte": b"\x8b" + struct.pack("<i", 2 ** 20) + b"\x01" * 2 ** 20,
    "integer of many digits": b"L" + b"9" * 10000 + b"L\n",
    "no integer": b"Ieval\n",
    "no end of line": b"V" + b"a" * 200000,
    "text that is not UTF-8": b"X\x02\x00\x00\x00\xff\xfe",
    "string without quotes": b"Sabc\n",
    "persistent text": b"P0\n",
    "persistent number": integer(3) + b"Q",
    "too few arguments": called("torch._utils._rebuild_tensor_v2"),
    "numpy objects": called("numpy.dtype", text("O"), integer(0), integer(1)),
    "unhashable pairs": called("collections.OrderedDict", b"](](" + b"]" + b"Nee"),
}

# More opcodes than any checkpoint needs; each costs the most memory that its kind can.
BOMBS = {
    "stack of marks": b"(" * 2000000,
    "stack of lists": b"]" * 2000000,
    "nested tuples": b")" + b"\x85" * 2000000,
    "memo": b"".join(b"Nr" + struct.pack("<I", index) for index in range(700000)),
}

TENSORS = {
    "negative offset": tensor(offset=-1),
    "offset beyond": tensor(offset=1),
    "shape beyond": tensor(shape=sizes(3, 3)),
    "stride beyond": tensor(strides=sizes(4, 1)),
    "negative stride": tensor(strides=sizes(-3, 1)),
    "negative size": tensor(shape=sizes(-2, 3)),
    "huge sizes": tensor(shape=sizes(2 ** 40, 2 ** 40), strides=sizes(0, 0)),
    "size beyond 64 bits": tensor(shape=sizes(2 ** 70, 1), strides=sizes(0, 0)),
    "a terabyte from one number": tensor(shape=sizes(2 ** 20, 2 ** 18), strides=sizes(0, 0)),
    "text for a size": tensor(shape=b"(" + text("2") + text("3") + b"t"),
    "too many axes": tensor(shape=sizes(*[1] * 40), strides=sizes(*[1] * 40)),
    "ranks differ": tensor(shape=sizes(6)),
    "storage longer than the file": tensor(storage("0", 2 ** 40), 0, sizes(2 ** 40), sizes(1)),
    "storage of no number": tensor(held=b"N"),
    "storage that is absent": tensor(held=storage("1", 6)),
    "storage of objects": tensor(held=storage("0", 6, "ObjectStorage")),
}


def write_all(folder: Path) -> Dict[str, Path]:
    files = {}  # type: Dict[str, Path]

    def path(kind: str, name: str) -> Path:
        files["{}: {}".format(kind, name)] = folder / "{}.pth".format(len(files))
        return files["{}: {}".format(kind, name)]

    for name, opcodes in list(CALLS.items()) + list(TENSORS.items()):
        tree = dictionary(good=tensor(), bad=opcodes)
        legacy(path("legacy", name), tree)
        zipped(path("zip", name), tree)
    for name, opcodes in MALFORMED.items():
        legacy(path("legacy", name), opcodes)
        zipped(path("zip", name), opcodes)
    for name, opcodes in BOMBS.items():
        zipped(path("bomb", name), opcodes)
    write_legacy(path)
    write_zips(path)
    write_safetensors(path)
    return files


def write_legacy(path: Callable[[str, str], Path]) -> None:
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


def write_zips(path: Callable[[str, str], Path]) -> None:
    good = dictionary(good=tensor())
    zipped(path("zip", "compressed"), good, compress=zipfile.ZIP_DEFLATED)
    zipped(path("zip", "bomb"), good, entries={"data/0": bytes(10 ** 8)}, compress=zipfile.ZIP_DEFLATED)
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
    beyond.write_bytes(data[: at + 20] + struct.pack("<II", 2 ** 31, 2 ** 31) + data[at + 28:])


def overlap_last_entries(path: Path, name: bytes) -> None:
    """Let the table of contents say that the last entry, so named, lies where the one before it does."""
    data = path.read_bytes()
    last = data.rindex(b"PK\x01\x02")
    before = data.rindex(b"PK\x01\x02", 0, last)
    copied = data[last: last + 42] + data[before + 42: before + 46] + name + data[last + 46 + len(name):]
    path.write_bytes(data[:last] + copied)


def write_safetensors(path: Callable[[str, str], Path]) -> None:
    eight = bytes(8)
    safetensors(path("safetensors", "overlap"), {"a": F32, "b": F32}, eight)
    hole = {"a": F32, "b": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]}}
    safetensors(path("safetensors", "hole"), hole, bytes(24))
    safetensors(path("safetensors", "truncated"), {"a": F32}, bytes(7))
    safetensors(path("safetensors", "followed by more"), {"a": F32}, bytes(9))
    safetensors(path("safetensors", "header of 2 GiB"), {"a": F32}, eight, length=2 ** 31)
    safetensors(path("safetensors", "header beyond the file"), {"a": F32}, eight, length=10 ** 6)
    safetensors(path("safetensors", "header of 2**63"), {"a": F32}, eight, length=2 ** 63)
    safetensors(path("safetensors", "negative"), {"a": dict(F32, data_offsets=[-8, 0])}, eight)
    safetensors(path("safetensors", "backwards"), {"a": dict(F32, data_offsets=[8, 0])}, eight)
    safetensors(path("safetensors", "shape differs"), {"a": dict(F32, shape=[3])}, eight)
    safetensors(path("safetensors", "huge shape"), {"a": dict(F32, shape=[2 ** 61, 2 ** 61])}, eight)
    safetensors(path("safetensors", "fraction"), {"a": dict(F32, shape=[2.0])}, eight)
    safetensors(path("safetensors", "unknown dtype"), {"a": dict(F32, dtype="F8_E4M3")}, eight)
    safetensors(path("safetensors", "no dtype"), {"a": dict(F32, dtype=["F32"])}, eight)
    safetensors(path("safetensors", "no offsets"), {"a": {"dtype": "F32", "shape": [2]}}, eight)
    safetensors(path("safetensors", "no table"), {"a": 3}, b"")
    safetensors(path("safetensors", "no tensors"), {}, b"")
    entry = b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    safetensors(path("safetensors", "key twice"), b"{" + entry + b"," + entry + b"}", eight)
    safetensors(path("safetensors", "nested"), b'{"a":' + b"[" * 10 ** 6, b"")
    safetensors(path("safetensors", "not UTF-8"), b'{"\xff":0}', b"")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return write_all(tmp_path_factory.mktemp("hostile"))


def test_every_one_is_refused_and_nothing_runs(hostile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    modules = set(sys.modules)
    wrong = []
    for name, path in hostile.items():
        try:
            wrong.append("{}: read as {}".format(name, read_checkpoint(path)[:1]))
        except BadCheckpoint as error:
            if error.exit_code != 3 or not error.hint or path.name not in str(error):
                wrong.append("{}: {}".format(name, error))
    assert not wrong, "\n".join(wrong)
    assert len(hostile) > 150
    assert os.listdir(str(tmp_path)) == []
    assert not {"antigravity", "this", "runpy"} & (set(sys.modules) - modules)


def test_what_would_run_is_named(hostile):
    called_by = {"os.system": "posix.system", "eval": "__builtin__.eval", "torch.hub": "torch.hub.load"}
    for name, function in called_by.items():
        with pytest.raises(BadCheckpoint) as caught:
            read_checkpoint(hostile["zip: " + name])
        assert function in caught.value.message


MEASURE = """
import resource, sys
from job.checkpoint import read_checkpoint, reading
from job.errors import BadCheckpoint
reading.SETTLE = 0
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    try:
        read_checkpoint(path)
    except BadCheckpoint:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_is_bounded(hostile):
    """In kB, beyond the interpreter: less than 200 MB for what asks for most."""
    greedy = [path for name, path in hostile.items() if "bomb" in name or name.split(": ")[1] in TENSORS]
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", MEASURE] + [str(path) for path in greedy]
    grown = int(subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout)
    assert grown < 200 * 1000


def test_a_good_file_made_the_same_way_is_read(tmp_path):
    """Otherwise the files above might be refused for how they are made."""
    for path in (
        legacy(tmp_path / "a.pth", dictionary(good=tensor())),
        zipped(tmp_path / "b.pth", dictionary(good=tensor())),
        safetensors(tmp_path / "c.safetensors", {"good": F32}, bytes(8)),
    ):
        assert list(read_checkpoint(path).tensors) == ["good"]


def test_unknown_objects_beside_the_weights_stay_inert(tmp_path):
    tree = dictionary(
        state_dict=dictionary(good=tensor()),
        settings=called("evil.Settings", text("x")) + dictionary(a=integer(1)) + b"b",
        seen=b"\x8f(" + called("evil.Thing") + b"\x90",
    )
    checkpoint = read_checkpoint(zipped(tmp_path / "a.pth", tree))
    assert list(checkpoint.tensors) == ["good"]
    assert "evil" not in sys.modules
