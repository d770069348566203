"""GhostNet with the names of its authors' checkpoint, which are timm's too."""
from typing import Any

from job.architectures.registry import classes_of, members

WIDTHS = {"ghostnet_050": 0.5, "ghostnet_100": 1.0, "ghostnet_130": 1.3}


@members(WIDTHS, (1, 3, 224, 224), "GhostNet", "{:g} times as wide, as its authors and timm build it",
         infer=classes_of("classifier.weight"))
def build(width: float, num_classes: int = 1000) -> Any:
    from job.architectures.families.ghostnet_modules import GhostNet

    return GhostNet(width, num_classes)
