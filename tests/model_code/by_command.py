"""Users' code in a folder, and the real command or the import that runs it."""
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Mapping, NamedTuple

import torch

from job.user_code.factory import build_from_code

CHECKOUT = Path(__file__).resolve().parents[2]


def write_code(folder: Path, files: Mapping[str, str]) -> Path:
    """Files by their relative names."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


class Done(NamedTuple):
    """How a run of the job ended, and what it left."""

    code: int
    said: str  # on stderr
    out: Path

    @property
    def failure(self) -> Mapping[str, Any]:
        return self.report(".failed/net")["first_failure"]

    def report(self, name: str = "net") -> Mapping[str, Any]:
        return json.loads((self.out / name / "parity.json").read_text())

    def interface(self) -> Mapping[str, Any]:
        return json.loads((self.out / "net" / "interface.json").read_text())


def convert(folder: Path, code: str, shape: str, *flags: str, seconds: int = 240, state: Any = None) -> Done:
    """Converts what the code makes, with the weights it has, by the real command."""
    checkpoint = folder / "net.pth"
    if not checkpoint.exists():
        torch.save(state if state is not None else weights(folder, code), str(checkpoint))
    command = [sys.executable, "-m", "job", "convert", str(checkpoint), "--output-dir=" + str(folder / "out"),
               "--model-code={}".format(folder / code), "--input-shape=" + shape] + list(flags)
    done = subprocess.run(command, cwd=str(CHECKOUT), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=seconds)
    return Done(done.returncode, done.stderr, folder / "out")


def weights(folder: Path, code: str) -> Mapping[str, torch.Tensor]:
    file, _, factory = code.rpartition(":")
    return build_from_code(folder / file, factory, {}).state_dict()
