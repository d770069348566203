"""The architectures' tensors as data: current, small, read as they are written, and no more than sizes."""
from collections import OrderedDict

import pytest

from job.architectures.recognition import fingerprints as data
from job.architectures.recognition.fingerprints import FILE, Fingerprint, fingerprints, written
from job.architectures.recognition.sizes import Counted, arguments_for, pattern_of, text_of, with_values
from job.architectures.registry import Architecture, every
from tests.architectures import fingerprinting
from tests.architectures.fingerprinting import fingerprint_of, taken


def test_they_are_those_of_the_registry():
    current = written(taken()) == FILE.read_text(encoding="utf-8")
    assert current, "scripts/fingerprints writes them again"


def test_every_architecture_has_one_and_all_are_small():
    assert tuple(OrderedDict.fromkeys(each.architecture for each in fingerprints())) == tuple(
        each.name for each in every())
    assert FILE.stat().st_size < 300000


SMALL = Fingerprint("small", {"width": 0.5}, OrderedDict([
    ("stem.weight", (8, Counted("in_channels", 1, 0), 3, 3)), ("stem.bias", (8,)),
    ("blocks.0.weight", (8, 8)), ("blocks.0.bias", (8,)), ("blocks.1.weight", (8, 8)), ("blocks.1.bias", (8,)),
    ("scale", ()), ("boxes.weight", (Counted("num_classes", 6, 12), 8))]))


def test_they_are_read_as_they_are_written(tmp_path):
    (tmp_path / "some.json").write_text(written([SMALL, SMALL._replace(architecture="other")]))
    first, second = fingerprints(tmp_path / "some.json")
    assert first == SMALL and list(first.tensors) == list(SMALL.tensors)
    assert second == SMALL._replace(architecture="other")


def test_equal_modules_are_kept_once():
    text = written([SMALL])
    assert text.count('"8,8"') == 1 and text.count('"stem"') == 1


def test_two_modules_of_one_digest_are_noticed(monkeypatch):
    monkeypatch.setattr(data, "DIGITS", 0)
    with pytest.raises(ValueError, match="make digests longer"):
        written([SMALL])


@pytest.mark.parametrize("text", ["", "64,3,7,7", "num_classes,512", "6*num_classes+12", "num_classes-1,in_channels"])
def test_shapes_in_words(text):
    assert text_of(pattern_of(text)) == text


@pytest.mark.parametrize("pattern, shape, told", [
    ("64,3", (64, 3), {}),
    ("64,3", (64, 4), None),
    ("64,3", (64, 3, 1), None),
    ("num_classes,3", (7, 3), {"num_classes": 7}),
    ("num_classes,3", (7, 4), None),
    ("num_classes,3", (0, 3), None),
    ("6*num_classes+12,3", (54, 3), {"num_classes": 7}),
    ("6*num_classes+12,3", (55, 3), None),
    ("num_classes,num_classes", (7, 7), {"num_classes": 7}),
    ("num_classes,num_classes", (7, 8), None),
    ("num_classes,in_channels", (7, 8), {"num_classes": 7, "in_channels": 8}),
])
def test_what_a_shape_tells(pattern, shape, told):
    assert arguments_for(pattern_of(pattern), shape) == told


def test_sizes_with_values():
    pattern = pattern_of("6*num_classes+12,in_channels,3")
    assert with_values(pattern, {"num_classes": 7, "in_channels": 1}) == (54, 1, 3)
    assert [str(size) for size in with_values(pattern, {})] == ["6*num_classes+12", "in_channels", "3"]


SHAPES = {
    "boxes": lambda num_classes=2, in_channels=3: {"a": (6 * num_classes + 12, 8), "b": (16, in_channels)},
    "squares": lambda num_classes=2, in_channels=3: {"a": (num_classes ** 2, 8)},
    "classes": lambda num_classes=2, in_channels=None: None if in_channels else {"a": (num_classes, 7)},
}


@pytest.fixture
def three_builders(monkeypatch):
    monkeypatch.setattr(fingerprinting, "shapes_of", lambda row, arch_args: SHAPES[row.name](**arch_args))


@pytest.mark.parametrize("name, tensors", [
    ("boxes", {"a": "6*num_classes+12,8", "b": "16,in_channels"}),
    ("classes", {"a": "num_classes,7"}),
])
def test_a_size_that_moves_with_an_argument_is_counted(three_builders, name, tensors):
    found = fingerprint_of(Architecture(name, "", "", None, (1, 3, 8, 8)), {}).tensors
    assert {key: text_of(pattern) for key, pattern in found.items()} == tensors


def test_a_size_that_does_not_grow_evenly_is_refused(three_builders):
    with pytest.raises(ValueError, match="squares: its sizes do not grow evenly with num_classes"):
        fingerprint_of(Architecture("squares", "", "", None, (1, 3, 8, 8)), {})
