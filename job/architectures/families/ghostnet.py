"""GhostNet with the names of its authors' checkpoint, which are timm's too."""
import functools
from typing import Any

from job.architectures.registry import architecture, classes_of

WIDTHS = {"ghostnet_050": 0.5, "ghostnet_100": 1.0, "ghostnet_130": 1.3}


def build(width: float, num_classes: int = 1000) -> Any:
    from job.architectures.families.ghostnet_modules import GhostNet

    return GhostNet(width, num_classes)


for name, width in WIDTHS.items():
    summary = "{:g} times as wide, as its authors and timm build it".format(width)
    architecture(name, (1, 3, 224, 224), "GhostNet", summary, infer=classes_of("classifier.weight"))(
        functools.partial(build, width)
    )
