"""U-Net of four levels, with the names of milesial/Pytorch-UNet (unet_carvana_scale0.5_epoch2.pth)."""
from typing import Any

from job.architectures.registry import ArchArgs, Shapes, architecture, classes_of


def told_by(shapes: Shapes) -> ArchArgs:
    """The number of classes and of input channels, and whether maps grow by a bilinear resize or by weights."""
    arch_args = classes_of("outc.conv.weight")(shapes)
    first = shapes.get("inc.double_conv.0.weight", ())
    if len(first) > 1:
        arch_args.update(in_channels=first[1], bilinear="up1.up.weight" not in shapes)
    return arch_args


@architecture("unet", (1, 3, 256, 256), "U-Net", "as milesial/Pytorch-UNet builds it", infer=told_by,
              variants=({"bilinear": True},))
def unet(num_classes: int = 2, in_channels: int = 3, bilinear: bool = False) -> Any:
    from job.architectures.families.unet_modules import UNet

    return UNet(in_channels, num_classes, bilinear)
