"""How figures of int8 files are shown."""
from benchmarks.int8 import HEADER, rows

FIGURES = {"cosine": 0.987654, "snr_db": 20.75, "top1": 0.9375, "time_of_float32": {"median": 0.488, "low": 0.461, "high": 0.523}}


def test_a_row_a_file_with_a_cell_for_each_column():
    ours, theirs = rows("mobilenet_v2", {"ours.tflite": FIGURES, "theirs.tflite": dict(FIGURES, snr_db=-3.04)})
    assert ours == "| mobilenet_v2 | ours.tflite | 0.98765 | 20.8 | 0.94 | 0.49 (0.46-0.52) |"
    assert theirs == "| mobilenet_v2 | theirs.tflite | 0.98765 | -3.0 | 0.94 | 0.49 (0.46-0.52) |"
    assert ours.count("|") == len(HEADER) + 1
