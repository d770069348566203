"""ShuffleNet, the first, with the names of pytorchcv."""
from typing import Any, NamedTuple

from job.architectures.registry import classes_of, members


class Variant(NamedTuple):
    groups: int
    channels: int  # of the first stage; each later one has twice as many
    stem: int


VARIANTS = {
    "shufflenet_g3_w1": Variant(3, 240, 24),
    "shufflenet_g1_w1": Variant(1, 144, 24),
    "shufflenet_g2_w1": Variant(2, 200, 24),
    "shufflenet_g4_w1": Variant(4, 272, 24),
    "shufflenet_g8_w1": Variant(8, 384, 24),
    "shufflenet_g3_w3d4": Variant(3, 180, 18),
    "shufflenet_g3_wd2": Variant(3, 120, 12),
}


@members(VARIANTS, (1, 3, 224, 224), "ShuffleNet", "of 2017, as pytorchcv builds it", infer=classes_of("output.weight"))
def build(variant: Variant, num_classes: int = 1000) -> Any:
    from job.architectures.families.shufflenet_modules import ShuffleNet

    return ShuffleNet(*variant, num_classes=num_classes)
