"""Rows of networks that are residual, shuffled or detect."""
from typing import Any

import torch

from tests.architectures.references.rows import Reference, from_package, from_timm, from_torchvision

FULL = (224, 224)  # of a reference whose last pool is as large as the last map of such an image
GATED = 1.0  # the gain at which the gates of squeeze-and-excite are neither open nor shut
SIZES = ("400mf", "800mf", "1_6gf", "3_2gf")
REGNETS = tuple("regnet_{}_{}".format(kind, size) for kind in "xy" for size in SIZES)
OF_TIMM = (
    "ghostnet_050", "ghostnet_100", "ghostnet_130", "resnet18d", "resnet26d", "resnet34d", "resnet50d",
    "legacy_seresnet18", "legacy_seresnet34", "legacy_seresnet50", "legacy_seresnext50_32x4d",
)
SLOW_OF_TIMM = ("resnet101d", "legacy_seresnet101")
PYTORCHCV = "pytorchcv.models.shufflenet"
KINDS = ("g1_w1", "g2_w1", "g3_w1", "g4_w1", "g8_w1", "g3_w3d4", "g3_wd2")
SHUFFLENETS = tuple("shufflenet_" + kind for kind in KINDS)
SHUFFLENETS_V2 = tuple("shufflenet_v2_x" + width for width in ("0_5", "1_0", "1_5", "2_0"))


class BackboneAndHead(torch.nn.Module):
    """What of a detector has weights, and what it computes before it looks for boxes."""

    def __init__(self, detector: torch.nn.Module) -> None:
        super().__init__()
        self.backbone, self.head = detector.backbone, detector.head

    def forward(self, x: torch.Tensor) -> Any:
        return self.head(list(self.backbone(x).values()))


def ssdlite() -> torch.nn.Module:
    name, package = "ssdlite320_mobilenet_v3_large", "torchvision.models.detection"
    return BackboneAndHead(from_torchvision(name, package, weights_backbone=None)())


REFERENCES = {
    "wide_resnet50_2": Reference(from_torchvision("wide_resnet50_2")),
    "wide_resnet101_2": Reference(from_torchvision("wide_resnet101_2"), slow=True),
    "convnext_tiny": Reference(from_torchvision("convnext_tiny")),
    "ssdlite320_mobilenet_v3_large": Reference(ssdlite),
}
REFERENCES.update((name, Reference(from_torchvision(name), gain=GATED)) for name in REGNETS)
REFERENCES.update((name, Reference(from_timm(name), gain=GATED)) for name in OF_TIMM)
REFERENCES.update((name, Reference(from_timm(name), gain=GATED, slow=True)) for name in SLOW_OF_TIMM)
REFERENCES.update((name, Reference(from_torchvision(name))) for name in SHUFFLENETS_V2)
REFERENCES.update((name, Reference(from_package(PYTORCHCV, name), FULL)) for name in SHUFFLENETS)
