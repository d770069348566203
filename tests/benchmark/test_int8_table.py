"""How int8 files of others are made, and how the figures of all are shown."""
import sys

from benchmarks.int8 import HEADER, made, rows
from benchmarks.int8_peers import INT8_PEERS, Peer, Task

FIGURES = {"cosine": 0.987654, "snr_db": 20.75, "top1": 0.9375, "time_of_float32": {"median": 0.488, "low": 0.461, "high": 0.523}}


def test_a_row_a_file_with_a_cell_for_each_column():
    ours, theirs = rows("mobilenet_v2", {"ours.tflite": FIGURES, "theirs.tflite": dict(FIGURES, snr_db=-3.04)})
    assert ours == "| mobilenet_v2 | ours.tflite | 0.98765 | 20.8 | 0.94 | 0.49 (0.46-0.52) |"
    assert theirs == "| mobilenet_v2 | theirs.tflite | 0.98765 | -3.0 | 0.94 | 0.49 (0.46-0.52) |"
    assert ours.count("|") == len(HEADER) + 1


def task(folder):
    return Task("mobilenet_v2", folder, folder / "saved_model", folder)


def test_a_peer_that_fails_is_named_and_left_out(tmp_path, capsys):
    fails = Peer("theirs", lambda task: ((sys.executable, "-c", "exit(3)"),))
    works = Peer("others", lambda task: ((sys.executable, "-c", "pass"),))
    assert [made(peer, task(tmp_path)) for peer in (fails, works)] == [None, tmp_path / "others.int8.tflite"]
    assert "theirs makes no int8 of mobilenet_v2" in capsys.readouterr().err


def test_each_peer_has_a_file_of_its_own(tmp_path):
    files = {task(tmp_path).file(peer.name) for peer in INT8_PEERS}
    assert len(files) == len(INT8_PEERS)
