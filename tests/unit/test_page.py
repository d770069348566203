"""report.html: what parity.json and interface.json say, whole and as text, in one file."""
from html.parser import HTMLParser

import pytest

from job.report.page import page

HOSTILE = "<script>alert(1)</script>\"'&"
OUTPUT = {
    "name": "score", "probes": 4, "snr_db": 17.5, "top1": 1.0, "spread_of_range": 0.25, "top1_loss": 0.0,
    "tolerance": {"snr_db": 5.0, "own_probe": 1.0, "spread_of_range": 1e-05, "top1_loss": 0.15},
    "passed": True, "reasons": [], "worst": {"probe": "noise-0", "index": [0, 7], "answer": 5.44, "reference": 3.95},
}
PARITY = {
    "verdict": "passed", "first_failure": None, "stages": [{"stage": "tflite.dynamic", "passed": True, "outputs": [OUTPUT]}],
    "warnings": [{"message": "keras: more than is usual"}], "probes": [], "accuracy": {
        "output": "score", "samples_found": 9, "samples_judged": 8, "classes": {},
        "stages": [{"stage": "pytorch", "correct": 7, "total": 8, "share": 0.875, "interval_95": [0.529, 0.978]}]},
    "calibration": {"source": "folder", "samples_used": 100, "skipped": []}, "spared_layers": ["body.3", "head"],
    "settings": {"arch": None, "quantize": ["dynamic"]}, "versions": {"torch": "1.1.0"},
    "checkpoint": {"sha256": "0" * 64, "format": "torch-zip", "architecture": "resnet18", "parameters": 11689512,
                   "notes": ["3 keys were renamed"]},
}
TENSOR = {"name": "image", "dtype": "float32", "shape": [1, 8, 9, 3], "layout": "NHWC", "pytorch_shape": [1, 3, 8, 9]}
IN_8_BITS = dict(TENSOR, dtype="int8", quantization={"scale": 0.0625, "zero_point": -3})
INTERFACE = {"inputs": [TENSOR], "outputs": [], "files": {
    "net.int8-io.tflite": {"bytes": 12345, "nodes": 40, "plumbing": 2, "float_operators": {"MEAN": 2},
                           "inputs": [IN_8_BITS], "outputs": [dict(TENSOR, quantization=None)]}}}
FAILURE = {"stage": "tflite.int8", "output": "score", "layer": None, "message": "too far off", "hint": "give real inputs",
           "exit_code": 6, "blamed": [{"layer": "conv1"}]}


class Page(HTMLParser):
    """The cells of its tables, all its text, and the elements and addresses in it."""

    def __init__(self, content):
        super().__init__()
        self.text, self.elements, self.addresses = [], [], []
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        if data.strip():
            self.text.append(" ".join(data.split()))


def test_what_passed():
    found = Page(page("net", PARITY, INTERFACE))
    for words in ("passed", "tflite.dynamic", "snr db 17.5, at least 5", "spread of range 0.25, at least 1e-05",
                  "top1 loss 0.0, at most 0.15", "input of net.int8-io.tflite", "int8, scale 0.0625, zero point -3",
                  "5.44 for 3.95, at [0, 7] of noise-0", "0.529 to 0.978", "12,345", "2 MEAN", "1 x 8 x 9 x 3", "NHWC", "1 x 3 x 8 x 9", "keras: more than is usual",
                  "dynamic: with their weights in 8 bits it fails its gate, so that these layers keep float32: body.3, head",
                  "3 keys were renamed", '["dynamic"]', "1.1.0"):
        assert words in found.text
    assert "Why it failed" not in found.text and "arch" not in found.text  # nothing was said of it


def test_what_failed():
    found = Page(page("net", dict(PARITY, verdict="failed", first_failure=FAILURE)))
    for words in ("failed", "Why it failed", "tflite.int8", "too far off", "What to try: give real inputs",
                  '[{"layer": "conv1"}]'):
        assert words in found.text
    assert "Files" not in found.text and "layer" not in found.text


def test_layers_are_ranked_by_their_noise():
    noise = [{"layer": "conv1", "operator": "CONV_2D", "snr_db": 7.5, "own_snr_db": 6.25, "output_snr_db": 4.75},
             {"layer": "pool", "operator": "MEAN", "snr_db": 8.5, "own_snr_db": 41.0, "output_snr_db": None}]
    found = Page(page("net", dict(PARITY, verdict="failed", first_failure=dict(FAILURE, noise=noise)))).text
    where = found.index("conv1")
    assert found[where:where + 5] == ["conv1", "CONV_2D", "4.75", "6.25", "7.5"]
    assert found[where + 5:where + 9] == ["pool", "MEAN", "41.0", "8.5"]


def test_a_drop_of_accuracy_stands_beside_its_interval():
    stages = PARITY["accuracy"]["stages"] + [
        {"stage": "tflite.int8", "correct": 5, "total": 8, "share": 0.625, "interval_95": [0.306, 0.863], "drop": 0.25,
         "drop_interval_95": [-0.07, 0.47]}]
    found = Page(page("net", dict(PARITY, accuracy=dict(PARITY["accuracy"], stages=stages)), INTERFACE)).text
    assert "0.25" in found and "-0.07 to 0.47" in found


def test_what_failed_before_anything_was_known():
    nothing = dict(PARITY, verdict="failed", first_failure=FAILURE, stages=[], warnings=[], accuracy=None,
                   calibration=None, settings={}, checkpoint=None, spared_layers=[])
    found = Page(page("net", nothing))
    assert "too far off" in found.text and "Each stage against PyTorch" not in found.text and "Notes" not in found.text


@pytest.mark.parametrize("where", ["name", "message", "note", "setting", "output"])
def test_what_others_wrote_is_text(where):
    parity = {
        "name": PARITY,
        "message": dict(PARITY, verdict="failed", first_failure=dict(FAILURE, message=HOSTILE)),
        "note": dict(PARITY, checkpoint=dict(PARITY["checkpoint"], notes=[HOSTILE])),
        "setting": dict(PARITY, settings={"labels": HOSTILE}),
        "output": dict(PARITY, stages=[dict(PARITY["stages"][0], outputs=[dict(OUTPUT, name=HOSTILE)])]),
    }[where]
    content = page(HOSTILE if where == "name" else "net", parity)
    assert b"<script" not in content and HOSTILE in " ".join(Page(content).text)


def test_it_needs_no_other_file_and_is_the_same_each_time():
    content = page("caf\u00e9 \udcff", PARITY, INTERFACE)
    found = Page(content)
    assert not found.addresses and not {"script", "link", "img", "iframe"} & set(found.elements)
    assert b"default-src 'none'" in content and "caf\u00e9 \\udcff".encode() in content
    assert content == page("caf\u00e9 \udcff", PARITY, INTERFACE)
