"""int8 of this job beside int8 of others: calibrated with the same inputs, judged on the same others, in one runtime."""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from benchmarks.contenders import CHECKOUT, PEERS
from benchmarks.environments import Environment, NoEnvironment, python_of
from benchmarks.int8_peers import INT8_PEERS, Peer, Task

MODELS = ("mobilenet_v2-trained", "efficientnet_lite0-trained", "resnet50", "mobilenet_v2", "mobilenetv3_large",
          "squeezenet1_1", "densenet121")
RUNTIME = Environment("litert", "3.11", (("ai-edge-litert==2.3.0", "numpy==2.4.6"),))
ANY_NOISE = "--tolerance={int8: {snr_db: -99, snr_of_spread_db: -99, top1_loss: 9, own_probe: 0}}"  # it is what is measured
HEADER = ("model", "file", "smallest cosine", "SNR dB", "same top-1", "time, int8 / float32")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark-int8", description="Measure int8 files of this job and of others.",
        epilog="Seeded networks see seeded images, trained ones photographs. The first use makes environments: minutes.")
    cache = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")), "pt2tflite-benchmark")
    parser.add_argument("--models", default=",".join(MODELS), help="separated by commas (%(default)s)")
    parser.add_argument("--peers", default=",".join(peer.name for peer in INT8_PEERS), help="separated by commas (%(default)s)")
    parser.add_argument("--cache", type=Path, default=cache, help="where environments and files are kept (%(default)s)")
    return parser


def _tests_python() -> Path:
    """The environment of `scripts/test`, made if need be: it has the trained networks and the photographs."""
    script = '. "$1/scripts/environment.sh"; tests_environment; echo "$checkout/.venv-tests/bin/python"'
    return Path(subprocess.check_output(["bash", "-c", script, "bash", str(CHECKOUT)]).decode().split()[-1])


def _run(*command: object) -> str:
    environment = dict(os.environ, PYTHONPATH=str(CHECKOUT))
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, env=environment).stdout.decode()


def measured(model: str, peers: Sequence[Peer], cache: Path, job_python: Path) -> Dict[str, Dict[str, Any]]:
    """Figures by the file they are of."""
    folder = cache / "int8" / model
    flags = _run(job_python, PEERS / "int8_inputs.py", model, folder).split("\n")[-2]
    _run(job_python, "-m", "job", "convert", folder / "model.pth", *json.loads(flags), "--output-dir={}".format(folder / "out"),
         "--quantize=int8", "--calibration={}".format(folder / "calibration"), "--force", ANY_NOISE)
    ours = folder / "out" / "model"
    task = Task(model.partition("-")[0], folder, ours / "saved_model" / "1", cache)
    theirs = [file for file in (made(peer, task) for peer in peers) if file]
    figures = _run(python_of(RUNTIME, cache), PEERS / "int8_judge.py", folder, ours / "model.float32.tflite",
                   ours / "model.int8.tflite", *theirs)
    return json.loads(figures.split("\n")[-2])


def made(peer: Peer, task: Task) -> Optional[Path]:
    """None where the peer does not convert this network, which is said."""
    try:
        for command in peer.commands(task):
            _run(*command)
    except (subprocess.CalledProcessError, NoEnvironment) as failed:
        print("{} makes no int8 of {}: {}".format(peer.name, task.arch, failed), file=sys.stderr)
        return None
    return task.file(peer.name)


def rows(model: str, figures: Dict[str, Dict[str, Any]]) -> List[str]:
    lines = []
    for file, each in figures.items():
        time = "{median:.2f} ({low:.2f}-{high:.2f})".format(**each["time_of_float32"])
        cells = (model, file, "{cosine:.5f}".format(**each), "{snr_db:.1f}".format(**each), "{top1:.2f}".format(**each), time)
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main(words: Sequence[str]) -> int:
    arguments = _parser().parse_args(words)
    peers = [peer for peer in INT8_PEERS if peer.name in arguments.peers.split(",")]
    job_python = _tests_python()
    print("| " + " | ".join(HEADER) + " |\n|" + " --- |" * len(HEADER))
    for model in arguments.models.split(","):
        print("\n".join(rows(model, measured(model, peers, arguments.cache.resolve(), job_python))), flush=True)
    return 0
