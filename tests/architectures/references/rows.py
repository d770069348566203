"""Where the reference implementations are: a row is the registry's name and what builds its reference."""
import importlib
from typing import Any, Callable, Mapping, NamedTuple, Tuple


class Reference(NamedTuple):
    build: Callable[[], Any]  # -> torch.nn.Module with random weights
    size: Tuple[int, int] = (64, 96)  # of the images, height and width
    gain: float = 2.0  # less where a deep network would explode, see proof.filled
    slow: bool = False
    arguments: Mapping[str, Any] = {}  # of our builder; a name's other rows are told apart by brackets after it


def from_package(package: str, name: str, **arguments: Any) -> Callable[[], Any]:
    """What the package's own function or class of that name makes."""
    return lambda: getattr(importlib.import_module(package), name)(**arguments)


def from_torchvision(name: str, package: str = "torchvision.models", **arguments: Any) -> Callable[[], Any]:
    return from_package(package, name, weights=None, **arguments)


def from_timm(name: str) -> Callable[[], Any]:
    return from_package("timm", "create_model", model_name=name, pretrained=False)


def efficientnet(package: str, name: str, **arguments: Any) -> Callable[[], Any]:
    """By `from_name`, as the packages that follow efficientnet_pytorch have it."""
    return lambda: importlib.import_module(package).EfficientNet.from_name(name, **arguments)


MOBILE = {
    "mobilenet_v3_large": Reference(from_torchvision("mobilenet_v3_large")),
    "mobilenet_v3_large(width_mult=0.75)": Reference(
        from_torchvision("mobilenet_v3_large", width_mult=0.75), arguments={"width_mult": 0.75}),
    "mobilenet_v3_small": Reference(from_torchvision("mobilenet_v3_small")),
    "lraspp_mobilenet_v3_large": Reference(
        from_torchvision("lraspp_mobilenet_v3_large", "torchvision.models.segmentation", weights_backbone=None)),
    "mobilenetv1_100": Reference(from_timm("mobilenetv1_100")),
}
MNASNET = {
    "mnasnet" + width: Reference(from_torchvision("mnasnet" + width)) for width in ("0_5", "0_75", "1_0", "1_3")
}
EFFICIENTNET = {}
for member in ("b0", "b1", "b2", "b3", "b4"):
    slow = member not in ("b0", "b1")
    EFFICIENTNET["efficientnet_" + member] = Reference(from_torchvision("efficientnet_" + member), slow=slow)
    EFFICIENTNET["efficientnet_pytorch_" + member] = Reference(
        efficientnet("efficientnet_pytorch", "efficientnet-" + member), slow=slow)
for member in ("lite0", "lite1", "lite2", "lite3", "lite4"):
    EFFICIENTNET["efficientnet_" + member] = Reference(
        efficientnet("efficientnet_lite_pytorch", "efficientnet-" + member), gain=1.4,
        slow=member not in ("lite0", "lite1"))
for name, size in {"(image_size=65,97)": [65, 97], "(image_size=None)": None}.items():
    EFFICIENTNET["efficientnet_pytorch_b0" + name] = Reference(
        efficientnet("efficientnet_pytorch", "efficientnet-b0", image_size=size), (70, 91),
        arguments={"image_size": size})
SEGMENTATION = {
    "unet": Reference(from_package("unet", "UNet", n_channels=3, n_classes=2)),
    "unet(bilinear)": Reference(
        from_package("unet", "UNet", n_channels=3, n_classes=2, bilinear=True), (53, 70),
        arguments={"bilinear": True}),
}

REFERENCES = dict(MOBILE, **MNASNET, **EFFICIENTNET, **SEGMENTATION)
