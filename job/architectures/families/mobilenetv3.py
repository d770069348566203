"""MobileNetV3, Large and Small, as published for PyTorch in May 2019 and again in April 2020.

The two years differ in the squeeze-and-excite width, in where one stride sits, in the head, and in
how a width multiplier acts on the expansions.
"""
from typing import Any

from job.architectures.families.mobilenetv3_rows import LARGE_2019, LARGE_2020, SMALL_2019, SMALL_2020
from job.architectures.registry import architecture, classes_of

# mobilenetv3-large-657e7b3d.pth was saved from a head with two more Dropout layers than the code has.
PUBLISHED_2019_LARGE_HEAD = ((r"^classifier\.1\.", "classifier.0."), (r"^classifier\.5\.", "classifier.3."))

IMAGE = (1, 3, 224, 224)
FAMILY = "MobileNetV3"
WIDTHS = tuple({"width_mult": width} for width in (0.5, 0.75, 1.25))
common = {"infer": classes_of("classifier.3.weight"), "variants": WIDTHS}


@architecture("mobilenetv3_large", IMAGE, FAMILY, "Large, April 2020 (-1cd25616)", **common)
def large_2020(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv3_modules import MobileNetV3Of2020

    return MobileNetV3Of2020(LARGE_2020, 1280, num_classes, width_mult)


@architecture("mobilenetv3_small", IMAGE, FAMILY, "Small, April 2020 (-55df8e1f)", **common)
def small_2020(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv3_modules import MobileNetV3Of2020

    return MobileNetV3Of2020(SMALL_2020, 1024, num_classes, width_mult)


@architecture(
    "mobilenetv3_large_2019",
    IMAGE,
    FAMILY,
    "Large, May 2019, with the names of its code and of its checkpoint (-657e7b3d)",
    renamings=PUBLISHED_2019_LARGE_HEAD,
    **common
)
def large_2019(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv3_modules import MobileNetV3Of2019

    return MobileNetV3Of2019(LARGE_2019, num_classes, width_mult, small=False)


@architecture("mobilenetv3_small_2019", IMAGE, FAMILY, "Small, May 2019", **common)
def small_2019(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv3_modules import MobileNetV3Of2019

    return MobileNetV3Of2019(SMALL_2019, num_classes, width_mult, small=True)
