"""Samples become probes of the input's shape; whatever cannot is named, all at once."""
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from job.errors import BadCheckpoint
from job.parity.probes import load_probes
from job.samples.folder import sample_folder
from job.samples.reading import read_samples
from job.settings.preprocessing import Preprocess
from job.values import TensorFacts

ITEM = np.random.RandomState(1).standard_normal((3, 4, 5)).astype(np.float32)


def facts(name="image_array", batch=1):
    return TensorFacts(name, "float32", (batch, 3, 4, 5), (0, 2, 3, 1))


def save(folder, name, array):
    np.save(str(folder / name), array)


def read(folder, inputs=(facts(),), preprocess=None):
    """The probes of a folder of samples, and how many rows each has of its own."""
    files = sample_folder(folder).files
    rows = read_samples(files, inputs, preprocess, folder.parent / "read.npz")
    return load_probes(folder.parent / "read.npz"), rows


def refusal(folder, *arguments):
    with pytest.raises(BadCheckpoint) as refused:
        read(folder, *arguments)
    assert refused.value.stage == "samples" and refused.value.hint
    return refused.value.message


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "samples").mkdir()
    return tmp_path / "samples"


@pytest.mark.parametrize("array", [
    ITEM, ITEM[np.newaxis], np.asfortranarray(ITEM), ITEM.astype(">f4"), ITEM.astype(np.float64)])
def test_an_array_is_used_as_it_is(folder, array):
    save(folder, "x.npy", array)
    (probe,), rows = read(folder)
    assert probe.name == "sample:x.npy" and rows == (1,)
    assert probe.inputs[0].dtype == np.float32 and np.array_equal(probe.inputs[0], ITEM[np.newaxis])


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float16"])
def test_other_types_become_float32(folder, dtype):
    save(folder, "x.npy", (ITEM > 0).astype(dtype))
    assert np.array_equal(read(folder)[0][0].inputs[0], (ITEM > 0)[np.newaxis].astype(np.float32))


def test_a_single_sample_fills_the_batch_and_a_whole_batch_is_taken_as_one(folder):
    save(folder, "item.npy", ITEM)
    save(folder, "whole.npy", np.stack([ITEM, ITEM + 1]))
    (item, whole), rows = read(folder, (facts(batch=2),))
    assert np.array_equal(item.inputs[0], np.stack([ITEM, ITEM]))
    assert np.array_equal(whole.inputs[0], np.stack([ITEM, ITEM + 1]))
    assert rows == (1, 2)


def test_several_inputs_are_found_by_name(folder):
    np.savez(str(folder / "x.npz"), right=ITEM + 1, left=ITEM)
    (probe,), _ = read(folder, (facts("left"), facts("right")))
    assert np.array_equal(probe.inputs[0][0], ITEM) and np.array_equal(probe.inputs[1][0], ITEM + 1)


def test_the_only_array_is_for_the_only_input(folder):
    np.savez_compressed(str(folder / "x.npz"), ITEM)
    assert np.array_equal(read(folder)[0][0].inputs[0][0], ITEM)


def test_pictures_and_arrays_together(folder):
    save(folder, "a.npy", ITEM)
    Image.fromarray(np.full((4, 5, 3), 51, np.uint8)).save(str(folder / "b.png"))
    (_, picture), _ = read(folder, (facts(batch=2),), Preprocess())
    assert picture.inputs[0].shape == (2, 3, 4, 5) and (picture.inputs[0] == np.float32(0.2)).all()


