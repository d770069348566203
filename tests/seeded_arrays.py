"""Numbers for networks in tests, by NumPy alone: the same under every version of it and of PyTorch."""
import numpy as np


def seeded_weight(key: str, shape: tuple, random: np.random.RandomState, gain: float = 2.0) -> np.ndarray:
    """For a key of a state dict: kernels of variance gain / fan-in, BatchNorm's vectors about (1, 0, 0, 1)."""
    if key.endswith("num_batches_tracked"):
        return np.array(random.randint(1, 1000), np.int64)
    if key.endswith("running_var"):
        values = random.uniform(0.7, 1.4, shape)
    elif key.endswith("running_mean"):
        values = random.normal(0, 0.2, shape)
    elif key.endswith("weight") and len(shape) > 1:
        values = np.sqrt(gain / np.prod(shape[1:])) * _normal(shape, random)
    elif key.endswith("weight"):
        values = random.uniform(0.6, 1.4, shape)
    else:
        values = random.normal(0, 0.1, shape)
    return values.astype(np.float32)


def _normal(shape: tuple, random: np.random.RandomState) -> np.ndarray:
    """Normal values; those of a huge layer repeat after a prime number: drawing them all takes seconds."""
    count = int(np.prod(shape))
    return np.resize(random.standard_normal(min(count, 1048573)).astype(np.float32), shape)


def noise(shape: tuple, seed: int, batch: int) -> np.ndarray:
    return np.random.RandomState(seed + 2).standard_normal((batch,) + tuple(shape[1:])).astype(np.float32)


def blocks(shape: tuple, seed: int, batch: int) -> np.ndarray:
    """Images of coarse random blocks; with plain noise every image gives nearly the same answer."""
    _, channels, height, width = shape
    coarse = np.random.RandomState(seed + 1).standard_normal((batch, channels, 8, 8))
    rows, columns = np.arange(height) * 8 // height, np.arange(width) * 8 // width
    return coarse[:, :, rows][:, :, :, columns].astype(np.float32)
