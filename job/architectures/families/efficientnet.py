"""EfficientNet B0 to B4 with the names of efficientnet_pytorch and with torchvision's, and Lite0 to Lite4.

The packages of the first and of the Lite members pad as TensorFlow does for images of `image_size`, whatever is
fed: it is the member's own size if nothing is said, and null pads as TensorFlow does for what is fed.
"""
import functools
from typing import Any, Callable

from job.architectures.families.efficientnet_rows import (
    LITE, MEMBERS, MEMBERS_OF_TORCHVISION, ImageSize, Member)
from job.architectures.registry import architecture, classes_of

PADDED = ("padded as for images of {0}x{0} pixels, which is its package's default; if the network was built for "
          "others: --arch-args='{{image_size: N}}'")


def by_torchvision(member: Member, num_classes: int = 1000) -> Any:
    from job.architectures.families.efficientnet_torchvision_modules import efficientnet

    return efficientnet(member, num_classes)


def by_efficientnet_pytorch(member: Member, image_size: ImageSize, num_classes: int = 1000) -> Any:
    from job.architectures.families.efficientnet_modules import efficientnet

    return efficientnet(member, num_classes, image_size)


def lite(member: Member, image_size: ImageSize, num_classes: int = 1000) -> Any:
    from job.architectures.families.efficientnet_modules import efficientnet_lite

    return efficientnet_lite(member, num_classes, image_size)


def register(name: str, member: Member, family: str, summary: str) -> None:
    architecture(
        name, (1, 3, member.side, member.side), family, summary, infer=classes_of("classifier.1.weight"),
    )(functools.partial(by_torchvision, member))


def register_padded(name: str, member: Member, family: str, summary: str, build: Callable[..., Any]) -> None:
    architecture(
        name, (1, 3, member.side, member.side), family, summary, infer=classes_of("_fc.weight"),
        untold={"image_size": PADDED.format(member.side)},
    )(functools.partial(build, member, image_size=member.side))


for key, each in MEMBERS_OF_TORCHVISION.items():
    register("efficientnet_" + key, each, "EfficientNet of torchvision", "as torchvision 0.11 and later build it")
for key, each in MEMBERS.items():
    register_padded("efficientnet_pytorch_" + key, each, "EfficientNet of efficientnet_pytorch",
                    "as efficientnet_pytorch 0.7.1 builds efficientnet-" + key, by_efficientnet_pytorch)
for key, each in LITE.items():
    register_padded("efficientnet_" + key, each, "EfficientNet-Lite",
                    "as efficientnet_lite_pytorch 0.1.0 builds efficientnet-" + key, lite)
