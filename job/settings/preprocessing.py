"""How a picture becomes a network's input, as a user states it.

It is brought to ``size`` as ``fit`` says: crop cuts its centre out in the shape of ``size``, ``crop`` of the largest
such part; letterbox keeps all of it, in its own shape, amid a border of ``fill``; stretch keeps all of it and not its
shape. Its values, 0 to ``range``, become (value - mean) / std, channel by channel in the network's order.
job.samples.pictures does so; arrays that a user gives are inputs already.
"""
from typing import Any, Mapping, NamedTuple, Optional, Tuple

from job.nearest import did_you_mean
from job.settings.setting_values import Refused, mapping

FITS = ("crop", "letterbox", "stretch")
INTERPOLATIONS = ("bilinear", "bicubic", "nearest")
CHANNELS = ("rgb", "bgr", "gray")


class Preprocess(NamedTuple):
    size: Optional[Tuple[int, int]] = None  # height and width; None: as the input's shape says
    fit: str = "crop"
    fill: int = 0  # of a letterbox's border, 0 to 255
    crop: float = 1.0  # share of the largest centred part, above 0 and at most 1
    interpolation: str = "bilinear"
    channels: str = "rgb"
    range: float = 1.0  # what a full 255 becomes before mean and std
    mean: Tuple[float, ...] = (0.0,)  # one, or one per channel
    std: Tuple[float, ...] = (1.0,)


def preprocess(value: Any) -> Preprocess:
    """{size: 224, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]} and its like; raises Refused."""
    given = mapping(value, "{size: 224, mean: [0.485, 0.456, 0.406]}")
    unknown = [key for key in given if key not in _READERS]
    if unknown:
        raise Refused("{} is no part of it".format(unknown[0]),
                      did_you_mean(unknown[0], _READERS) or "parts are " + ", ".join(_READERS))
    parts = Preprocess(**{key: _READERS[key](key, part) for key, part in given.items()})
    for key, fit in (("crop", "crop"), ("fill", "letterbox")):
        if key in given and parts.fit != fit:
            raise Refused("{} is of fit: {}, not of {}".format(key, fit, parts.fit), "leave one of the two out")
    channels = 1 if parts.channels == "gray" else 3
    for key, figures in (("mean", parts.mean), ("std", parts.std)):
        if len(figures) not in (1, channels):
            raise Refused("{} has {} figures".format(key, len(figures)), "1 or {}".format(channels))
    return parts


def _size(key: str, value: Any) -> Tuple[int, int]:
    sizes = value if isinstance(value, list) else [value, value]
    if len(sizes) != 2 or not all(type(size) is int and 0 < size <= 16384 for size in sizes):
        raise Refused("{}: not a size".format(key), "one number of pixels, or [height, width]")
    return sizes[0], sizes[1]


def _figures(key: str, value: Any) -> Tuple[float, ...]:
    figures = value if isinstance(value, list) else [value]
    if not figures or not all(_is_number(figure) for figure in figures):
        raise Refused("{}: not a number or a list of them".format(key), "one number, or one per channel")
    if key == "std" and not all(figure > 0 for figure in figures):
        raise Refused("std: must be above zero", "what values are divided by")
    return tuple(float(figure) for figure in figures)


def _crop(key: str, value: Any) -> float:
    if not _is_number(value) or not 0 < value <= 1:
        raise Refused("crop: not a share", "above 0 and at most 1; 0.875 is usual")
    return float(value)


def _fill(key: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 255:
        raise Refused("fill: {!r}".format(value), "a whole number from 0 to 255; 114 is usual for detectors")
    return value


def _range(key: str, value: Any) -> float:
    if not _is_number(value) or value not in (1, 255):
        raise Refused("range: {!r}".format(value), "1 or 255")
    return float(value)


def _word(key: str, value: Any) -> str:
    allowed = {"fit": FITS, "interpolation": INTERPOLATIONS, "channels": CHANNELS}[key]
    if value not in allowed:
        raise Refused("{}: {!r}".format(key, value), ", ".join(allowed))
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_READERS = {
    "size": _size, "fit": _word, "fill": _fill, "crop": _crop, "interpolation": _word, "channels": _word,
    "range": _range, "mean": _figures, "std": _figures,
}  # type: Mapping[str, Any]
