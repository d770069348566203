"""Converts architectures whole, with seeded weights, and writes what it came to: job/architectures/figures.csv.

`scripts/architectures [NAME ...]`: those named, or all; the rows of the others stay.
"""
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Mapping, Sequence

import torch

from job.architectures import find, names
from job.architectures.figures import FILE, Figures, measured, write
from job.tensorflow_model.flatbuffer.operators import PLUMBING
from tests.models import seeded_module
from tests.published import Published, convert

# Of a random network 8 bits leave what they leave: its figure is wanted, not a verdict.
NO_VERDICT = "--tolerance={dynamic: {snr_db: -300, snr_of_spread_db: -300, top1_loss: 1, own_probe: 0, mismatch: 1}}"


def main(wanted: Sequence[str]) -> None:
    for name in wanted or names():
        with tempfile.TemporaryDirectory() as folder:
            row = figures_of(name, Path(folder))
        print(", ".join(map(str, row)), flush=True)
        rows = dict(measured() if FILE.is_file() else {}, **{name: row})
        write((rows[each] for each in names() if each in rows), FILE)


def figures_of(name: str, folder: Path) -> Figures:
    checkpoint = folder / "{}.pth".format(name)
    torch.save(seeded_module(name, shape=find(name).input_shape).state_dict(), str(checkpoint))
    started = time.perf_counter()
    published = convert(checkpoint, folder / "out", "--arch=" + name, NO_VERDICT)
    seconds = time.perf_counter() - started
    return Figures(
        name=name, parameters=published.parity["checkpoint"]["parameters"], onnx=_error(published, "onnx"),
        keras=_error(published, "keras"), saved_model=_error(published, "saved_model"),
        float32=_error(published, "tflite.float32"),
        dynamic_snr_db=round(min(_all(published, "tflite.dynamic", "snr_db")), 1), seconds=round(seconds, 1),
        **structure(published))


def structure(published: Published) -> Mapping[str, Any]:
    """What must not change unnoticed: the float32 file's operators."""
    _, float32 = published.file("float32")
    kinds = ("{} {}".format(kind, count) for kind, count in float32["operators"].items() if kind in PLUMBING)
    return {"operators": float32["nodes"], "plumbing": float32["plumbing"], "kinds": ", ".join(kinds)}


def _error(published: Published, stage: str) -> float:
    return float("{:.1e}".format(max(_all(published, stage, "max_error_of_range"))))


def _all(published: Published, stage: str, figure: str) -> Sequence[float]:
    """A figure of every output."""
    stages = {each["stage"]: each["outputs"] for each in published.parity["stages"]}
    return [output[figure] for output in stages[stage]]


if __name__ == "__main__":
    main(sys.argv[1:])
