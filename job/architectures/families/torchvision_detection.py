"""torchvision's detection networks: recognised, and refused."""
import importlib
from typing import Any

from job.architectures.registry import Refusal, members

_REFUSAL = Refusal(
    "how many boxes it finds, and so the shape of all that follows, depends on the picture (proposals, NMS)",
    "convert a part whose shapes are fixed with --model-code, such as its backbone with the feature pyramid, "
    "and do proposals and NMS in the app",
)
# Since torchvision 0.13 each of these convolutions is in a block of its own, and those of a head are not named.
_NEW_NAMES = (
    (r"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.0\.", r"\1."),
    (r"^rpn\.head\.conv\.0\.0\.", "rpn.head.conv."),
    (r"^roi_heads\.mask_head\.0\.0\.", "roi_heads.mask_head.mask_fcn1."),
    (r"^roi_heads\.mask_head\.1\.0\.", "roi_heads.mask_head.mask_fcn2."),
    (r"^roi_heads\.mask_head\.2\.0\.", "roi_heads.mask_head.mask_fcn3."),
    (r"^roi_heads\.mask_head\.3\.0\.", "roi_heads.mask_head.mask_fcn4."),
)


@members(
    {name + "_resnet50_fpn": name + "_resnet50_fpn" for name in ("fasterrcnn", "maskrcnn", "keypointrcnn")},
    (1, 3, 800, 800), "Detection", "as torchvision builds it", renamings=_NEW_NAMES, refusal=_REFUSAL,
)
def detector(builder: str, **arch_args: Any) -> Any:
    detection = importlib.import_module("torchvision.models.detection")
    return getattr(detection, builder)(pretrained=False, pretrained_backbone=False, **arch_args)
