"""Two processes with nothing in common but the model write the same bytes."""
import hashlib
import os
import subprocess
import sys
from pathlib import Path

WRITE = """
import sys
from pathlib import Path
from small_models import inputs_for, two_by_two_graph
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.runners import KerasRunner
from job.tensorflow_model.saved_model import write_saved_model
from job.tensorflow_model.tflite import write_tflite

folder, runs_first = Path(sys.argv[1]), sys.argv[2] == "runs first"
model = two_by_two_graph()
if runs_first:
    with KerasRunner(model) as run:
        run(*inputs_for(model))
write_saved_model(model, folder / "saved_model")
frozen = frozen_graph(model, 1)
for mode in ("float32", "dynamic"):
    write_tflite(frozen, mode, folder / (mode + ".tflite"))
"""


def digests(folder: Path, checkout: Path, seed: str, order: str) -> dict:
    paths = os.pathsep.join([str(checkout), str(Path(__file__).parent)])
    zone = {"1": "Asia/Tokyo", "2": "UTC"}[seed]
    environment = dict(os.environ, PYTHONPATH=paths, PYTHONHASHSEED=seed, OMP_NUM_THREADS=seed, TZ=zone,
                       HOME=str(folder))
    subprocess.run([sys.executable, "-c", WRITE, str(folder), order], check=True, cwd=str(folder),
                   env=environment, timeout=120, stderr=subprocess.DEVNULL)
    suffixes = ".pb", ".tflite", ".index", ".data-00000-of-00001"
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.suffix in suffixes}


def test_same_bytes(tmp_path, checkout):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = digests(tmp_path / "a", checkout, "1", "runs first")
    assert len(first) == 5
    assert digests(tmp_path / "b", checkout, "2", "just writes") == first
