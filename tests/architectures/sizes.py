"""Maps that need the paddings that an architecture's own size needs, and less time."""
from typing import Tuple

# A map of an odd multiple of 32 pixels is halved as one of 224 is; one of 43 + 32 n as one of 299 is.
SMALL, SMALL_INCEPTION = (96, 160), (107, 139)


def small_size(arch: str) -> Tuple[int, int]:
    return SMALL_INCEPTION if arch == "inception_v3" else SMALL
