"""Pictures of handwritten digits, from the file beside this one."""
from pathlib import Path
from typing import NamedTuple

import numpy as np

_FILE = Path(__file__).resolve().parent / "digits.npz"
_TRAINING = 1437
_DOTS = 16.0  # a pixel's largest value


class Pictures(NamedTuple):
    images: np.ndarray  # float32, N x 1 x 8 x 8, from 0 to 1
    labels: np.ndarray  # int64, N


def training_pictures() -> Pictures:
    return _pictures(slice(None, _TRAINING))


def held_out_pictures() -> Pictures:
    """360 pictures that the network never sees in training."""
    return _pictures(slice(_TRAINING, None))


def share_right(scores: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows whose largest score is the label's."""
    return float((scores.argmax(axis=1) == labels).mean())


def _pictures(part: slice) -> Pictures:
    with np.load(str(_FILE), allow_pickle=False) as arrays:
        images, labels = arrays["images"][part], arrays["labels"][part]
    return Pictures((images[:, np.newaxis] / _DOTS).astype(np.float32), labels.astype(np.int64))
