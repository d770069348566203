"""Each format, written by PyTorch 1.1.0 or by a current PyTorch, gives the numbers that were put in."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from job.checkpoint import readers
from job.checkpoint.reading import read_checkpoint
from tests.checkpoints.files import tarred

FIXTURES = Path(__file__).parent / "fixtures"
RAMP = np.arange(24, dtype=np.float32) / 8
both = pytest.mark.parametrize("by", ["torch-1.1.0", "torch-2.13.0"])


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
        ("torch-1.1.0-plain.pth", "torch-legacy"),
        ("torch-1.1.0-protocol4.pth", "torch-legacy"),
        ("torch-1.1.0-protocol1.pth", "torch-legacy"),
        ("torch-2.13.0-plain.pth", "torch-zip"),
        ("torch-2.13.0-protocol4.pth", "torch-zip"),
        ("torch-2.13.0-plain.safetensors", "safetensors"),
    ],
)
def test_plain(name, format_name):
    checkpoint = read(name)
    assert checkpoint.format == format_name
    assert checkpoint.sha256 == hashlib.sha256((FIXTURES / name).read_bytes()).hexdigest()
    assert checkpoint.notes == () and checkpoint.namings[0].prefix == ""
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
        "half": whole[1:3, ::2],
        "empty": np.zeros((0, 3), np.float32),
        "scalar": np.float32(1.5),
    }
    assert list(tensors) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(tensors[name], array)
        assert tensors[name].shape == np.shape(array)
        assert tensors[name].flags.c_contiguous and tensors[name].flags.writeable


@pytest.mark.parametrize(
    "name",
    [
        "torch-1.1.0-types.pth",
        "torch-2.13.0-types.pth",
        "torch-2.13.0-old-format.pth",
        "torch-2.13.0-types.safetensors",
    ],
)
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
    assert checkpoint.namings[0].prefix == "module."
    assert "the weights are those under state_dict" in checkpoint.notes
    assert "other tensors were not used: ema" in checkpoint.notes


@pytest.mark.parametrize(
    "name",
    [
        "torch-1.1.0-module.pth",
        "torch-2.13.0-module.pth",
        "torch-1.1.0-script.pt",
        "torch-2.13.0-script.pt",
        "torch-2.13.0-script-compiled.pt",
    ],
)
def test_module_saved_whole(name):
    tensors = read(name).tensors
    assert list(tensors)[:2] == ["conv.weight", "conv.bias"]
    assert len(tensors) == 7
    np.testing.assert_array_equal(tensors["conv.weight"], RAMP[:6].reshape(3, 2, 1, 1))
    np.testing.assert_array_equal(tensors["norm.running_var"], np.ones(3, np.float32))


@both
def test_parameters(by):
    np.testing.assert_array_equal(read(by + "-parameters.pth").tensors["weight"], RAMP[:4].reshape(2, 2))


def test_shards_are_one_checkpoint():
    for ending in ("safetensors", "bin"):
        checkpoint = read("torch-2.13.0-sharded.{}.index.json".format(ending))
        assert checkpoint.format == "sharded" and checkpoint.notes == ("2 shards",)
        assert_plain(checkpoint)


@pytest.mark.parametrize("name", ["arrays", "packed"])
def test_numpys_arrays(name):
    checkpoint = read("torch-2.13.0-{}.npz".format(name))
    tensors = checkpoint.tensors
    assert checkpoint.format == "npz" and checkpoint.notes == ("1 float16 tensors became float32, exactly",)
    np.testing.assert_array_equal(tensors["fortran"], RAMP[:6].reshape(2, 3))
    for key in ("a.bias", "big", "half"):
        np.testing.assert_array_equal(tensors[key], RAMP[:3])
    assert tensors["count"] == 7 and tensors["count"].shape == ()
    for tensor in map(np.asarray, tensors.values()):
        assert tensor.flags.c_contiguous and tensor.dtype.isnative and tensor.dtype in ("float32", "int64")


@both
def test_lightnings_checkpoint(by):
    checkpoint = read(by + "-lightning.pth")
    assert_plain(checkpoint)
    assert checkpoint.namings[0].prefix == "model." and checkpoint.namings[0].left_out == ("criterion.weight",)
    assert "1 tensors are not the network's: criterion.weight" in checkpoint.namings[0].notes
    assert list(checkpoint.namings[1].tensors) == ["model.b.weight", "model.a.bias", "model.count", "criterion.weight"]


@both
def test_an_average_is_beside_the_network(by):
    checkpoint = read(by + "-both.pth")
    assert list(checkpoint.tensors)[:2] == ["conv.weight", "conv.bias"] and not checkpoint.namings[0].prefix
    assert "averaged weights (EMA) are in the file too: --weights-key=ema picks them" in checkpoint.notes
    average = read_checkpoint(FIXTURES / (by + "-both.pth"), weights_key="ema")
    assert "6 float16 tensors became float32, exactly" in average.notes
    np.testing.assert_array_equal(average.tensors["conv.weight"], checkpoint.tensors["conv.weight"])


def test_wrappers():
    for name in ("averaged", "compiled", "data-parallel"):
        checkpoint = read("torch-2.13.0-{}.pth".format(name))
        assert len(checkpoint.tensors) == 7 and list(checkpoint.tensors)[0] == "conv.weight"
    assert read("torch-2.13.0-averaged.pth").namings[0].left_out == ("n_averaged",)


def test_buffers_that_no_state_dict_has_are_left_out():
    keys = list(read("torch-2.13.0-buffers.pth").tensors)
    assert "kept" in keys and "unsaved" not in keys


@both
def test_tied_weights_share_memory(by):
    tensors = read(by + "-shared.pth").tensors
    assert np.shares_memory(tensors["encoder.weight"], tensors["decoder.weight"])
    assert np.shares_memory(tensors["encoder.weight"], tensors["part"])


def test_the_oldest_format(tmp_path):
    """As PyTorch 1.1 still reads it."""
    path = tarred(tmp_path / "model.pth")
    expected = torch.load(str(path))
    checkpoint = read_checkpoint(path)
    assert checkpoint.format == "torch-tar" and list(checkpoint.tensors) == list(expected) == [
        "whole",
        "turned",
        "part",
    ]
    for key, value in expected.items():
        np.testing.assert_array_equal(checkpoint.tensors[key], value.numpy())


def test_a_format_is_registered_once():
    names = [reader.name for reader in readers.formats()]
    assert names == ["sharded", "safetensors", "torch-legacy", "torch-zip", "torch-tar", "npz"]
    with pytest.raises(ValueError, match="torch-legacy is registered twice"):
        readers.register(readers.formats()[2])
