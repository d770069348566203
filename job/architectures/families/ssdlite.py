"""SSDLite with torchvision's names, up to what its heads say of every anchor: no anchors, no NMS."""
from typing import Any

from job.architectures.registry import ArchArgs, Shapes, architecture

ANCHORS = 6  # of every pixel of every map
HEAD = "head.classification_head.module_list.0.1.weight"


def classes_of_anchors(shapes: Shapes) -> ArchArgs:
    shape = shapes.get(HEAD, ())
    return {"num_classes": shape[0] // ANCHORS} if shape else {}


@architecture(
    "ssdlite320_mobilenet_v3_large",
    (1, 3, 320, 320),
    "SSD",
    "as torchvision 0.10 and later build it, up to its heads (no anchors, no NMS), of images in -1 to 1",
    infer=classes_of_anchors,
)
def ssdlite320_mobilenet_v3_large(num_classes: int = 91) -> Any:
    from job.architectures.families.ssdlite_modules import SSDLite

    return SSDLite(num_classes, ANCHORS)
