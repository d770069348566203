"""MNASNet-B1 in four widths, as torchvision has it since 0.4."""
from typing import Any

from job.architectures.registry import classes_of, members

WIDTHS = {"mnasnet0_5": 0.5, "mnasnet0_75": 0.75, "mnasnet1_0": 1.0, "mnasnet1_3": 1.3}


@members(WIDTHS, (1, 3, 224, 224), "MNASNet", "as torchvision 0.4 and later build it",
         infer=classes_of("classifier.1.weight"))
def mnasnet(width: float, num_classes: int = 1000) -> Any:
    from job.architectures.families.mnasnet_modules import MNASNet

    return MNASNet(width, num_classes)
