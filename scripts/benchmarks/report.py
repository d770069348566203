"""The benchmark's results as plain data for a JSON file, and as Markdown tables for a reader."""
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from benchmarks.figures import Spread, paired_ratio, spread
from benchmarks.rounds import Result

Row = Mapping[str, Any]
HEADER = (
    "contender", "wall s", "CPU s", "peak MB", "wall, job / it", "operators all / plumbing",
    "float32 bytes", "SavedModel nodes",
)


def _stage_spreads(result: Result) -> Dict[str, Spread]:
    """Where a contender tells no stages of its own, its processes are the stages."""
    rounds = [stages for stages in result.stages if stages] or [
        {name: cost.wall for name, cost in measurement.steps.items()} for measurement in result.measurements
    ]
    return {name: spread([stages[name] for stages in rounds]) for name in rounds[0]}


def _walls(result: Result) -> List[float]:
    return [measurement.total.wall for measurement in result.measurements]


def row_of(result: Result, ours: Optional[Result]) -> Row:
    """Plain data of one contender with one model; `ours` is this job's result, or None."""
    if result.failure:
        return {"failure": result.failure}
    cpus = [measurement.total.cpu for measurement in result.measurements]
    row = {
        "wall_seconds": spread(_walls(result))._asdict(),
        "wall_rounds": _walls(result),
        "cpu_seconds": spread(cpus)._asdict(),
        "peak_bytes": result.memory,
        "operators": result.operators.all,
        "plumbing": result.operators.plumbing,
        "float32_bytes": result.operators.size,
        "saved_model_nodes": result.nodes,
        "stages_seconds": {name: figures._asdict() for name, figures in _stage_spreads(result).items()},
    }  # type: Dict[str, Any]
    if ours and ours is not result and not ours.failure:
        row["wall_ratio_of_job"] = paired_ratio(_walls(ours), _walls(result))._asdict()
    return row


def rows_of(results: Mapping[str, Result], our_name: str) -> Dict[str, Row]:
    """A row for every contender with one model."""
    ours = results.get(our_name)
    return {name: row_of(result, ours) for name, result in results.items()}


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _with_spread(figures: Mapping[str, float]) -> str:
    return "{median:.2f} ({low:.2f}-{high:.2f})".format(**figures)


def _or_dash(show: Callable[[Any], str], value: Any) -> str:
    return "-" if value is None else show(value)


def _cells(name: str, row: Row) -> List[str]:
    if "failure" in row:
        last_line = row["failure"].splitlines()[-1].replace("|", "\\|")
        return [name, "fails: " + last_line] + ["-"] * (len(HEADER) - 2)
    return [
        name,
        _with_spread(row["wall_seconds"]),
        _with_spread(row["cpu_seconds"]),
        _or_dash("{:.0f}".format, row["peak_bytes"] and row["peak_bytes"] / 1e6),
        _or_dash(_with_spread, row.get("wall_ratio_of_job")),
        "{operators} / {plumbing}".format(**row),
        "{float32_bytes:,}".format(**row),
        _or_dash(str, row["saved_model_nodes"]),
    ]


def _stage_line(name: str, row: Row) -> str:
    stages = ["{} {median:.2f}".format(stage, **each) for stage, each in row["stages_seconds"].items()]
    return "{}: {}".format(name, ", ".join(stages))


def markdown(model: str, rows: Mapping[str, Row]) -> str:
    """A table of the contenders, and under it the median seconds of every stage."""
    lines = ["### " + model, "", _line(HEADER), _line(["---"] * len(HEADER))]
    lines += [_line(_cells(name, row)) for name, row in rows.items()]
    told = [_stage_line(name, row) for name, row in rows.items() if "failure" not in row]
    if told:
        lines += ["", "Seconds by stage, medians: " + "; ".join(told) + "."]
    return "\n".join(lines) + "\n"
