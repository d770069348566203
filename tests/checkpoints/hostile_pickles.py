"""Pickles made to mislead, as opcodes: what runs code, breaks the rules, asks for more than there is."""

import os
import pickle
import struct
import subprocess
from typing import Callable

from tests.checkpoints.files import called, dictionary, integer, named, sizes, storage, tensor, text

TOUCH = "touch executed"


class Extended:
    """Pickles by __reduce_ex__ as an object whose state is a call."""

    def __reduce_ex__(self, protocol):
        return eval, ("open('executed', 'w')",)


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
    "reduce_ex": body(Extended(), 2),
    "reduce_ex, protocol 4": body(Extended(), 3),
    "keywords": named("os.system") + b"(" + text(TOUCH) + b"t}\x92",
    "torch.load from bytes": called(
        "torch.storage._load_from_bytes", body(pickle.dumps(Runs(os.system, TOUCH)))
    ),
    "torch.jit.load": called("torch.jit._serialization.load", text("other.pt")),
    "graph module": called("torch.fx.graph_module.reduce_graph_module", b"}", text("import os")),
    "compiled extension": called("torch.utils.cpp_extension.load", text("x"), text("x.cpp")),
    "remote call": called("torch.distributed.rpc.rpc_sync", text("worker"), named("builtins.eval")),
    "getattr by opcode 93": b"\x8c\x08builtins\x8c\x07getattr\x93("
    + named("torch.nn")
    + text("Module")
    + b"tR",
    "dotted name": b"\x8c\x08builtins\x8c\x10object.__class__\x93)R",
    "dotted os": b"\x8c\x05torch\x8c\x09os.system\x93(" + text(TOUCH) + b"tR",
    "list's method": called("builtins.getattr", b"]", text("append")),
    "deserializers": called("joblib.load", text("x.joblib")),
    "yaml": called("yaml.unsafe_load", text("!!python/object/apply:os.system [x]")),
    "grammar": called("lib2to3.pgen2.pgen.generate_grammar", text("executed")),
    "spawn": called("distutils.spawn.spawn", b"](" + text(TOUCH) + b"e"),
    "pip": called("pip.main", b"](" + text("install") + b"e"),
    "debugger": called("bdb.Bdb.run", text("1")),
    "builder calls builder": named("torch._tensor._rebuild_from_type_v2")
    + b"("
    + named("torch._tensor._rebuild_from_type_v2")
    + b"N("
    + named("os.system")
    + b"N)NtNtR",
    "map": called("builtins.map", named("builtins.eval"), b"](" + text("1") + b"e"),
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
    "text longer than the file": b"X" + struct.pack("<I", 2**32 - 1),
    "bytes longer than memory": b"\x8e" + struct.pack("<Q", 2**63),
    "negative length": b"\x8b" + struct.pack("<i", -1),
    "integer of a megabyte": b"\x8b" + struct.pack("<i", 2**20) + b"\x01" * 2**20,
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

TEXT = text("a" * 100000)


def again(kept: bytes, copy: bytes, times: int = 300000) -> bytes:
    """Something that is kept, and then copied so often."""
    return kept + b"q\x000(" + times * copy


def collisions(count: int) -> bytes:
    """Whole numbers that all have one hash."""
    keys = (b"\x8a\x0b" + (index * (2**61 - 1)).to_bytes(11, "little") + b"N" for index in range(count))
    return b"}(" + b"".join(keys) + b"u"


