"""Builds a network of this project's registry in a current PyTorch, with a checkpoint's weights."""
import functools
import sys
from pathlib import Path
from typing import Callable, Tuple

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from job.architectures import find  # noqa: E402  (found only now)

# What torchvision's compiled part would define. Its published wheel is compiled against another build of
# PyTorch and is skipped when it cannot be loaded, but its Python part then asks for these by name.
DETECTION_OPERATORS = (
    "nms", "qnms", "roi_align", "_roi_align_backward", "ps_roi_align", "_ps_roi_align_backward", "roi_pool",
    "_roi_pool_backward", "ps_roi_pool", "_ps_roi_pool_backward", "qroi_align", "deform_conv2d",
    "_deform_conv2d_backward",
)


def _declare_detection_operators() -> torch.library.Library:
    library = torch.library.Library("torchvision", "DEF")
    for name in DETECTION_OPERATORS:
        library.define(name + "(Tensor x) -> Tensor")
    return library


def network_and_input(arch: str, checkpoint: str) -> Tuple[torch.nn.Module, torch.Tensor]:
    """The module in eval mode with the checkpoint's weights, and an input of its default shape.

    No weight is initialised only to be replaced: a contender is measured at its best.
    """
    build, shape = _builder(arch)
    declared = _declare_detection_operators()  # they vanish with the library
    with torch.device("meta"):
        module = build()
    del declared
    module.load_state_dict(torch.load(checkpoint), assign=True)
    return module.eval(), torch.randn(*shape)


def _builder(arch: str) -> Tuple[Callable[[], torch.nn.Module], Tuple[int, ...]]:
    """Of one network that has a package of its own, or of one of the registry."""
    if arch == "efficientnet_lite0":
        from efficientnet_lite_pytorch import EfficientNet

        return functools.partial(EfficientNet.from_name, "efficientnet-lite0"), (1, 3, 224, 224)
    architecture = find(arch)
    return architecture.build, architecture.input_shape
