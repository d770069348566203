"""What is mutated: checkpoints of every format, and hostile ones; of some it is known where each weight lies."""

import io
import struct
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Callable, Mapping, NamedTuple, Tuple

import numpy as np

from tests.checkpoints import files
from tests.checkpoints.hostile_pickles import CALLS

FIXTURES = Path(__file__).parents[1] / "fixtures"


class Seed(NamedTuple):
    name: str
    data: bytes
    arrays: Mapping[str, np.ndarray] = {}  # as the file holds them, each once
    file: str = "model"
    beside: Mapping[str, bytes] = {}  # files that are not mutated


def seeds() -> Tuple[Seed, ...]:
    """In the same order every time; nothing of them depends on this machine."""
    found = [
        Seed(path.name, path.read_bytes())
        for path in sorted(FIXTURES.iterdir())
        if not path.name.endswith(".json")
    ]
    for index in sorted(FIXTURES.glob("*.index.json")):
        shards = {path.name: path.read_bytes() for path in FIXTURES.glob("*-of-*")}
        found.append(Seed(index.name, index.read_bytes(), file=index.name, beside=shards))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "model"
        for kind, opcodes in CALLS.items():
            tree = files.dictionary(good=files.tensor(), bad=opcodes)
            write = files.zipped if len(found) % 2 else files.legacy
            found.append(Seed("hostile " + kind, write(path, tree).read_bytes()))
        found.append(Seed("tar", files.tarred(path).read_bytes()))
        found.append(Seed("script", files.script(path).read_bytes()))
        found += [known(kind, write, path) for kind, write in WRITERS]
    return tuple(found)


def known(kind: str, write: Callable[[Path, Mapping[str, np.ndarray]], None], path: Path) -> Seed:
    rows = np.random.RandomState(3)
    arrays = OrderedDict(
        [
            ("conv.weight", rows.randn(4, 3, 3, 3).astype(np.float32)),
            ("conv.bias", rows.randn(4).astype(np.float32)),
            ("half", rows.randn(6, 5).astype(np.float16)),
            ("double", rows.randn(7)),
            ("count", rows.randint(0, 2**40, 3)),
        ]
    )
    write(path, arrays)
    return Seed("known " + kind, path.read_bytes(), arrays)


KINDS = {
    "float32": ("FloatStorage", "F32"),
    "float16": ("HalfStorage", "F16"),
    "float64": ("DoubleStorage", "F64"),
    "int64": ("LongStorage", "I64"),
}


def _tensors(arrays: Mapping[str, np.ndarray]) -> Mapping[str, bytes]:
    """The opcodes of each, in a storage of its own."""
    rows = OrderedDict()
    for number, (key, array) in enumerate(arrays.items()):
        strides = [stride // array.itemsize for stride in array.strides]
        held = files.storage(str(number), array.size, KINDS[array.dtype.name][0])
        rows[key] = files.tensor(held, 0, files.sizes(*array.shape), files.sizes(*strides))
    return rows


def _legacy(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    storages = b"".join(struct.pack("<q", array.size) + array.tobytes() for array in arrays.values())
    tree = files.dictionary(state_dict=files.dictionary(**_tensors(arrays)))
    files.legacy(path, tree, keys=list(map(str, range(len(arrays)))), storages=storages)


def _zip(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    entries = {"data/{}".format(number): array.tobytes() for number, array in enumerate(arrays.values())}
    files.zipped(path, files.dictionary(model=files.dictionary(**_tensors(arrays))), entries=entries)


def _safetensors(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    header, data = OrderedDict(), b""
    for key, array in arrays.items():
        header[key] = {
            "dtype": KINDS[array.dtype.name][1],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    files.safetensors(path, header, data)


def _npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    with zipfile.ZipFile(str(path), "w") as archive:
        for key, array in arrays.items():
            packed = io.BytesIO()
            np.save(packed, array)
            archive.writestr(zipfile.ZipInfo(key + ".npy"), packed.getvalue())


WRITERS = (("torch-legacy", _legacy), ("torch-zip", _zip), ("safetensors", _safetensors), ("npz", _npz))
