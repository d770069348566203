"""A detector as far as its heads: no anchors, no NMS."""
import pytest
import torch

from job.architectures.figures import measured
from tests.architectures.measuring import structure
from tests.architectures.sizes import small_size
from tests.models import seeded_module
from tests.published import convert

SSDLITE = "ssdlite320_mobilenet_v3_large"
MAPS = ((20, 20), (10, 10), (5, 5), (3, 3), (2, 2), (1, 1))


@pytest.mark.slow
def test_logits_and_boxes_of_every_anchor(tmp_path):
    shape = (1, 3) + small_size(SSDLITE)
    torch.save(seeded_module(SSDLITE, shape=shape, num_classes=5).state_dict(), str(tmp_path / "net.pth"))
    published = convert(tmp_path / "net.pth", tmp_path / "out", "--arch=" + SSDLITE, "--quantize=none",
                        "--input-shape=" + ",".join(map(str, shape)))
    assert published.parity["verdict"] == "passed"
    anchors = 6 * sum(height * width for height, width in MAPS)
    assert [(each["name"], each["shape"]) for each in published.file("float32")[1]["outputs"]] == [
        ("bbox_regression", [1, anchors, 4]), ("cls_logits", [1, anchors, 5])]
    assert published.file("saved_model")[1]["batch"] == {"size": "any", "reason": None}
    figures = measured()[SSDLITE]._asdict()
    assert structure(published) == {name: figures[name] for name in ("operators", "plumbing", "kinds")}
