"""ConvNeXt with torchvision's names."""
from typing import Any

from job.architectures.registry import architecture, classes_of


@architecture(
    "convnext_tiny", (1, 3, 224, 224), "ConvNeXt", "as torchvision 0.12 and later build it",
    infer=classes_of("classifier.2.weight"),
)
def convnext_tiny(num_classes: int = 1000) -> Any:
    from job.architectures.families.convnext_modules import ConvNeXt

    return ConvNeXt((3, 3, 9, 3), (96, 192, 384, 768), num_classes)
