"""provenance.json says what was made from what, in the form that others have published, and nothing that varies."""
import json
import subprocess
from pathlib import Path

import pytest

from job.report.documents import json_bytes
from job.report.provenance import provenance
from job.values import CheckpointFacts, Exported, Model

from tests.tools_environment import locked_tools

DIGESTS = {"m.float32.tflite": "1" * 64, "interface.json": "2" * 64}
MODEL = Model("m.float32.tflite", "float32", 800, 3, 1, {"PAD": 1, "CONV_2D": 2}, (), ())
EXPORTED = Exported(Path("model.onnx"), (), (), CheckpointFacts("3" * 64, "torch-zip", "resnet18", 11689512), 1814073344)
SETTINGS = {"quantize": ["dynamic"], "samples": None, "tolerance": {"float": {"cosine": 0.9999}}}
VERSIONS = {"torch": "1.1.0", "job": "abc"}


@pytest.fixture
def statement():
    return provenance(DIGESTS, [MODEL], EXPORTED, SETTINGS, VERSIONS)


def test_subjects_are_the_files_and_what_was_counted_in_them(statement):
    assert statement["subject"] == [
        {"name": "interface.json", "digest": {"sha256": "2" * 64}},
        {"name": "m.float32.tflite", "digest": {"sha256": "1" * 64},
         "annotations": {"mode": "float32", "bytes": 800, "operators": {"CONV_2D": 2, "PAD": 1}}}]


def test_the_checkpoint_and_the_settings_are_what_it_was_made_from(statement):
    definition = statement["predicate"]["buildDefinition"]
    (checkpoint,) = definition["resolvedDependencies"]
    assert checkpoint["digest"] == {"sha256": "3" * 64}
    assert checkpoint["annotations"] == {"format": "torch-zip", "architecture": "resnet18", "parameters": 11689512,
                                         "multiply_adds": 1814073344}
    assert definition["externalParameters"] == SETTINGS
    assert statement["predicate"]["runDetails"]["builder"]["version"] == VERSIONS


@pytest.mark.slow
def test_it_has_the_published_form(statement, checkout, tmp_path):
    tools = locked_tools(Path(__file__).with_name("published_forms.lock"), checkout)
    checker = [str(tools / "python"), "-I", str(Path(__file__).with_name("read_statement.py"))]
    (tmp_path / "provenance.json").write_bytes(json_bytes(statement))
    assert subprocess.run(checker + [str(tmp_path / "provenance.json")]).returncode == 0
    for wrong in (dict(statement, subject=[]), dict(statement, host="here"),
                  dict(statement, predicate=dict(statement["predicate"], builder={}))):
        (tmp_path / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
        assert subprocess.run(checker + [str(tmp_path / "wrong.json")], stderr=subprocess.DEVNULL).returncode != 0
