"""Each format, written by PyTorch 1.1.0 or by a current PyTorch, gives the numbers that were put in."""
import hashlib
from pathlib import Path

import numpy as np
import pytest

from job.checkpoint import read_checkpoint, readers
from job.errors import BadCheckpoint

FIXTURES = Path(__file__).parent / "fixtures"
RAMP = np.arange(24, dtype=np.float32) / 8
FORMATS = {"legacy": "torch-legacy", "current": "torch-zip"}
both = pytest.mark.parametrize("by", ["legacy", "current"])


def read(name: str):
    return read_checkpoint(FIXTURES / name)


def assert_plain(checkpoint) -> None:
    assert sorted(checkpoint.tensors) == ["a.bias", "b.weight", "count"]
    np.testing.assert_array_equal(checkpoint.tensors["b.weight"], RAMP[:6].reshape(2, 3))
    np.testing.assert_array_equal(checkpoint.tensors["a.bias"], RAMP[:3])
    assert checkpoint.tensors["count"].shape == () and checkpoint.tensors["count"] == 7
    assert checkpoint.tensors["count"].dtype == np.int64


@pytest.mark.parametrize(
    "name, format_name",
    [
        ("legacy-plain.pth", "torch-legacy"),
        ("legacy-protocol4.pth", "torch-legacy"),
        ("current-old-format.pth", "torch-legacy"),
        ("current-plain.pth", "torch-zip"),
        ("current-protocol4.pth", "torch-zip"),
        ("plain.safetensors", "safetensors"),
    ],
)
def test_plain(name, format_name):
    checkpoint = read(name)
    assert checkpoint.format == format_name
    assert checkpoint.sha256 == hashlib.sha256((FIXTURES / name).read_bytes()).hexdigest()
    assert checkpoint.notes == () and checkpoint.prefix == ""
    assert_plain(checkpoint)


@both
def test_keys_keep_their_order(by):
    assert list(read(by + "-plain.pth").tensors) == ["b.weight", "a.bias", "count"]


@both
def test_views(by):
    tensors = read(by + "-views.pth").tensors
    whole = RAMP.reshape(4, 6)
    expected = {
        "whole": whole,
        "transposed": whole.T,
        "row": whole[2],
        "column": whole[:, 1],
        "corner": whole[1:3, 2:4],
        "expanded": np.stack([RAMP[:3]] * 2),
        "empty": np.zeros((0, 3), np.float32),
        "scalar": np.float32(1.5),
    }
    assert list(tensors) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(tensors[name], array)
        assert tensors[name].shape == np.shape(array)
        assert tensors[name].flags.c_contiguous and tensors[name].flags.writeable


@pytest.mark.parametrize("name", ["legacy-types.pth", "current-types.pth", "types.safetensors"])
def test_types(name):
    checkpoint = read(name)
    tensors = checkpoint.tensors
    for key in {"half", "double", "bfloat16"} & set(tensors):
        assert tensors[key].dtype == np.float32
        np.testing.assert_array_equal(tensors[key], RAMP[:5])
    integers = {"long": "int64", "int": "int32", "short": "int16", "byte": "uint8", "uint16": "uint16"}
    for key in set(integers) & set(tensors):
        assert tensors[key].dtype.name == integers[key]
        np.testing.assert_array_equal(tensors[key], np.arange(5))
    np.testing.assert_array_equal(tensors["char"], np.arange(-2, 3, dtype=np.int8))
    assert "1 float16 tensors became float32, exactly" in checkpoint.notes
    assert "1 float64 tensors were rounded to float32: 0 of 5 numbers changed" in checkpoint.notes
    if "bool" in tensors:
        np.testing.assert_array_equal(tensors["bool"], [True, False, True])
        assert "1 bfloat16 tensors became float32, exactly" in checkpoint.notes


@both
def test_trainers_checkpoint(by):
    checkpoint = read(by + "-trainer.pth")
    assert_plain(checkpoint)
    assert checkpoint.prefix == "module."
    assert "the weights are those under state_dict" in checkpoint.notes
    assert "other tensors were not used: ema" in checkpoint.notes


@pytest.mark.parametrize("name", ["legacy-module.pth", "current-module.pth", "current-script.pt"])
def test_module_saved_whole(name):
    tensors = read(name).tensors
    assert list(tensors)[:2] == ["conv.weight", "conv.bias"]
    assert len(tensors) == 7
    np.testing.assert_array_equal(tensors["conv.weight"], RAMP[:6].reshape(3, 2, 1, 1))
    np.testing.assert_array_equal(tensors["norm.running_var"], np.ones(3, np.float32))


@both
def test_parameters(by):
    np.testing.assert_array_equal(read(by + "-parameters.pth").tensors["weight"], RAMP[:4].reshape(2, 2))


def test_complex_is_refused_by_name():
    with pytest.raises(BadCheckpoint, match="'weight' is of ComplexFloatStorage"):
        read("current-complex.pth")


def test_a_format_is_registered_once():
    names = [reader.name for reader in readers.formats()]
    assert names == ["sharded", "safetensors", "torch-legacy", "torch-zip", "torch-tar", "npz"]
    with pytest.raises(ValueError, match="torch-legacy is registered twice"):
        readers.register(readers.formats()[2])
