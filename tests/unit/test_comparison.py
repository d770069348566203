"""Two versions of a model side by side, and the limits of --max-drift."""
import json

import pytest

from job.report.comparison import Version, compared, drifts, read_version
from job.settings.drift_limits import LIMITS

STAGES = [{"stage": "keras", "outputs": [{"name": "category", "max_error_of_range": 1e-6}]},
          {"stage": "tflite.dynamic", "outputs": [{"name": "category", "snr_db": 30.0, "top1": None}]}]


def version(bytes_=1000, nodes=10, error=1e-6, snr=30.0, share=0.9, sha256="a", accuracy=True):
    stages = json.loads(json.dumps(STAGES))
    stages[0]["outputs"][0]["max_error_of_range"] = error
    stages[1]["outputs"][0]["snr_db"] = snr
    rows = [{"stage": "pytorch", "share": share, "total": 100, "correct": 1}] if accuracy else None
    parity = {"versions": {"job": "1"}, "settings": {"quantize": ["dynamic"]}, "checkpoint": {"sha256": sha256},
              "stages": stages, "accuracy": rows and {"stages": rows}}
    files = {"m.float32.tflite": {"bytes": bytes_, "nodes": nodes, "plumbing": 0, "mode": "float32"},
             "saved_model/2": {"bytes": 5, "nodes": 7, "plumbing": 1}}
    return Version(parity, {"files": files})


def test_figures_stand_side_by_side():
    found = compared(version(), version(bytes_=1100, snr=29.0, sha256="b"))
    assert (found["same_checkpoint"], found["same_versions"], found["same_settings"]) == (False, True, True)
    assert found["files"] == [
        {"file": "m.float32.tflite", "before": {"bytes": 1000, "nodes": 10, "plumbing": 0},
         "now": {"bytes": 1100, "nodes": 10, "plumbing": 0}},
        {"file": "saved_model", "before": {"bytes": 5, "nodes": 7, "plumbing": 1},
         "now": {"bytes": 5, "nodes": 7, "plumbing": 1}}]
    assert found["outputs"][1] == {"stage": "tflite.dynamic", "output": "category", "before": {"snr_db": 30.0},
                                   "now": {"snr_db": 29.0}}
    assert found["accuracy"] == [{"stage": "pytorch", "before": {"share": 0.9, "total": 100},
                                  "now": {"share": 0.9, "total": 100}}]


def test_of_a_failed_or_smaller_version_before_is_null():
    bare = Version(dict(version().parity, stages=[], checkpoint=None, accuracy=None), {"files": {}})
    found = compared(bare, version())
    assert not found["same_checkpoint"]
    assert [row["before"] for rows in ("outputs", "files", "accuracy") for row in found[rows]] == [None] * 5


WORSE = {"size": dict(bytes_=1101), "operators": dict(nodes=12), "error": dict(error=2e-4), "snr_db": dict(snr=26.9),
         "accuracy": dict(share=0.88)}
WITHIN = {"size": dict(bytes_=1100), "operators": dict(nodes=11), "error": dict(error=1e-4), "snr_db": dict(snr=27.0),
          "accuracy": dict(share=0.89)}
MOST = {"size": 0.1, "operators": 0.1, "error": 1e-4, "snr_db": 3, "accuracy": 0.011}


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_a_limit_is_kept_up_to_itself_and_not_beyond(name):
    assert drifts(compared(version(), version(**WITHIN[name])), {name: MOST[name]}) == []
    problem, = drifts(compared(version(), version(**WORSE[name])), MOST)
    assert problem.startswith(name + " of ") and "worse by" in problem


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_what_grew_better_keeps_every_limit(name):
    better = version(bytes_=1, nodes=1, error=0, snr=99.0, share=1.0)
    assert drifts(compared(version(), better), {name: 0}) == []


def test_a_limit_that_nothing_can_be_held_to_is_not_kept():
    problem, = drifts(compared(version(accuracy=False), version()), {"accuracy": 1})
    assert problem == "accuracy: the published version and this one have no such figure in common"


def test_a_version_that_cannot_be_read_is_none(tmp_path):
    assert read_version(tmp_path) is None
    (tmp_path / "parity.json").write_text("{}", encoding="utf-8")
    for text in ("{", "{}", "[]", '{"files": {"a": 1}}'):
        (tmp_path / "interface.json").write_text(text, encoding="utf-8")
        assert read_version(tmp_path) is None
    for name, document in zip(("parity.json", "interface.json"), version()):
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    assert read_version(tmp_path) == version()