# Each costs the most memory or time that its kind can.
BOMBS = {
    "stack of marks": b"(" * 2000000,
    "stack of lists": b"]" * 2000000,
    "stack of dictionaries": b"}" * 2000000,
    "nested tuples": b")" + b"\x85" * 2000000,
    "nested lists": b"]" * 500001 + b"a" * 500000,
    "nested objects": named("a.B") + b")R" + (named("a.B") + b")R") * 200000 + b"b" * 200000,
    "memo": b"".join(b"Nr" + struct.pack("<I", index) for index in range(1400000)),
    "copies of text": again(TEXT, called("_codecs.encode", b"h\x00", text("ascii"))),
    "copies of a list": again(b"](" + b"N" * 200000 + b"e", called("builtins.list", b"h\x00"), 100000),
    "copies of a dictionary": again(
        b"}(" + b"".join(integer(n) + b"N" for n in range(50000)) + b"u",
        called("collections.OrderedDict", b"h\x00"),
        100000,
    ),
    "many arguments": b"(" + b"N" * 200000 + b"tq\x000(" + (named("torch.Size") + b"h\x00R") * 100000,
    "long names of globals": again(TEXT, b"h\x00h\x00\x93", 100000),
    "keys that collide": collisions(400000),
    "long keys": text("k" * 100000)
    + b"q\x000"
    + text("k" * 100000)
    + b"q\x010}("
    + b"h\x00Nh\x01N" * 100000
    + b"u",
    "tuples as keys": b"(" + b"N" * 100000 + b"tq\x000}(" + b"h\x00N" * 300000 + b"u",
    "laughs as a shape": laughs("list") + b"q\x640" + tensor(shape=b"h\x64"),
    "laughs as an offset": laughs("list")
    + b"q\x640"
    + called("torch._utils._rebuild_tensor_v2", storage("0", 6), b"h\x64", sizes(2, 3), sizes(3, 1)),
    "laughs as a dtype": laughs("list") + b"q\x640" + called("numpy.dtype", b"h\x64"),
    "rebuilders in rebuilders": b")"
    + b"".join([b"q\x000" + b"(" + named("torch._tensor._rebuild_from_type_v2") + b"Nh\x00Nt"] * 20000)
    + b"q\x000"
    + named("torch._tensor._rebuild_from_type_v2")
    + b"h\x00R",
    "shape of many axes, often": b"("
    + b"K\x01" * 100000
    + b"tq\x000("
    + 50000 * called("torch._utils._rebuild_tensor_v2", b"N", b"K\x00", b"h\x00", b"h\x00"),
}


def pickled_module(parameters: bytes = b"}", modules: bytes = b"}", name: str = "net.Net") -> bytes:
    state = dictionary(_parameters=parameters, _buffers=b"}", _modules=modules)
    return named(name) + b")\x81" + state + b"b"


def module_laughs() -> bytes:
    parts = [pickled_module(dictionary(w=tensor()))]
    for level in range(30):
        kept = b"h" + bytes([level])
        parts.append(
            b"q" + bytes([level]) + b"0" + pickled_module(modules=dictionary(a=kept, b=kept, c=kept))
        )
    return b"".join(parts)


MODULES = {
    "laughs of modules": module_laughs(),
    "module in itself": named("net.Net")
    + b")\x81q\x00"
    + dictionary(_parameters=b"}", _buffers=b"}", _modules=dictionary(a=b"h\x00"))
    + b"b",
    "module with a quantized weight": pickled_module(dictionary(w=called("torch._utils._rebuild_qtensor"))),
    "module without weights": pickled_module(),
    "module of numbers": pickled_module(b"](K\x01e"),
}

TENSORS = {
    "negative offset": tensor(offset=-1),
    "offset beyond": tensor(offset=1),
    "shape beyond": tensor(shape=sizes(3, 3)),
    "stride beyond": tensor(strides=sizes(4, 1)),
    "negative stride": tensor(strides=sizes(-3, 1)),
    "negative size": tensor(shape=sizes(-2, 3)),
    "huge sizes": tensor(shape=sizes(2**40, 2**40), strides=sizes(0, 0)),
    "size beyond 64 bits": tensor(shape=sizes(2**70, 1), strides=sizes(0, 0)),
    "a terabyte from one number": tensor(shape=sizes(2**20, 2**18), strides=sizes(0, 0)),
    "text for a size": tensor(shape=b"(" + text("2") + text("3") + b"t"),
    "too many axes": tensor(shape=sizes(*[1] * 40), strides=sizes(*[1] * 40)),
    "ranks differ": tensor(shape=sizes(6)),
    "storage longer than the file": tensor(storage("0", 2**40), 0, sizes(2**40), sizes(1)),
    "storage of no number": tensor(held=b"N"),
    "storage that is absent": tensor(held=storage("1", 6)),
    "storage of objects": tensor(held=storage("0", 6, "ObjectStorage")),
}