def test_equal_samples_give_equal_bytes(folder, tmp_path):
    save(folder, "x.npy", ITEM)
    files = sample_folder(folder).files
    for name in ("one.npz", "two.npz"):
        read_samples(files, (facts(),), None, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def huge_npy():
    """A header that promises 4 TiB."""
    return npy(ITEM).replace(b"(3, 4, 5)", b"(1048576, 1048576)").replace(b" " * 9 + b"\n", b"\n")


def npz_bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("image_array.npy", npy(np.zeros((3, 4000, 5000), np.float32)))
    return file.getvalue()


def damaged_npz():
    """One byte of the array is not the one that was written."""
    file = io.BytesIO()
    np.savez(file, image_array=ITEM)
    content = bytearray(file.getvalue())
    content[200] ^= 1
    return bytes(content)


BAD_ARRAYS = {
    "empty.npy": (b"", "cannot be read"),
    "short.npy": (npy(ITEM)[:-1], "is truncated"),
    "header.npy": (npy(ITEM)[:40], "cannot be read"),
    "two.npy": (npy(ITEM) + npy(ITEM), "holds more than one array"),
    "objects.npy": (npy(np.array([{}])), "has the shape (1,)"),
    "objects2.npy": (npy(np.full((3, 4, 5), None)), "is of object"),
    "complex.npy": (npy(ITEM.astype(np.complex64)), "is of complex64"),
    "text.npy": (npy(ITEM.astype("U4")), "is of <U4"),
    "shape.npy": (npy(ITEM.transpose(1, 2, 0)),
                  "has the shape (4, 5, 3), the input image_array has (1, 3, 4, 5) in PyTorch's order of axes"),
    "many.npy": (npy(np.stack([ITEM] * 3)), "one sample a file"),
    "nan.npy": (npy(ITEM * np.float32(np.nan)), "NaN"),
    "large.npy": (npy(ITEM.astype(np.float64) * 1e300), "cannot hold"),
    "huge.npy": (huge_npy(), "has the shape (1048576, 1048576)"),
    "bomb.npz": (npz_bomb(), "has the shape (3, 4000, 5000)"),
    "damaged.npz": (damaged_npz(), "cannot be read"),
    "text.npz": (b"not a zip", "cannot be read"),
}


@pytest.mark.parametrize("name", sorted(BAD_ARRAYS))
def test_arrays_that_are_no_samples(folder, name):
    content, said = BAD_ARRAYS[name]
    (folder / name).write_bytes(content)
    message = refusal(folder)
    assert name in message and said in message


def test_arrays_for_several_inputs_must_be_named(folder):
    np.savez(str(folder / "x.npz"), left=ITEM, middle=ITEM)
    two = (facts("left"), facts("right"))
    assert "has the arrays 'left', 'middle', the inputs are left, right" in refusal(folder, two)
    (folder / "x.npz").unlink()
    save(folder, "y.npy", ITEM)
    assert "y.npy is one array, the inputs are left, right" in refusal(folder, two)


def picture(kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (40, 50, 3)).astype(np.uint8)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("name, content", [
    ("half.png", picture()[:-2000]), ("half.jpg", picture("JPEG")[:-300]), ("few.png", picture()[:20]),
    ("empty.jpg", b""), ("text.png", b"not a picture"), ("gif.png", picture("GIF")),
    ("damaged.png", picture()[:3000] + bytes(40) + picture()[3040:])])
def test_pictures_that_cannot_be_read(folder, name, content):
    (folder / name).write_bytes(content)
    message = refusal(folder, (facts(),), Preprocess())
    assert name in message and "0x" not in message  # an address would differ from run to run


def test_every_bad_file_is_named_at_once(folder):
    for number in range(13):
        (folder / "{:02d}.npy".format(number)).write_bytes(b"x")
    save(folder, "good.npy", ITEM)
    message = refusal(folder)
    assert all("{:02d}.npy".format(number) in message for number in range(10))
    assert message.endswith("and 3 more") and "good" not in message


def test_pictures_without_preprocess_are_refused_with_what_to_write(folder):
    (folder / "a.png").write_bytes(picture())
    with pytest.raises(BadCheckpoint) as refused:
        read(folder)
    assert "a.png" in refused.value.message and "--preprocess=" in refused.value.hint


def test_pictures_that_do_not_fit_the_input_are_refused_once(folder):
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(picture())
    assert refusal(folder, (facts(),), Preprocess(size=(5, 4))).count(".png") == 1
