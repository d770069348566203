"""The quantised files that can be made beside float32, in the order they are made."""
from typing import NamedTuple


class Mode(NamedTuple):
    name: str
    calibrated: bool  # ranges of its activations come from samples
    text: str


MODES = (
    Mode("dynamic", False, "weights in 8 bits, computed in float"),
    Mode("int8", True, "weights and activations in 8 bits; takes and gives float32"),
    Mode("int8-io", True, "as int8, but takes and gives int8: for accelerators that know no float"),
)

NAMES = tuple(mode.name for mode in MODES)
CALIBRATED = frozenset(mode.name for mode in MODES if mode.calibrated)
