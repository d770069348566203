"""The quantised files that can be made beside float32, in the order they are made."""
from typing import NamedTuple


class Mode(NamedTuple):
    name: str
    calibrated: bool  # ranges of its activations come from samples
    text: str
    use: str


MODES = (
    Mode("dynamic", False, "weights in 8 bits, computed in float", "a file of a quarter of the size, and no data at hand"),
    Mode("float16", False, "weights in half precision, computed in float", "half the size at next to no loss"),
    Mode("int8", True, "weights and activations in 8 bits, a scale for each channel of a weight; takes and gives float32",
         "phones: the smallest and fastest"),
    Mode("int8-io", True, "the same numbers as int8, but takes and gives int8", "accelerators that know no float"),
    Mode("uint8-io", True, "the same numbers as int8, but takes and gives uint8", "what hands over bytes, as cameras do"),
)

FLOAT32 = "float32"  # the file that is always made
NAMES = tuple(mode.name for mode in MODES)
CALIBRATED = tuple(mode.name for mode in MODES if mode.calibrated)


def stage_of(mode: str) -> str:
    """The stage that asks a published file of this mode: saved_model, tflite.float32 and its like."""
    return mode if mode == "saved_model" else "tflite." + mode


def tflite_name(model: str, mode: str) -> str:
    """What the published file of a mode is called, beside its SavedModel."""
    return "{}.{}.tflite".format(model, mode)
