"""Maps that need the paddings that an architecture's own size needs, and less time."""
from typing import Tuple

# A map of an odd multiple of 32 pixels is halved as one of 224 is, and one of 43 + 32 n as one of 299 is.
SMALL = (96, 160)
_OF_LARGE_MEANS = (
    "efficientnet_b0", "efficientnet_pytorch_b0", "legacy_seresnet18", "mobilenetv3_small", "mobilenetv3_small_2019")
OTHERS = dict(dict.fromkeys(_OF_LARGE_MEANS, (224, 224)),  # of more than 1,024 numbers they have more operators
              inception_v3=(107, 139), ssdlite320_mobilenet_v3_large=(320, 318))


def small_size(arch: str) -> Tuple[int, int]:
    return OTHERS.get(arch, SMALL)
