"""Where the reference implementation of each architecture is: a row is the registry's name and what builds the reference."""
import importlib
from typing import Any, Callable, NamedTuple, Tuple


class Reference(NamedTuple):
    build: Callable[[], Any]  # -> torch.nn.Module with random weights
    size: Tuple[int, int] = (64, 96)  # of the images, height and width
    gain: float = 2.0  # less where a deep network would explode, see proof.filled
    slow: bool = False


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
    "mobilenet_v3_small": Reference(from_torchvision("mobilenet_v3_small")),
}

REFERENCES = dict(MOBILE)
