"""Builds a network of this project's registry in a current PyTorch, with a checkpoint's weights."""
import sys
from pathlib import Path
from typing import Any, Tuple

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
    architecture = find(arch)
    declared = _declare_detection_operators()  # they vanish with the library
    with torch.device("meta"):
        module = architecture.build()
    del declared
    module.load_state_dict(torch.load(checkpoint), assign=True)
    return module.eval(), torch.randn(*architecture.input_shape)
