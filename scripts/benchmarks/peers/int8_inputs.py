"""int8_inputs.py MODEL FOLDER: a checkpoint, inputs to calibrate with, other inputs to judge with, and PyTorch's answers.

Writes model.pth, calibration/NNN.npy, probes.npy and reference.npy; prints the job's flags for the network, as JSON.
"""
import json
import shutil
import sys
from pathlib import Path
from typing import Iterator, List, Sequence, Tuple

import numpy as np
import torch

from job.architectures.build import build
from tests import seeded_arrays

SHAPE = (1, 3, 224, 224)
CROPS = 4  # of each photograph
FOR_CALIBRATION = ("astronaut.png", "flower.jpg", "motorcycle_left.png", "ihc.png", "hubble_deep_field.jpg", "retina.jpg",
                   "coins.png", "brick.png", "grass.png", "moon.png")
FOR_PROBES = ("coffee.png", "chelsea.png", "china.jpg", "rocket.jpg", "camera.png", "gravel.png", "clock_motion.png")


def _photographs(names: Sequence[str], seed: int) -> Iterator[np.ndarray]:
    """Each whole, and parts of it: [height, width, RGB]."""
    import skimage.data
    import skimage.io
    from sklearn.datasets import load_sample_image

    random = np.random.RandomState(seed)
    for name in names:
        file = Path(skimage.data.__file__).parent / name
        pixels = skimage.io.imread(str(file)) if file.exists() else load_sample_image(name)
        pixels = np.stack([pixels] * 3, -1) if pixels.ndim == 2 else pixels[..., :3]
        yield pixels
        for _ in range(CROPS - 1):
            side = int(min(pixels.shape[:2]) * random.uniform(0.5, 0.9))
            top, left = (random.randint(0, size - side + 1) for size in pixels.shape[:2])
            yield pixels[top:top + side, left:left + side]


def _seeded_images(seed: int, count: int) -> np.ndarray:
    blocks = seeded_arrays.blocks(SHAPE, seed, count)
    mixed = 1.5 * seeded_arrays.blocks(SHAPE, seed + 1, count // 2) + 0.3 * seeded_arrays.noise(SHAPE, seed, count // 2)
    return np.concatenate([blocks, mixed, seeded_arrays.noise(SHAPE, seed + 1, count // 4)])


def _seeded_network(arch: str) -> torch.nn.Module:
    """Initial weights as networks begin their training with, and BatchNorm statistics of what reaches each."""
    torch.manual_seed(0)
    module = build(arch, {})
    for layer in module.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(layer.weight, 0.6, 1.4)
            torch.nn.init.normal_(layer.bias, 0, 0.2)
            layer.momentum = None
    module.train()
    for layer in module.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.eval()
    with torch.no_grad():
        module(torch.from_numpy(_seeded_images(7, 12)))
    return module


def _made(model: str, folder: Path) -> Tuple[torch.nn.Module, Sequence[str], np.ndarray, np.ndarray]:
    name, _, trained = model.partition("-")
    if not trained:
        module = _seeded_network(name)
        torch.save(module.state_dict(), str(folder / "model.pth"))
        return module, ("--arch=" + name,), _seeded_images(100, 16), _seeded_images(200, 32)
    from tests.trained.networks import NETWORKS

    network = NETWORKS[name]
    shutil.copyfile(str(network.checkpoint), str(folder / "model.pth"))
    module = network.module()
    module.load_state_dict(torch.load(str(network.checkpoint)))
    inputs = [[network.prepared(pixels) for pixels in _photographs(names, seed)]
              for seed, names in enumerate((FOR_CALIBRATION, FOR_PROBES))]  # type: List[List[np.ndarray]]
    return (module, network.flags) + tuple(np.concatenate(each) for each in inputs)


def main(model: str, place: str) -> None:
    folder = Path(place)
    shutil.rmtree(place, ignore_errors=True)
    (folder / "calibration").mkdir(parents=True)
    module, flags, calibration, probes = _made(model, folder)
    with torch.no_grad():
        answers = [module.eval()(torch.from_numpy(probe[np.newaxis])).numpy() for probe in probes]
    for number, each in enumerate(calibration):
        np.save(str(folder / "calibration" / "{:03}.npy".format(number)), each)
    np.save(str(folder / "probes.npy"), probes)
    np.save(str(folder / "reference.npy"), np.concatenate(answers))
    print(json.dumps(flags))


main(*sys.argv[1:])
