"""Handwritten digits as a user has them: pictures in one folder, or in a folder for each class."""
from pathlib import Path
from typing import Callable

import numpy as np
from PIL import Image

from job.demo.digits import Pictures


def one_folder(folder: Path, pictures: Pictures, count: int, pixels: Callable = lambda image: image) -> Path:
    """The first so many, each changed by `pixels`, from 0 to 1."""
    folder.mkdir(exist_ok=True)
    for number, image in enumerate(pictures.images[:count]):
        _save(pixels(image[0]), folder / "{:03d}.png".format(number))
    return folder


def folder_per_class(folder: Path, pictures: Pictures, count: int, name: Callable = str) -> Path:
    """The first so many, in folders with the `name` of their label."""
    for number in range(count):
        inner = folder / name(int(pictures.labels[number]))
        inner.mkdir(parents=True, exist_ok=True)
        _save(pictures.images[number, 0], inner / "{:03d}.png".format(number))
    return folder


def _save(image: np.ndarray, file: Path) -> None:
    Image.fromarray(np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)).save(str(file))
