"""A picture, PNG or JPEG, as a network's input.

Turned as its EXIF orientation says; greyscale becomes RGB; transparency is dropped and the colour under
it kept, as torchvision's own loader does. What would lose more is refused: CMYK, and 16 bits a channel.
"""
import io
import warnings
from typing import Sequence, Tuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from job.samples.values import BadSample
from job.settings.preprocessing import Preprocess
from job.values import TensorFacts

MOST_PIXELS = 2 ** 26
_FORMATS = ("JPEG", "PNG")
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
_PNG, _BIT_DEPTH = b"\x89PNG\r\n\x1a\n", 24  # how it starts, and where it says how many bits a channel has
_ORIENTATION = 0x0112  # EXIF's tag
_UPRIGHT = {
    2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE,
    6: Image.ROTATE_270, 7: Image.TRANSVERSE, 8: Image.ROTATE_90,
}
_RESAMPLING = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "nearest": Image.NEAREST}


def picture_input(content: bytes, facts: TensorFacts, preprocess: Preprocess) -> np.ndarray:
    """The file's content -> float32, one item of the batch: channels, height, width."""
    channels, height, width = facts.pytorch_shape[1:]
    image = _resized(_upright(content), height, width, preprocess)
    values = np.atleast_3d(np.asarray(image.convert("L") if channels == 1 else image, np.float32))
    if preprocess.channels == "bgr":
        values = values[:, :, ::-1]
    if preprocess.range == 1:
        values = values / np.float32(255)
    values = (values - np.float32(preprocess.mean)) / np.float32(preprocess.std)
    return values.transpose(2, 0, 1)


def check_pictures(facts: Tuple[TensorFacts, ...], preprocess: Preprocess) -> None:
    """BadSample where the network's input is none that a picture can become."""
    shape = facts[0].pytorch_shape
    channels = 1 if preprocess.channels == "gray" else 3
    if len(facts) != 1:
        raise BadSample("a picture cannot feed {} inputs".format(len(facts)))
    if len(shape) != 4 or shape[1] != channels:
        raise BadSample("a picture with {} channels cannot feed an input of shape {}".format(
            channels, ",".join(map(str, shape))))
    if preprocess.size not in (None, shape[2:]):
        raise BadSample("preprocess says {} x {}, the input is {} x {}".format(*preprocess.size, *shape[2:]))


def _upright(content: bytes) -> Image.Image:
    """Decoded, in RGB."""
    image = _opened(content)
    if image.width * image.height > MOST_PIXELS:
        raise BadSample("has {} x {} pixels, too many".format(*image.size))
    if content.startswith(_PNG) and content[_BIT_DEPTH] == 16:
        raise BadSample("has 16 bits a channel: save it with 8")
    if image.mode not in _MODES:
        raise BadSample("is {}: save it as RGB or greyscale".format(image.mode))
    turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION))
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")  # its transparency is in the palette
    image = image.convert("RGB")
    return image if turn is None else image.transpose(turn)


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own, weaker limit on pixels
        try:
            return Image.open(io.BytesIO(content), formats=_FORMATS)
        except UnidentifiedImageError as error:  # its text names an address in memory
            raise BadSample("is no PNG or JPEG picture, or a damaged one") from error


def _resized(image: Image.Image, height: int, width: int, preprocess: Preprocess) -> Image.Image:
    """`image` at the size asked for, as `fit` says."""
    resampling = _RESAMPLING[preprocess.interpolation]
    if preprocess.fit == "letterbox":
        return _letterboxed(image, height, width, resampling, preprocess.fill)
    if preprocess.fit == "crop":
        image = _centre(image, height, width, preprocess.crop)
    return image.resize((width, height), resampling)


def _centre(image: Image.Image, height: int, width: int, share: float) -> Image.Image:
    """The centred part of the shape asked for, `share` of the largest such."""
    part_width = min(image.width, image.height * width // height)
    part_height = min(image.height, image.width * height // width)
    sizes = [max(1, int(side * share)) for side in (part_width, part_height)]
    left, top = _offset(image.size, sizes)
    return image.crop((left, top, left + sizes[0], top + sizes[1]))


def _letterboxed(image: Image.Image, height: int, width: int, resampling: int, fill: int) -> Image.Image:
    """All of it, as large as its own shape lets it be, in the middle of a canvas."""
    scale = min(height / image.height, width / image.width)
    sizes = [min(most, max(1, round(side * scale))) for side, most in zip(image.size, (width, height))]
    canvas = Image.new("RGB", (width, height), (fill, fill, fill))
    canvas.paste(image.resize(sizes, resampling), _offset(canvas.size, sizes))
    return canvas


def _offset(outer: Sequence[int], inner: Sequence[int]) -> Tuple[int, ...]:
    """Where the smaller of two centred rectangles begins in the larger."""
    return tuple((whole - part) // 2 for whole, part in zip(outer, inner))
