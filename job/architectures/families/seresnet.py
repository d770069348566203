"""SE-ResNet and SE-ResNeXt with the names of pretrainedmodels, which are timm's of its legacy ones."""
from typing import Any, NamedTuple, Tuple

from job.architectures.registry import classes_of, members


class Variant(NamedTuple):
    depths: Tuple[int, ...]
    bottleneck: bool = True
    groups: int = 1  # with groups the second convolution of a bottleneck has the stride, without the first


VARIANTS = {
    "legacy_seresnet18": Variant((2, 2, 2, 2), bottleneck=False),
    "legacy_seresnet34": Variant((3, 4, 6, 3), bottleneck=False),
    "legacy_seresnet50": Variant((3, 4, 6, 3)),
    "legacy_seresnet101": Variant((3, 4, 23, 3)),
    "legacy_seresnext50_32x4d": Variant((3, 4, 6, 3), groups=32),
}


@members(VARIANTS, (1, 3, 224, 224), "SE-ResNet", "as timm builds it, and pretrainedmodels named its keys",
         infer=classes_of("last_linear.weight"))
def build(variant: Variant, num_classes: int = 1000) -> Any:
    from job.architectures.families.seresnet_modules import SEResNet

    return SEResNet(*variant, num_classes=num_classes)
