"""Networks with seeded weights for tests: every value random, activations of a sane scale."""
from itertools import chain
from pathlib import Path
from typing import Any, Dict, Iterator

import numpy as np
import torch

from job.architectures.build import build
from job.architectures.load import load_weights
from job.values import Shape
from tests import seeded_arrays

IMAGE = (1, 3, 224, 224)
GATES = ("fc2.weight", "_se_expand.weight", "conv_expand.weight")  # what the last layer before a gate is called


def seeded_module(arch: str, seed: int = 0, shape: Shape = IMAGE, **arch_args: Any) -> torch.nn.Module:
    """The architecture in eval mode with weights, biases and BatchNorm statistics drawn from the seed.

    Settled at the shape of the images that it will see, as a trained network is.
    """
    module = build(arch, arch_args)
    load_weights(module, seeded_weights(module, seed))
    settle_statistics(module, torch.cat([blocky_images(shape, seed), noise_images(shape, seed, batch=1)]))
    return module


def write_seeded_checkpoint(path: Path, arch: str, seed: int = 0, **arch_args: Any) -> Path:
    """Save the state dict of `seeded_module` as its user would (torch.save names storages by address: the
    weights are equal for an equal seed, the bytes of the file are not)."""
    torch.save(seeded_module(arch, seed, **arch_args).state_dict(), str(path))
    return Path(path)


def seeded_weights(module: torch.nn.Module, seed: int) -> Dict[str, np.ndarray]:
    """An array for every key of the module: He-normal kernels, BatchNorm's vectors about (1, 0, 0, 1).

    What a block adds to its input is small beside it, and its gates are half open, as in a trained network: else a
    hundred blocks make of the last bit of an input more than float stages may differ by, in PyTorch as everywhere.
    """
    random = np.random.RandomState(seed)
    shapes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
    weights = {key: seeded_arrays.seeded_weight(key, shape, random) for key, shape in shapes.items()}
    for key in chain(_ends_of_branches(module), (key for key in weights if key.endswith(GATES))):
        weights[key] *= np.float32(0.25)
    return weights


def _ends_of_branches(module: torch.nn.Module) -> Iterator[str]:
    """The scale of the last BatchNorm in each residual block: of a ResNet, or one that says that it is such."""
    for path, block in module.named_modules():
        if getattr(block, "adds_input", False):
            norms = [name for name, layer in block.named_modules() if isinstance(layer, torch.nn.BatchNorm2d)]
            yield "{}.{}.weight".format(path, norms[-1])
        if hasattr(block, "downsample") and hasattr(block, "bn2"):
            yield "{}.{}.weight".format(path, "bn3" if hasattr(block, "bn3") else "bn2")


def noise_images(shape: tuple, seed: int, batch: int = 2) -> torch.Tensor:
    return torch.from_numpy(seeded_arrays.noise(shape, seed, batch))


def blocky_images(shape: tuple, seed: int, batch: int = 2) -> torch.Tensor:
    return torch.from_numpy(seeded_arrays.blocks(shape, seed, batch))


def settle_statistics(module: torch.nn.Module, images: torch.Tensor) -> None:
    """Move each BatchNorm's statistics to those of what reaches it, some of the seeded noise kept.

    So a deep network neither explodes nor answers every image alike; in coarse steps, for any CPU.
    """
    kinds = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)
    norms = [layer for layer in module.modules() if isinstance(layer, kinds)]
    handles = [norm.register_forward_pre_hook(_settle) for norm in norms]
    if not handles:
        return
    with torch.no_grad():
        module(images)
    for handle in handles:
        handle.remove()


def _settle(layer: torch.nn.Module, inputs: Any) -> None:
    by_channel = inputs[0].transpose(0, 1).contiguous().view(inputs[0].size(1), -1).numpy()
    variance = by_channel.var(axis=1)
    deviation = np.exp2(np.round(np.log2(np.maximum(variance, variance.mean() / 4 + 1e-6))) / 2)
    mean = np.round(8 * by_channel.mean(axis=1) / deviation) / 8
    seeded_mean, seeded_var = layer.running_mean.numpy(), layer.running_var.numpy()
    seeded_mean[...] = (mean + seeded_mean) * deviation
    seeded_var[...] = deviation ** 2 * seeded_var
