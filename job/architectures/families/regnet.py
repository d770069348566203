"""RegNet with torchvision's names: X, and Y, which has squeeze-and-excite."""
from typing import Any, NamedTuple, Tuple

from job.architectures.registry import classes_of, members


class Stages(NamedTuple):
    depths: Tuple[int, ...]
    widths: Tuple[int, ...]
    group: int  # the width of a group; a stage that is narrower has one group
    squeeze: bool


# What the paper's rule gives for each of its settings.
ROWS = {
    "regnet_x_400mf": Stages((1, 2, 7, 12), (32, 64, 160, 400), 16, False),
    "regnet_x_800mf": Stages((1, 3, 7, 5), (64, 128, 288, 672), 16, False),
    "regnet_x_1_6gf": Stages((2, 4, 10, 2), (72, 168, 408, 912), 24, False),
    "regnet_x_3_2gf": Stages((2, 6, 15, 2), (96, 192, 432, 1008), 48, False),
    "regnet_y_400mf": Stages((1, 3, 6, 6), (48, 104, 208, 440), 8, True),
    "regnet_y_800mf": Stages((1, 3, 8, 2), (64, 144, 320, 784), 16, True),
    "regnet_y_1_6gf": Stages((2, 6, 17, 2), (48, 120, 336, 888), 24, True),
    "regnet_y_3_2gf": Stages((2, 5, 13, 1), (72, 216, 576, 1512), 24, True),
}


@members(ROWS, (1, 3, 224, 224), "RegNet", "as torchvision 0.11 and later build it", infer=classes_of("fc.weight"))
def build(stages: Stages, num_classes: int = 1000) -> Any:
    from job.architectures.families.regnet_modules import RegNet

    return RegNet(*stages, num_classes=num_classes)
