"""run.json and summary.json: what may differ between two runs of the same conversion."""
import os
import platform
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

from job.report.documents import ordered
from job.values import Outcome


def run_report(
    started: str,
    seconds: Mapping[str, float],
    peak_memory_bytes: int,
    machine: Mapping[str, Any],
    comparison: Optional[Mapping[str, Any]] = None,
) -> Dict[str, Any]:
    """``started`` is ISO 8601 in UTC, ``seconds`` maps stages to wall time, in the order they ran."""
    return {
        "started": started,
        "seconds": {stage: round(float(value), 3) for stage, value in seconds.items()},
        "peak_memory_bytes": int(peak_memory_bytes),
        "machine": ordered(machine),
        "comparison": comparison,
    }


def machine() -> Dict[str, Any]:
    """What the run ran on, as far as it can change figures."""
    return {"cpu": _cpu(), "cores": len(os.sched_getaffinity(0)), "kernel": platform.release()}


def summary(outcomes: Sequence[Outcome], exit_code: int, run_id: str = "") -> Dict[str, Any]:
    """summary.json: one row per checkpoint, by name; a shard's says of which run it is, where somebody named it."""
    rows = [dict(outcome._asdict()) for outcome in sorted(outcomes, key=lambda outcome: outcome.name)]
    return dict({"checkpoints": rows, "exit_code": exit_code}, **({"run_id": run_id} if run_id else {}))


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
