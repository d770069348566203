"""What came of a run as Prometheus metrics, in the text format of node_exporter's textfile collector.

https://prometheus.io/docs/instrumenting/exposition_formats
"""
import contextlib
import time
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple

from job.report.documents import read_document
from job.values import OUTCOMES, Outcome
from job.watching.whole_file import check_place, write_whole

_PREFIX = "pt2tflite_"


class Sample(NamedTuple):
    labels: Mapping[str, str]
    value: float


def check_metrics_file(file: Path) -> None:
    """UsageError where they would take the place of something else."""
    check_place("--metrics-file", file, lambda text: text.startswith("# HELP " + _PREFIX))


def write_metrics(file: Path, outcomes: Sequence[Outcome], exit_code: int, output_dir: Path, shard: str = "") -> None:
    """The metrics of a run that has ended, whole or not at all: the collector may read at any moment."""
    runs, sizes = {}, {}  # type: Dict[str, Mapping[str, Any]], Dict[Tuple[str, str], int]
    for name in [row.name for row in outcomes if row.outcome != "failed"]:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):  # another job's meanwhile
            runs[name] = _run_of(output_dir / name)
            sizes.update({(name, path.name): path.stat().st_size for path in (output_dir / name).glob("*.tflite")})
    write_whole(file, metrics_text(outcomes, exit_code, time.time(), runs, sizes, shard))


def _run_of(folder: Path) -> Mapping[str, Any]:
    run = read_document(folder / "run.json")
    return {"seconds": {stage: float(seconds) for stage, seconds in run["seconds"].items()},
            "peak_memory_bytes": int(run["peak_memory_bytes"])}


def metrics_text(outcomes: Sequence[Outcome], exit_code: int, ended: float, runs: Mapping[str, Mapping[str, Any]],
                 sizes: Mapping[Tuple[str, str], int], shard: str = "") -> str:
    """``ended`` is a Unix time in seconds, ``runs`` holds run.json by name, ``sizes`` bytes by (name, file).

    What holds for the run is told apart by its shard: the files of several may lie in one collector's folder, which
    refuses a sample that it has already.
    """
    run = {"shard": shard} if shard else {}
    counts = [Sample(dict(run, outcome=each), sum(row.outcome == each for row in outcomes)) for each in OUTCOMES]
    lines = _family("run_exit_code", "How the last run ended.", [Sample(run, exit_code)])
    lines += _family("run_end_timestamp_seconds", "When the last run ended.", [Sample(run, ended)])
    lines += _family("checkpoints", "Checkpoints of the last run, by what came of them.", counts)
    lines += _family("checkpoint_exit_code", "How the conversion of a checkpoint ended.",
                     [Sample({"checkpoint": row.name}, row.exit_code) for row in outcomes])
    lines += _family("checkpoint_stage_seconds", "Wall time of a stage when the model was last converted.",
                     [Sample({"checkpoint": name, "stage": stage}, seconds) for name, run in sorted(runs.items())
                      for stage, seconds in run["seconds"].items()])
    lines += _family("checkpoint_peak_memory_bytes", "Peak memory when the model was last converted.",
                     [Sample({"checkpoint": name}, run["peak_memory_bytes"]) for name, run in sorted(runs.items())])
    lines += _family("file_size_bytes", "Size of a published file.",
                     [Sample({"checkpoint": name, "file": file}, size) for (name, file), size in sorted(sizes.items())])
    return "\n".join(lines) + "\n"


def _family(name: str, text: str, samples: Iterable[Sample]) -> List[str]:
    full = _PREFIX + name
    lines = ["# HELP {} {}".format(full, text), "# TYPE {} gauge".format(full)]
    return lines + ["{}{} {!r}".format(full, _labels(sample.labels), sample.value) for sample in samples]


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join('{}="{}"'.format(key, _escaped(value)) for key, value in labels.items())
    return "{" + inside + "}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
