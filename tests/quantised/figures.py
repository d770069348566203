"""What each quantised mode comes to beside float32 when it was last measured: figures.csv, by scripts/modes."""
import csv
from pathlib import Path
from typing import Iterable, NamedTuple, Tuple

FILE = Path(__file__).with_name("figures.csv")


class Figures(NamedTuple):
    """Of one mode of one network; size and latency are shares of float32's."""

    network: str
    mode: str
    size: float
    snr_db: float
    latency: float  # of a current runtime on one thread


def measured(file: Path = FILE) -> Tuple[Figures, ...]:
    with file.open(encoding="utf-8", newline="") as stream:
        return tuple(Figures(row["network"], row["mode"], *(float(row[name]) for name in Figures._fields[2:]))
                     for row in csv.DictReader(stream))


def write(rows: Iterable[Figures], file: Path = FILE) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Figures._fields)
        writer.writerows(row[:2] + tuple("{:g}".format(figure) for figure in row[2:]) for row in rows)
