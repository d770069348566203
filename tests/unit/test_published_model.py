"""A model's folder is asked again by what it says of itself, unless another version of the job has said it."""
import json

import pytest

from job.errors import BadCheckpoint, ParityFailed
from job.verify.published_model import read_model
from job.verify.verify import verify

TENSOR = {"name": "x", "dtype": "float32", "shape": [1, 4], "pytorch_shape": [1, 4], "permutation": [0, 1]}
PREPROCESS = {"size": 8, "mean": [0.5], "std": [0.25]}


def documents():
    files = {"saved_model/1": {"mode": "saved_model", "batch": {"size": "any"}},
             "net.int8.tflite": {"mode": "int8", "batch": {"size": 1}, "input_ranges": {"x": [-1.0, 2.0]}}}
    interface = {"inputs": [TENSOR], "outputs": [dict(TENSOR, name="y")], "files": files, "preprocess": PREPROCESS,
                 "labels": ["a", "b"]}
    parity = {"multiply_adds": 16, "settings": {"tolerance": {"float": {"cosine": 0.9999}}, "max_accuracy_drop": None}}
    return {"interface": interface, "parity": parity}


def read(folder, **said):
    for name, document in said.items():
        (folder / (name + ".json")).write_text(json.dumps(document))
    return read_model(folder)


def test_what_is_read(tmp_path):
    model = read(tmp_path, **documents())
    assert list(model.files.items()) == [("saved_model", tmp_path / "saved_model/1"),
                                         ("tflite.int8", tmp_path / "net.int8.tflite")]
    assert (model.inputs[0].name, model.outputs[0].name, model.any_batch) == ("x", "y", True)
    assert model.input_ranges == {"x": [-1.0, 2.0]} and model.multiply_adds == 16
    assert model.preprocess.mean == (0.5,) and model.labels == ["a", "b"] and model.max_accuracy_drop is None


KEYS = [("interface", key) for key in ("inputs", "outputs", "files", "preprocess", "labels")] + [
    ("parity", key) for key in ("multiply_adds", "settings")]


@pytest.mark.parametrize("document, key", KEYS)
@pytest.mark.parametrize("value", ["absent", 7, ["x"], {"x": 1}])
def test_what_another_version_wrote_is_refused_not_a_bug(tmp_path, document, key, value):
    """Whatever is in place of what is expected; plain values that are read by nobody may be any."""
    said = documents()
    del said[document][key]
    if value != "absent":
        said[document][key] = value
    try:
        read(tmp_path, **said)
    except ParityFailed as refused:
        assert "not what this version of the job writes" in refused.message and refused.stage == "publish"
    else:
        assert value != "absent" and key in ("labels", "multiply_adds")


@pytest.mark.parametrize("tolerance", [{"floats": {}}, {"float": {"cosin": 1}}, {"float": {"cosine": "x"}}, None])
def test_limits_that_this_version_does_not_know(tmp_path, tolerance):
    said = documents()
    said["parity"]["settings"]["tolerance"] = tolerance
    with pytest.raises(ParityFailed, match="not what this version"):
        read(tmp_path, **said)


def test_a_document_that_is_no_object_is_refused(tmp_path):
    with pytest.raises(ParityFailed, match="not what this version"):
        read(tmp_path, **dict(documents(), parity=[]))
    (tmp_path / "parity.json").write_text("{")
    with pytest.raises(ParityFailed, match="parity.json cannot be read"):
        read_model(tmp_path)


def test_a_folder_without_models_says_which_to_name(tmp_path):
    with pytest.raises(BadCheckpoint, match="holds no published model") as error:
        verify(tmp_path, None)
    assert "`convert` wrote to" in error.value.hint


def test_a_model_itself_is_not_the_folder_to_name(tmp_path):
    (tmp_path / "SHA256SUMS").touch()
    with pytest.raises(BadCheckpoint, match="holds no published model") as error:
        verify(tmp_path, None)
    assert "the folder around it" in error.value.hint
