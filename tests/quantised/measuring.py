"""Converts two networks in every quantised mode, and writes what it came to: tests/quantised/figures.csv, for the README.

`scripts/modes`. mobilenet_v2 is torchvision's trained one, calibrated with parts of photographs; resnet50 has seeded weights,
and is calibrated with seeded probes.
"""
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator, NamedTuple, Sequence

import numpy as np
from tests.models import write_seeded_checkpoint
from tests.published import Published, convert
from tests.quantised.figures import Figures, write
from tests.tools_environment import locked_tools
from tests.trained.networks import NETWORKS
from tests.trained.photographs import photographs

from job import modes

CHECKOUT = Path(__file__).resolve().parents[2]
RUNTIME = Path(__file__).with_name("current_litert.lock")
PARTS = 5  # of a photograph along each side, half as large as it


class Network(NamedTuple):
    name: str
    checkpoint: Path
    flags: Sequence[str]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write([row for network in networks(Path(folder)) for row in figures_of(network, Path(folder) / network.name)])


def networks(folder: Path) -> Iterator[Network]:
    trained = NETWORKS["mobilenet_v2"]
    calibration = folder / "calibration"
    write_parts(calibration)
    yield Network("mobilenet_v2", trained.checkpoint, trained.flags + ("--calibration={}".format(calibration),))
    write_seeded_checkpoint(folder / "resnet50.pth", "resnet50")
    yield Network("resnet50", folder / "resnet50.pth", ("--arch=resnet50",))


def write_parts(folder: Path) -> None:
    """Overlapping parts of the photographs, each as the network's input."""
    folder.mkdir()
    for name, photograph in photographs().items():
        height, width = (side // 2 for side in photograph.pixels.shape[:2])
        for number, (row, column) in enumerate(np.ndindex(PARTS, PARTS)):
            top, left = row * height // (PARTS - 1), column * width // (PARTS - 1)
            part = photograph.pixels[top:top + height, left:left + width]
            np.save(str(folder / "{}{:02d}.npy".format(name, number)), NETWORKS["mobilenet_v2"].prepared(part))


def figures_of(network: Network, out: Path) -> Sequence[Figures]:
    published = convert(network.checkpoint, out, "--quantize=" + ",".join(modes.NAMES), *network.flags)
    every = ("float32",) + modes.NAMES
    seconds, sizes = latencies(published, every), [published.file(mode)[1]["bytes"] for mode in every]
    tflites = [stage for stage in published.parity["stages"] if stage["stage"].startswith("tflite.")]
    snr_db = {stage["stage"]: stage["outputs"][0]["snr_db"] for stage in tflites}
    return [Figures(network.name, mode, round(sizes[place] / sizes[0], 2), snr_db["tflite." + mode],
                    round(seconds[place] / seconds[0], 2)) for place, mode in enumerate(every) if place]


def latencies(published: Published, every: Sequence[str]) -> Sequence[float]:
    files = [str(published.folder / published.file(mode)[0]) for mode in every]
    python = locked_tools(RUNTIME, CHECKOUT) / "python"
    said = subprocess.check_output([str(python), str(Path(__file__).with_name("latency.py")), *files],
                                   universal_newlines=True)
    return list(map(float, said.split()))


if __name__ == "__main__":
    main()
