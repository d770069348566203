"""The job as its user runs it: a whole process."""
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
DIGITS_NET = "--model-code={}:digits_net".format(CHECKOUT / "job" / "demo" / "model.py")


def run_job(*words: Any, stderr: int = subprocess.PIPE, **options: Any) -> subprocess.CompletedProcess:
    """Its text on both streams; the log on stdout too with stderr=subprocess.STDOUT. `options` are subprocess.run's."""
    return subprocess.run([sys.executable, "-m", "job", *map(str, words)], cwd=str(CHECKOUT), stdout=subprocess.PIPE,
                          stderr=stderr, universal_newlines=True, timeout=300, **options)
