"""Maps that need the paddings that an architecture's own size needs, and less time."""
from typing import Tuple

# A map of an odd multiple of 32 pixels is halved as one of 224 is; one of 43 + 32 n as one of 299 is; and one of about
# 192 as often as one of 320 is, down to one pixel.
SMALL = (96, 160)
OTHERS = {"inception_v3": (107, 139), "ssdlite320_mobilenet_v3_large": (192, 190)}


def small_size(arch: str) -> Tuple[int, int]:
    return OTHERS.get(arch, SMALL)
