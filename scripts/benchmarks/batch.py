"""A batch beside a single conversion: what each further checkpoint costs, and how many cores a job keeps busy."""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Dict, List, NamedTuple, Sequence

from benchmarks.contenders import CHECKOUT, default_job_python
from benchmarks.measuring import Cost, Step, measure

NETWORKS = ("mobilenet_v2", "resnet50", "digits")  # digits: the demo's
DIGITS = ("--model-code={}:digits_net".format(CHECKOUT / "job" / "demo" / "model.py"), "--input-shape=1,1,8,8")
WRITE = """
import sys
import torch
from job.demo.model import digits_net
from tests.models import seeded_weights, write_seeded_checkpoint
folder, network, count = sys.argv[1:]
for seed in range(int(count)):
    file = "{}/{}-{}.pth".format(folder, network, seed)
    if network == "digits":
        weights = seeded_weights(digits_net(), seed)
        torch.save({key: torch.from_numpy(value) for key, value in weights.items()}, file)
    else:
        write_seeded_checkpoint(file, network, seed)
"""
HEADER = ("network", "one: wall s", "CPU s", "cores busy", "on one core, s", "{}: wall s", "CPU s", "each further: wall s",
          "of the first", "CPU s", "of the first")
TIMEOUT = 1800  # seconds for one job


class Figures(NamedTuple):
    """Medians of all rounds."""

    one: Cost
    on_one_core: Cost  # the same, where it has no other
    many: Cost
    count: int  # of checkpoints in `many`

    @property
    def further(self) -> Cost:
        """What each checkpoint after the first adds."""
        wall, cpu = ((many - one) / (self.count - 1) for many, one in zip(self.many[:2], self.one[:2]))
        return Cost(wall, cpu, None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark-batch", description="Measure one conversion, and several in one job, as whole processes.",
        epilog="Each checkpoint has weights of its own. Needs a quiet machine: CPU seconds bear others better than wall.")
    parser.add_argument("--networks", default=",".join(NETWORKS), help="separated by commas (%(default)s)")
    parser.add_argument("--count", type=int, default=6, help="checkpoints in a batch (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are shown (%(default)s)")
    parser.add_argument("--python", type=Path, help="Python with the job's requirements (default: what scripts/run makes)")
    return parser


def _job(name: str, python: Path, network: str, checkpoints: Sequence[Path], prefix: Sequence[str] = ()) -> Step:
    flags = DIGITS if network == "digits" else ("--arch=" + network,)
    command = (*prefix, str(python), "-m", "job", "convert", *map(str, checkpoints), *flags, "--output-dir=out")
    return Step(name, command, {"PYTHONPATH": str(CHECKOUT)})


def _measured(network: str, count: int, rounds: int, python: Path, work: Path) -> Figures:
    folder = work / network
    folder.mkdir()
    subprocess.run([str(python), "-c", WRITE, str(folder), network, str(count)], check=True, cwd=str(CHECKOUT))
    checkpoints = sorted(folder.glob("*.pth"))
    steps = (_job("one", python, network, checkpoints[:1]),
             _job("on one core", python, network, checkpoints[:1], ("taskset", "--cpu-list", "0")),
             _job("many", python, network, checkpoints))
    costs = {step.name: [] for step in steps}  # type: Dict[str, List[Cost]]
    for number in range(rounds):
        for step in steps:
            print("{}: round {}: {}".format(network, number, step.name), file=sys.stderr)
            place = folder / "{}-{}".format(number, step.name.replace(" ", "-"))
            costs[step.name].append(measure([step], place, TIMEOUT, sample_memory=False).total)
    return Figures(*(_middle(costs[step.name]) for step in steps), count)


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.wall for cost in costs), median(cost.cpu for cost in costs), None)


def row(network: str, figures: Figures) -> str:
    one, on_one_core, many, _ = figures
    further = figures.further
    cells = (network, *map("{:.2f}".format, (one.wall, one.cpu, one.cpu / one.wall, on_one_core.wall, many.wall, many.cpu)),
             "{:.2f}".format(further.wall), "{:.0%}".format(further.wall / one.wall),
             "{:.2f}".format(further.cpu), "{:.0%}".format(further.cpu / one.cpu))
    return "| {} |".format(" | ".join(cells))


def main(words: Sequence[str]) -> int:
    arguments = _parser().parse_args(words)
    python = (arguments.python or default_job_python()).absolute()
    print("| {} |".format(" | ".join(HEADER)).format(arguments.count))
    print("|{}".format(" --- |" * len(HEADER)))
    with tempfile.TemporaryDirectory(prefix="pt2tflite-benchmark-") as work:
        for network in arguments.networks.split(","):
            print(row(network, _measured(network, arguments.count, arguments.rounds, python, Path(work))), flush=True)
    return 0
