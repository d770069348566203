"""A checkpoint of S bytes is read, every number of it, with at most S + 200 MB beyond the interpreter."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.checkpoints.files import dictionary, legacy, safetensors, sizes, storage, tensor, zipped
from tests.checkpoints.peak import LOOK_AT_LITTLE, grown

PARTS = 4
BYTES = 75 * 1000 * 1000  # of each part
SPARE = 200 * 1000  # kB
KINDS = {
    "float32": ("FloatStorage", "F32"),
    "float16": ("HalfStorage", "F16"),
    "float64": ("DoubleStorage", "F64"),
    "int64": ("LongStorage", "I64"),
}


def of_pickles(kind: str, turned: bool = False) -> bytes:
    """A state dict of four large tensors."""
    count = BYTES // np.dtype(kind).itemsize
    rows = {}
    for number in range(PARTS):
        held = storage(str(number), count, KINDS[kind][0])
        shape, strides = (
            ((count // 1000, 1000), (1000, 1)) if not turned else ((1000, count // 1000), (1, 1000))
        )
        rows["layer{}.weight".format(number)] = tensor(held, 0, sizes(*shape), sizes(*strides))
    return dictionary(**rows)


def write_zip(path: Path, kind: str, turned: bool = False) -> None:
    zipped(
        path,
        of_pickles(kind, turned),
        entries={"data/{}".format(number): bytes(BYTES) for number in range(PARTS)},
    )


def write_legacy(path: Path, kind: str) -> None:
    one = struct.pack("<q", BYTES // np.dtype(kind).itemsize) + bytes(BYTES)
    legacy(path, of_pickles(kind), keys=list(map(str, range(PARTS))), storages=one * PARTS)


def write_safetensors(path: Path, kind: str) -> None:
    count = BYTES // np.dtype(kind).itemsize
    header = {
        str(number): {
            "dtype": KINDS[kind][1],
            "shape": [count // 1000, 1000],
            "data_offsets": [number * BYTES, (number + 1) * BYTES],
        }
        for number in range(PARTS)
    }
    safetensors(
        path,
        (json.dumps(header) + 8 * " ").encode("ascii")[: len(json.dumps(header)) // 8 * 8 + 8],
        bytes(BYTES * PARTS),
    )


def write_npz(path: Path, kind: str) -> None:
    with path.open("wb") as file:
        np.savez(
            file, **{str(number): np.zeros(BYTES // np.dtype(kind).itemsize, kind) for number in range(PARTS)}
        )


WRITERS = {
    "torch-zip": write_zip,
    "torch-legacy": write_legacy,
    "safetensors": write_safetensors,
    "npz": write_npz,
}


@pytest.mark.parametrize("form", sorted(WRITERS))
@pytest.mark.parametrize("kind", ["float32", "int64", "float64", "float16"])
def test_memory(tmp_path, form, kind):
    path = tmp_path / "model"
    WRITERS[form](path, kind)
    assert grown(path) < path.stat().st_size // 1000 + SPARE


def test_memory_of_a_mapped_file_is_that_of_what_is_looked_at(tmp_path):
    path = tmp_path / "model"
    write_zip(path, "float32")
    assert grown(path, look=LOOK_AT_LITTLE) < 40 * 1000


def test_memory_of_views_that_must_be_copied(tmp_path):
    """One is copied after the other, so only the largest is there twice."""
    path = tmp_path / "model"
    write_zip(path, "float32", turned=True)
    assert grown(path) < path.stat().st_size // 1000 + SPARE
