"""What PyTorch reads in its files, we read, number for number; fixtures/torch-VERSION.json has its answers."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint
from tests.checkpoints.compare import described, everything_in, expected, tables

FIXTURES = Path(__file__).parent / "fixtures"
SAID = tables(FIXTURES)


@pytest.mark.parametrize("name", sorted(SAID))
def test_what_it_reads_we_read(name):
    said = expected(SAID[name])
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


@pytest.mark.parametrize(
    "what, said",
    [
        ("complex", "ComplexFloatStorage"),
        ("float8", "float8_e4m3fn"),
        ("negated", "still to be negated"),
        ("quantized", "_rebuild_qtensor"),
        ("sparse", "_rebuild_sparse_tensor"),
    ],
)
def test_what_cannot_be_converted_is_refused_by_name(what, said):
    with pytest.raises(BadCheckpoint, match="weight.*" + said):
        read_checkpoint(FIXTURES / "torch-2.13.0-refused-{}.pth".format(what))


def test_of_a_quantized_network_the_float_one_is_asked_for():
    with pytest.raises(BadCheckpoint) as error:
        read_checkpoint(FIXTURES / "torch-2.13.0-refused-quantized.pth")
    assert error.value.hint == "give the float network: --quantize makes 8 bits of it"


def test_random_ones_of_our_own_version(tmp_path):
    """Scores more are made by hand with a current PyTorch: see make_random.py."""
    here = Path(__file__).parent
    subprocess.run([sys.executable, str(here / "make_random.py"), str(tmp_path), "60"], check=True)
    rows = tables(tmp_path)
    assert len(rows) == 60
    for name, row in rows.items():
        found = everything_in(tmp_path / name)
        assert {key: found.get(key) for key in expected(row)} == expected(row), name
