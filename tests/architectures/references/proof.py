"""What a network and its reference implementation must agree on; by NumPy alone, for either side's own PyTorch.

Both are filled with the same numbers, key by key, and asked the same two images.
"""
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from tests.seeded_arrays import blocks, noise, seeded_weight

FILE = Path(__file__).with_name("references.json")
SAMPLES = 32

Shape = Tuple[int, ...]


class Proof(NamedTuple):
    """Of one network with the weights of `filled` and the images of `images`."""

    size: List[int]  # of the images: height, width
    gain: float  # variance of a kernel's weights times its fan-in
    slow: bool
    arguments: Dict[str, Any]  # of our builder
    keys: int
    digest: str  # of the keys and shapes, sorted
    range: float  # of all outputs
    samples: List[float]  # of all outputs


def proofs() -> Dict[str, Proof]:
    """By the architecture's name, with something in brackets after it where it has more than one."""
    rows = json.loads(FILE.read_text()) if FILE.is_file() else {}
    return {name: Proof(**row) for name, row in rows.items()}


def architecture_of(name: str) -> str:
    return name.partition("(")[0]


def write(rows: Mapping[str, Proof]) -> None:
    """A line a network; equal proofs give equal bytes."""
    lines = ('"{}": {}'.format(name, json.dumps(rows[name]._asdict(), sort_keys=True)) for name in sorted(rows))
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def filled(shapes: Mapping[str, Shape], gain: float) -> Dict[str, np.ndarray]:
    """A value for every key, which depends on nothing but the key, the shape and the gain."""
    return {
        key: seeded_weight(key, shape, np.random.RandomState(zlib.crc32(key.encode())), gain)
        for key, shape in shapes.items()
    }


def images(size: Sequence[int]) -> np.ndarray:
    """Two that a network should tell apart, [2, 3, height, width]."""
    shape = (1, 3) + tuple(size)
    return np.concatenate([blocks(shape, 0, 1), noise(shape, 0, 1)])


def digest_of(shapes: Mapping[str, Shape]) -> str:
    listed = sorted((key, list(shape)) for key, shape in shapes.items())
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:32]


def range_and_samples(outputs: Sequence[np.ndarray]) -> Tuple[float, np.ndarray]:
    """How far all outputs reach, and some of them, always the same."""
    flat = np.concatenate([output.ravel() for output in outputs]).astype(np.float64)
    return float(np.ptp(flat)), flat[np.random.RandomState(0).randint(0, flat.size, SAMPLES)]


def difference(outputs: Sequence[np.ndarray]) -> float:
    """The largest difference between the answers to the two images, over the range of both."""
    apart = max(float(np.abs(output[0] - output[1]).max()) for output in outputs)
    return apart / range_and_samples(outputs)[0]


def flat(answer: Any) -> List[Any]:
    """The tensors in whatever a network returns, in its own order."""
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    if not isinstance(answer, (list, tuple)):
        return [answer]
    return [tensor for part in answer for tensor in flat(part)]
