"""The benchmark's command line."""
import argparse
import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from benchmarks.contenders import CHECKOUT, CONTENDERS, JOB, Contender, Workplace, default_job_python
from benchmarks.image import image_size
from benchmarks.report import Row, markdown, rows_of
from benchmarks.rounds import Plan, compare

MODELS = (
    "mobilenet_v2", "squeezenet1_1", "mobilenetv3_large", "resnet18", "resnet50", "vgg16", "densenet121",
)
SEED = 0
WRITE_CHECKPOINT = """
import sys
from tests.models import write_seeded_checkpoint
path, arch, seed = sys.argv[1:]
write_seeded_checkpoint(path, arch, int(seed))
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description="Measure this job beside other ways from a checkpoint to TFLite, in whole processes.",
        epilog="The first use makes the contenders' environments: minutes. Needs a quiet machine.",
    )
    names = [contender.name for contender in CONTENDERS]
    add = parser.add_argument
    cache = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")), "pt2tflite-benchmark")
    add("--models", default=",".join(MODELS), help="architectures, separated by commas (%(default)s)")
    add("--peers", default=",".join(names), help="contenders, separated by commas (%(default)s)")
    add("--runs", type=int, default=5, help="timed rounds (%(default)s)")
    add("--memory-runs", type=int, default=1, help="rounds before, in which memory is sampled (%(default)s)")
    add("--timeout", type=float, default=600, help="seconds for one process (%(default)s)")
    add("--cache", type=Path, default=cache, help="where environments and checkpoints are kept (%(default)s)")
    add("--json", type=Path, help="also write every figure to this file")
    add("--python", type=Path, help="Python with the job's requirements (default: what scripts/run makes)")
    add("--tinynn-source", type=Path, help="folder of TinyNeuralNetwork's source; else tinynn is left out")
    add("--image", help="container image whose size to report as well")
    return parser


def _chosen(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> List[Contender]:
    by_name = {contender.name: contender for contender in CONTENDERS}
    names = arguments.peers.split(",")
    unknown = [name for name in names if name not in by_name]
    if unknown:
        parser.error("no contender is called {}; there are {}".format(", ".join(unknown), ", ".join(by_name)))
    if "tinynn" in names and not arguments.tinynn_source:
        print("tinynn is left out: --tinynn-source names no folder", file=sys.stderr)
        names.remove("tinynn")
    return [by_name[name] for name in names]


def _checkpoint(arch: str, place: Workplace) -> Path:
    """The architecture with seeded weights, written by the job's PyTorch on first use.

    Kept under a digest of what wrote it: other weights are another file.
    """
    writer = hashlib.sha256((CHECKOUT / "tests" / "models.py").read_bytes()).hexdigest()[:12]
    path = place.cache / "checkpoints" / writer / "{}-{}.pth".format(arch, SEED)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        command = [str(place.job_python), "-c", WRITE_CHECKPOINT, str(partial), arch, str(SEED)]
        subprocess.run(command, check=True, cwd=str(CHECKOUT))
        partial.rename(path)
    return path


def _machine() -> Dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processors = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": processors[0] if processors else platform.processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load_before": os.getloadavg()[0],
    }


def _heading(machine: Dict[str, Any], plan: Plan, contenders: Sequence[Contender]) -> str:
    legend = ["- {}: {}".format(contender.name, contender.what) for contender in contenders]
    return (
        "{processor}, {cores} cores, {gigabytes:.0f} GB; load before {load_before:.2f}. "
        "Medians of {0.timed_rounds} interleaved rounds, (smallest-largest). "
        "Peak: sum of proportional set sizes, sampled in {0.memory_rounds} further round(s).\n\n{legend}\n"
    ).format(plan, gigabytes=machine["memory_bytes"] / 2 ** 30, legend="\n".join(legend), **machine)


def _rows(
    archs: Sequence[str], contenders: Sequence[Contender], place: Workplace, plan: Plan
) -> Iterator[Tuple[str, Mapping[str, Row]]]:
    """One model after the other, as they are measured: (architecture, a row for each contender)."""
    with tempfile.TemporaryDirectory(prefix="pt2tflite-benchmark-") as work:
        for arch in archs:
            takers = [contender for contender in contenders if not contender.only or arch in contender.only]
            results = compare(takers, place, arch, _checkpoint(arch, place), Path(work), plan)
            yield arch, rows_of(results, JOB.name)


def main(words: Sequence[str]) -> int:
    """1 if this job failed with any model: a contender's failure is a result."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # as Ctrl-C: cleaning up
    parser = _parser()
    arguments = parser.parse_args(words)
    contenders = _chosen(arguments, parser)
    job_python = arguments.python or default_job_python()
    place = Workplace(arguments.cache.resolve(), job_python.absolute(), arguments.tinynn_source)
    plan = Plan(arguments.runs, arguments.memory_runs, arguments.timeout)
    report = {"machine": _machine(), "plan": plan._asdict(), "models": {}}  # type: Dict[str, Any]
    print(_heading(report["machine"], plan, contenders))
    for arch, rows in _rows(arguments.models.split(","), contenders, place, plan):
        report["models"][arch] = rows
        print(markdown(arch, rows), flush=True)
        _write(report, arguments.json)  # after every model: what interrupts a benchmark takes no figures away
    if arguments.image:
        report["image"] = image_size(arguments.image)._asdict()
        print("Image: {uncompressed:,} bytes, {gzip:,} packed with gzip.".format(**report["image"]))
        _write(report, arguments.json)
    ours = [rows.get(JOB.name, {}) for rows in report["models"].values()]
    return 1 if any("failure" in row for row in ours) else 0


def _write(report: Mapping[str, Any], file: Optional[Path]) -> None:
    if file:
        file.write_text(json.dumps(report, indent=2) + "\n")
