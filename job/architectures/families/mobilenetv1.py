"""MobileNetV1 with the names that timm's published checkpoints have (mobilenetv1_100.ra4_e3600_r224_in1k)."""
from typing import Any

from job.architectures.registry import architecture, classes_of


@architecture(
    "mobilenetv1_100", (1, 3, 224, 224), "MobileNetV1", "as timm builds and names it",
    infer=classes_of("classifier.weight"),
    variants=tuple({"width_mult": width} for width in (0.25, 0.5, 0.75, 1.25)),
)
def mobilenetv1(num_classes: int = 1000, width_mult: float = 1.0) -> Any:
    from job.architectures.families.mobilenetv1_modules import MobileNetV1

    return MobileNetV1(num_classes, width_mult)
