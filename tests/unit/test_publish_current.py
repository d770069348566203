"""A model is skipped only when it was made from just the same, and is all there."""
import pytest

from job.checkpoint.identity import Identity
from job.publish import (
    checkpoint_of, digest_of_settings, is_current, publish, record_of, staging, write_file, write_json,
)
from tests.unit.small_models import make

SETTINGS = {"input_shape": [1, 3, 8, 8], "quantize": ["dynamic"]}
FROM = ("c" * 64, digest_of_settings(SETTINGS), "0123456789abcdef")
STAMPS = {"net.pth": "a" * 64, "net.data": None, "a %2E\n\udcff/net.pth": "b" * 64}


@pytest.fixture
def output_dir(tmp_path):
    with staging(tmp_path, "net") as folder:
        model = folder / "model"
        make(model, "one")
        write_json(model / "run.json", dict(record_of(model, *FROM, STAMPS), seconds={}))
        publish(model, tmp_path, "net")
    return tmp_path


def test_the_same_is_current(output_dir):
    assert is_current(output_dir, "net", *FROM)


@pytest.mark.parametrize("which", range(3))
def test_anything_else_is_not(output_dir, which):
    other = list(FROM)
    other[which] = "f" * 64
    assert not is_current(output_dir, "net", *other)
    assert not is_current(output_dir, "other", *FROM)


def test_the_checkpoint_is_known_that_it_was_made_from(output_dir):
    assert checkpoint_of(output_dir, "net") == Identity(FROM[0], STAMPS)
    assert checkpoint_of(output_dir, "other") is None


@pytest.mark.parametrize("run", [
    b"[]", b"{}", b"\xff", b'{"made_from": {"checkpoint_sha256": "c"}}', b'{"made_from": 1, "checkpoint_stamps": {}}',
    b'{"made_from": {"checkpoint_sha256": "c"}, "checkpoint_stamps": {"net.pth": 1}}',
    b'{"made_from": {"checkpoint_sha256": 1}, "checkpoint_stamps": {}}',
])
def test_what_somebody_else_wrote_tells_of_no_checkpoint(output_dir, run):
    write_file(output_dir / "net" / "run.json", run)
    assert checkpoint_of(output_dir, "net") is None


def _shorter(folder):
    write_file(folder / "net.float32.tflite", b"one")


def _missing(folder):
    (folder / "parity.json").unlink()


def _extra(folder):
    write_file(folder / "net.int8.tflite", b"")


def _no_sums(folder):
    (folder / "SHA256SUMS").unlink()


def _no_run(folder):
    (folder / "run.json").unlink()


def _damaged_run(folder):
    write_file(folder / "run.json", b'{"made_from": \xff')


def _strange_run(folder):
    write_file(folder / "run.json", b"[]")


def _deep_run(folder):
    write_file(folder / "run.json", b"[" * 100000)


@pytest.mark.parametrize("damage", [
    _shorter, _missing, _extra, _no_sums, _no_run, _damaged_run, _strange_run, _deep_run,
])
def test_what_is_not_intact_is_not_current(output_dir, damage):
    damage(output_dir / "net")
    assert not is_current(output_dir, "net", *FROM)


def test_the_order_of_settings_does_not_count_and_their_values_do():
    ordered = digest_of_settings({"a": 1, "b": {"c": (1, 2), "d": None}})
    assert ordered == digest_of_settings({"b": {"d": None, "c": [1, 2]}, "a": 1})
    assert digest_of_settings({"a": 1}) != digest_of_settings({"a": 1.5})


def test_json_refuses_what_is_no_number(tmp_path):
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError):
            write_json(tmp_path / "x.json", {"value": value})
    assert not (tmp_path / "x.json").exists()
    write_json(tmp_path / "x.json", {"value": 0.1})
    assert (tmp_path / "x.json").read_bytes() == b'{\n  "value": 0.1\n}\n'
