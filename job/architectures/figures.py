"""What the conversion of each architecture came to when it was last measured: figures.csv, by scripts/architectures."""
import csv
from pathlib import Path
from typing import Any, Iterable, Mapping, NamedTuple, Tuple

FILE = Path(__file__).with_name("figures.csv")


class Figures(NamedTuple):
    """Of a checkpoint with seeded weights, at the architecture's own input size.

    Errors are the largest of a stage against PyTorch, over the range of the output; seconds are those of the whole
    job, float32 and dynamic, on the machine that measured.
    """

    name: str
    parameters: int
    onnx: float
    keras: float
    saved_model: float
    float32: float
    dynamic_snr_db: float
    operators: int  # of the float32 file
    plumbing: int
    kinds: str  # the plumbing by name, as "PAD 4, RESHAPE 1"
    seconds: float


def measured(file: Path = FILE) -> Mapping[str, Figures]:
    """The figures by the architecture's name."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [_read(row) for row in csv.DictReader(stream)]
    return {row.name: row for row in rows}


def write(rows: Iterable[Figures], file: Path = FILE) -> None:
    """Replaces the file; equal figures give equal bytes."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Figures._fields)
        writer.writerows(map(_written, rows))


def _read(row: Mapping[str, str]) -> Figures:
    return Figures(**{name: kind(row[name]) for name, kind in Figures._field_types.items()})


def _written(row: Figures) -> Tuple[Any, ...]:
    return tuple("{:g}".format(value) if isinstance(value, float) else value for value in row)
