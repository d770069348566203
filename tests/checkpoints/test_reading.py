"""Bad files, forbidden ones and those to try again are told apart; weights are found in any wrapping."""

import errno
import hashlib
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from job.checkpoint import digest, reading
from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint, EnvironmentFailed, NoPermission
from tests.checkpoints.files import dictionary, integer, legacy, safetensors, storage, tensor, text, zipped

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(
    "content, said",
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
        (b"\x1f\x8b\x08\x00", "compressed by gzip"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x80\x03}q\x00.", "a pickle that torch.save did not write"),
        (bytes(4096), "begins with zeros"),
        (b"PK\x03\x04" + bytes(30), "a zip archive, but not one"),
        (bytes(range(200, 256)), "its first bytes are c8c9cacbcccdcecf"),
    ],
)
def test_what_is_no_checkpoint(tmp_path, content, said):
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    with pytest.raises(BadCheckpoint, match=said) as caught:
        read_checkpoint(path)
    assert "model.pth" in caught.value.message
    assert all(known in caught.value.hint for known in ("torch-zip", "sharded", ".onnx"))


def test_an_empty_file(tmp_path):
    (tmp_path / "model.pth").touch()
    with pytest.raises(BadCheckpoint, match="it is empty") as caught:
        read_checkpoint(tmp_path / "model.pth")
    assert "copy it again" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["torch-1.1.0-trainer.pth", "torch-2.13.0-trainer.pth", "torch-2.13.0-types.safetensors"]
)
def test_truncated_anywhere(tmp_path, name):
    whole = (FIXTURES / name).read_bytes()
    path = tmp_path / name
    for length in list(range(0, len(whole), 53)) + [len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(BadCheckpoint):
            read_checkpoint(path)


def test_a_folder(tmp_path):
    with pytest.raises(BadCheckpoint, match="is a folder"):
        read_checkpoint(tmp_path)


def test_a_file_that_has_gone_since_it_was_found(tmp_path):
    with pytest.raises(EnvironmentFailed, match="is not there any more"):
        read_checkpoint(tmp_path / "absent.pth")


@pytest.mark.parametrize(
    "number, kind, code",
    [
        (errno.EACCES, NoPermission, 2),
        (errno.EIO, EnvironmentFailed, 75),
        (errno.ESTALE, EnvironmentFailed, 75),
    ],
)
def test_the_volume_fails(monkeypatch, number, kind, code):
    def fail(path, file, read):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(reading, "_read", fail)
    with pytest.raises(kind) as caught:
        read_checkpoint(FIXTURES / "torch-1.1.0-plain.pth")
    assert caught.value.exit_code == code and caught.value.hint


def test_no_room_for_a_thread(monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(EnvironmentFailed, match="starting a thread") as caught:
        read_checkpoint(FIXTURES / "torch-1.1.0-plain.pth")
    assert "--pids-limit" in caught.value.hint


def change_by_append(path: Path) -> None:
    with open(str(path), "ab") as file:
        file.write(b"more")


def change_by_rename(path: Path) -> None:
    other = path.with_suffix(".tmp")
    shutil.copy(str(path), str(other))
    os.replace(str(other), str(path))


@pytest.mark.parametrize("change", [change_by_append, change_by_rename])
@pytest.mark.parametrize("name", ["torch-1.1.0-plain.pth", "truncated"])
def test_a_file_that_changes_while_it_is_read_is_to_be_retried(tmp_path, monkeypatch, change, name):
    path = tmp_path / "model.pth"
    path.write_bytes(
        (FIXTURES / "torch-1.1.0-plain.pth").read_bytes()[: 300 if name == "truncated" else None]
    )
    read_weights = reading._weights

    def read_and_change(*args):
        try:
            return read_weights(*args)
        finally:
            change(path)

    monkeypatch.setattr(reading, "_weights", read_and_change)
    with pytest.raises(EnvironmentFailed, match="changed while it was read") as caught:
        read_checkpoint(path)
    assert caught.value.exit_code == 75


def test_hash_without_openssl_is_the_same(tmp_path):
    path = tmp_path / "file"
    data = bytes(range(256)) * 10001
    path.write_bytes(data)
    assert digest.sha256_of_file(path) == hashlib.sha256(data).hexdigest()
    other = digest._libcrypto()()
    other.update(b"a")
    other.update(bytearray(b"bc"))
    assert other.hexdigest() == hashlib.sha256(b"abc").hexdigest()


GOOD = tensor()


def tree_of(tmp_path: Path, *opcodes: bytes):
    return read_checkpoint(zipped(tmp_path / "model.pth", *opcodes))


@pytest.mark.parametrize("name", ["state_dict", "model", "net", "module", "model_state_dict", "anything"])
def test_weights_are_found_in_their_wrapping(tmp_path, name):
    checkpoint = tree_of(tmp_path, dictionary(epoch=integer(1), **{name: dictionary(good=GOOD)}))
    assert list(checkpoint.tensors) == ["good"]
    assert checkpoint.notes == (
        "the weights are those under {}".format(name),
        "ignored beside the weights: epoch",
    )


def test_weights_two_levels_down_beside_an_optimizer(tmp_path):
    optimizer = dictionary(state=b"}(" + integer(0) + dictionary(exp_avg=GOOD) + b"u", lr=integer(1))
    inner = dictionary(model=dictionary(w=GOOD))
    checkpoint = tree_of(tmp_path, dictionary(optimizer=optimizer, checkpoint=inner))
    assert checkpoint.notes == (
        "the weights are those under checkpoint.model",
        "ignored beside the weights: optimizer",
    )


@pytest.mark.parametrize("average", ["ema", "model_ema", "state_dict_ema", "swa_model", "ema_state_dict"])
def test_the_plain_weights_come_before_an_average(tmp_path, average):
    trees = {average: dictionary(a=GOOD, b=GOOD), "model": dictionary(a=GOOD)}
    checkpoint = tree_of(tmp_path, dictionary(**trees))
    assert list(checkpoint.tensors) == ["a"]
    assert "other tensors were not used: {}".format(average) in checkpoint.notes


def test_an_average_alone_is_used_and_said(tmp_path):
    notes = tree_of(tmp_path, dictionary(ema=dictionary(a=GOOD))).notes
    assert "the weights are averaged ones (EMA): the file has no others" in notes


def test_two_models_alike_are_ambiguous(tmp_path):
    weights = dictionary(a=GOOD, b=GOOD)
    with pytest.raises(BadCheckpoint, match="several sets of weights: generator, discriminator"):
        tree_of(tmp_path, dictionary(generator=weights, discriminator=weights))


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.", "module._orig_mod.", "model.module."])
def test_prefixes_are_taken_off(tmp_path, prefix):
    checkpoint = tree_of(tmp_path, dictionary(**{prefix + "a": GOOD, prefix + "b": GOOD}))
    assert list(checkpoint.tensors) == ["a", "b"] and checkpoint.namings[0].prefix == prefix


def test_a_prefix_of_some_keys_stays(tmp_path):
    checkpoint = tree_of(tmp_path, dictionary(**{"module.a": GOOD, "b": GOOD}))
    assert list(checkpoint.tensors) == ["module.a", "b"] and checkpoint.namings[0].prefix == ""


def test_tensors_that_share_a_storage_share_memory(tmp_path):
    tensors = tree_of(tmp_path, dictionary(a=GOOD, b=GOOD)).tensors
    assert np.shares_memory(tensors["a"], tensors["b"])


def test_big_endian(tmp_path):
    entries = {"data/0": np.arange(6, dtype=">f4").tobytes(), "byteorder": b"big"}
    tensors = read_checkpoint(zipped(tmp_path / "model.pth", dictionary(a=GOOD), entries=entries)).tensors
    np.testing.assert_array_equal(tensors["a"].ravel(), np.arange(6, dtype=np.float32))


def test_float64_beyond_float32_is_refused(tmp_path):
    double = tensor(held=storage("0", 1, "DoubleStorage"), shape=b")", strides=b")")
    entries = {"data/0": np.float64(1e300).tobytes()}
    path = zipped(tmp_path / "model.pth", dictionary(a=double), entries=entries)
    with pytest.raises(BadCheckpoint, match="'a' has values beyond float32's range"):
        read_checkpoint(path)


def test_entries_that_are_no_tensors_are_noted(tmp_path):
    path = legacy(tmp_path / "m.pth", dictionary(a=GOOD, version=integer(3), kind=text("x")))
    notes = read_checkpoint(path).notes
    assert notes == ("2 entries of the state dict are no tensors: version, kind",)


def test_safetensors_metadata_is_no_tensor(tmp_path):
    header = {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}
    tensors = read_checkpoint(safetensors(tmp_path / "m", header, np.float32(2).tobytes())).tensors
    assert list(tensors) == ["a"] and tensors["a"] == 2
