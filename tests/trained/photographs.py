"""Photographs that scikit-learn and scikit-image carry, and how the trained networks want to see them."""
from typing import NamedTuple, Tuple

import numpy as np
import skimage.data
from PIL import Image
from sklearn.datasets import load_sample_image

SIDE = 224  # pixels of a network's input


class Photograph(NamedTuple):
    pixels: np.ndarray  # [height, width, RGB], uint8
    classes: Tuple[int, ...]  # of ImageNet's 1000, the ones a person would accept


def photographs():
    return {
        "espresso": Photograph(skimage.data.coffee(), (967,)),
        "cat": Photograph(skimage.data.chelsea(), (281, 282, 285)),
        "palace": Photograph(load_sample_image("china.jpg"), (698,)),
    }


def as_torchvision_wants(pixels: np.ndarray) -> np.ndarray:
    """Shorter side to 256, the centre 224 x 224, ImageNet's mean and deviation: [1, 3, 224, 224]."""
    image = Image.fromarray(pixels)
    scale = 256 / min(image.size)
    image = image.resize([int(round(side * scale)) for side in image.size], Image.BILINEAR)
    left, top = ((side - SIDE) // 2 for side in image.size)
    values = np.asarray(image.crop((left, top, left + SIDE, top + SIDE)), np.float32) / 255
    return _as_input((values - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225])


def as_efficientnet_lite_wants(pixels: np.ndarray) -> np.ndarray:
    """The centre 7/8 of the shorter side, by cubic interpolation, (v - 127) / 128: [1, 3, 224, 224]."""
    height, width = pixels.shape[:2]
    side = min(height, width) * 7 // 8
    top, left = (height - side + 1) // 2, (width - side + 1) // 2  # as its authors round
    image = Image.fromarray(pixels[top:top + side, left:left + side]).resize((SIDE, SIDE), Image.BICUBIC)
    return _as_input((np.asarray(image, np.float32) - 127) / 128)


def _as_input(values: np.ndarray) -> np.ndarray:
    return values.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
