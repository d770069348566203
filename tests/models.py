"""Networks with seeded weights for tests: every value random, activations of a sane scale."""
from pathlib import Path
from typing import Any, Dict

import numpy as np
import torch

from job.architectures.build import build
from job.architectures.load import load_weights


def seeded_module(arch: str, seed: int = 0, **arch_args: Any) -> torch.nn.Module:
    """The architecture in eval mode with weights, biases and BatchNorm statistics drawn from the seed."""
    module = build(arch, arch_args)
    load_weights(module, seeded_weights(module, seed))
    return module


def write_seeded_checkpoint(path: Path, arch: str, seed: int = 0, **arch_args: Any) -> Path:
    """Save the state dict of `seeded_module` as its user would (torch.save names storages by address: the
    weights are equal for an equal seed, the bytes of the file are not)."""
    state_dict = seeded_module(arch, seed, **arch_args).state_dict()
    torch.save(state_dict, str(path))
    return Path(path)


def seeded_weights(module: torch.nn.Module, seed: int) -> Dict[str, np.ndarray]:
    """An array for every key of the module's state dict.

    Weights are He-normal; a BatchNorm's own four vectors are random about (1, 0, 0, 1), so that none of
    them could be dropped or swapped unseen, while the scale of activations stays near one.
    """
    random = np.random.RandomState(seed)
    return {key: _array(key, tuple(value.shape), random) for key, value in module.state_dict().items()}


def _array(key: str, shape: tuple, random: np.random.RandomState) -> np.ndarray:
    if key.endswith("num_batches_tracked"):
        return np.array(random.randint(1, 1000), np.int64)
    if key.endswith("running_var"):
        values = random.uniform(0.5, 1.5, shape)
    elif key.endswith("running_mean"):
        values = random.normal(0, 0.2, shape)
    elif key.endswith("weight") and len(shape) > 1:
        values = random.normal(0, np.sqrt(2.0 / np.prod(shape[1:])), shape)
    elif key.endswith("weight"):
        values = random.uniform(0.6, 1.2, shape)
    else:
        values = random.normal(0, 0.1, shape)
    return values.astype(np.float32)
