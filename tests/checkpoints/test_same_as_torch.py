"""What PyTorch reads in its own files, we read, number for number; fixtures/torch-VERSION.json says what it reads."""
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from job.checkpoint import read_checkpoint
from job.checkpoint.arrays import arrays_of
from job.checkpoint.candidates import state_dicts
from job.checkpoint.readers import HEAD, reader_for
from job.checkpoint.source import Source
from job.errors import BadCheckpoint

FIXTURES = Path(__file__).parent / "fixtures"
TABLES = sorted(FIXTURES.glob("torch-*.*.json"))
SAID = {name: row for table in TABLES if not table.name.endswith("index.json")
        for name, row in json.loads(table.read_text(encoding="utf-8")).items()}


def described(array: np.ndarray) -> list:
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    return [list(array.shape), hashlib.sha256(little.tobytes()).hexdigest()]


def everything_in(path: Path) -> dict:
    """Every tensor that we find anywhere in a file, by the keys on the way."""
    found = {}
    with path.open("rb", buffering=0) as file:
        source = Source(file, path.stat().st_size, path=path)
        reader = reader_for(source.read(min(HEAD, source.size)), path)
        source.seek(0)
        content = reader.read(source)
        for each in state_dicts(content.tree, everywhere=True):
            arrays, _ = arrays_of(source, content, each.tensors)
            found.update(("\n".join(each.path + (key,)), described(array)) for key, array in arrays.items())
    return found


@pytest.mark.parametrize("name", sorted(SAID))
def test_what_it_reads_we_read(name):
    said = {key: row[1:] for key, row in SAID[name]["tensors"].items() if not key.startswith("optimizer")}
    assert said
    found = everything_in(FIXTURES / name)
    assert {key: found.get(key) for key in said} == said


def test_both_versions_and_its_safe_mode_are_in_the_tables():
    safely = [name for name, row in SAID.items() if not row["by_trust"]]
    assert len([name for name in safely if name.startswith("torch-2.")]) >= 15
    assert len([name for name in SAID if name.startswith("torch-1.1.0-")]) >= 14


@pytest.mark.parametrize("name", sorted(name for name in SAID if name.startswith("torch-1.1.0-")))
def test_the_table_of_our_own_version_is_current(name):
    """As PyTorch 1.1 reads the file today."""
    if any(word in name for word in ("module", "both", "data-parallel")):
        return  # of a class that only make_fixtures.py has
    tensors = [value for value in _flat(torch.load(str(FIXTURES / name)))]
    digests = sorted(row[2] for row in SAID[name]["tensors"].values())
    assert sorted(described(_float32(value))[1] for value in tensors) == digests


def _flat(value):
    if isinstance(value, (torch.Tensor, np.ndarray)):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _flat(item)


def _float32(value):
    array = value if isinstance(value, np.ndarray) else value.detach().numpy()
    return array.astype(np.float32) if array.dtype.kind == "f" else array


@pytest.mark.parametrize("what, said", [
    ("complex", "ComplexFloatStorage"), ("float8", "float8_e4m3fn"), ("negated", "still to be negated"),
    ("quantized", "_rebuild_qtensor"), ("sparse", "_rebuild_sparse_tensor"),
])
def test_what_cannot_be_converted_is_refused_by_name(what, said):
    with pytest.raises(BadCheckpoint, match="weight.*" + said):
        read_checkpoint(FIXTURES / "torch-2.13.0-refused-{}.pth".format(what))
