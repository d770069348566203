"""What `architectures` prints: every network that has a name, and what its conversion came to."""
from typing import List, Optional, Tuple

from job.architectures.figures import Figures, measured
from job.architectures.registry import Architecture, refused, table

HEAD = ("name", "input", "parameters", "onnx", "keras", "saved_model", "float32", "dynamic", "operators", "plumbing",
        "seconds", "what it is")
NOTE = ("Each is recognised by its tensors: --arch need not name it. Figures are of checkpoints with random weights: "
        "largest error of a stage against PyTorch, of the output's range (dynamic: signal to noise in dB); operators of "
        "the float32 file, and how many are plumbing; seconds of the whole job on 2 cores.")


def lines() -> List[str]:
    figures = measured()
    rows = [HEAD] + [cells(row, figures.get(row.name)) for row in table()]
    widths = [max(map(len, column)) for column in zip(*rows)]
    listed = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    refusals = ["{}: refused: {}; {}".format(each.name, *each.refusal) for each in refused()]
    return listed + refusals + ["", NOTE]


def cells(row: Architecture, figures: Optional[Figures]) -> Tuple[str, ...]:
    return (row.name, "x".join(map(str, row.input_shape))) + measured_cells(figures) + (row.summary,)


def measured_cells(figures: Optional[Figures]) -> Tuple[str, ...]:
    """Everything that was measured, as it is shown; nothing of a network that was not yet."""
    if figures is None:
        return ("",) * 9
    errors = (figures.onnx, figures.keras, figures.saved_model, figures.float32)
    return ("{:,}".format(figures.parameters),) + tuple(map("{:g}".format, errors)) + (
        "{:g} dB".format(figures.dynamic_snr_db), str(figures.operators), str(figures.plumbing),
        "{:.0f}".format(figures.seconds))
