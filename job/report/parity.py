"""parity.json: how every stage's answers compare with PyTorch's. No time, host or path is in it."""
from typing import Any, Dict, Mapping, Optional, Sequence

from job.determinism import digest_of
from job.errors import JobError
from job.parity import explain
from job.parity.metrics import round_significant
from job.report.documents import ordered
from job.values import CheckpointFacts, Drift, OutputParity, StageParity, Unusual


def parity_report(
    stages: Sequence[StageParity],
    probes: Sequence[Any],
    checkpoint: Optional[CheckpointFacts],
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    first_failure: Optional[Mapping[str, Any]] = None,
    accuracy: Optional[Mapping[str, Any]] = None,
    warnings: Sequence[Unusual] = (),
    calibration: Optional[Mapping[str, Any]] = None,
    float_operators: Mapping[str, Mapping[str, int]] = {},
    multiply_adds: Optional[int] = None,
    spared_layers: Sequence[str] = (),
) -> Dict[str, Any]:
    """The report of a conversion that passed, or of one that failed for ``first_failure``.

    ``probes`` are job.parity.probes.Probe. Raises ValueError for stages that do not pass, or none at
    all, without a failure: that would be published as a success.
    """
    if first_failure is None and not (stages and all(stage.passed for stage in stages)):
        raise ValueError("a report without a failure needs stages that all passed")
    return {
        "verdict": "passed" if first_failure is None else "failed",
        "first_failure": first_failure,
        "stages": [_stage(stage) for stage in stages],
        "warnings": [_warning(warning) for warning in warnings],
        "probes": [_probe(probe) for probe in probes],
        "accuracy": accuracy,
        "calibration": calibration,
        "float_operators": {stage: ordered(float_operators[stage]) for stage in sorted(float_operators)},
        "spared_layers": list(spared_layers),
        "settings": ordered(settings),
        "versions": ordered(versions),
        "multiply_adds": multiply_adds,
        "checkpoint": None if checkpoint is None else _checkpoint(checkpoint),
    }


def failure_from_drift(drift: Drift) -> Dict[str, Any]:
    """``first_failure`` of a stage that does not answer as PyTorch does."""
    failure = _failure(drift.stage, drift.output, drift.layer, drift.message, drift.hint or explain.hint(drift.stage), 6)
    return dict(failure, noise=[dict(each._asdict()) for each in drift.noise]) if drift.noise else failure


def failure_from_error(error: JobError) -> Dict[str, Any]:
    """``first_failure`` of a conversion that ended before it could be compared."""
    return _failure(error.stage, None, None, error.message, error.hint, error.exit_code)


def _failure(
    stage: str, output: Optional[str], layer: Optional[str], message: str, hint: str, exit_code: int
) -> Dict[str, Any]:
    return {
        "stage": stage,
        "output": output,
        "layer": layer,
        "message": message,
        "hint": hint,
        "exit_code": exit_code,
    }


def _stage(stage: StageParity) -> Dict[str, Any]:
    return {
        "stage": stage.stage,
        "passed": stage.passed,
        "outputs": [_output(output) for output in stage.outputs],
    }


def _warning(warning: Unusual) -> Dict[str, Any]:
    return dict(warning._asdict(), usual=warning.usual and round_significant(warning.usual))


def _output(output: OutputParity) -> Dict[str, Any]:
    row = {"name": output.name}  # type: Dict[str, Any]
    row.update(output.metrics)
    row.update(tolerance=dict(output.tolerance), passed=output.passed, reasons=list(output.reasons))
    return row


def _probe(probe: Any) -> Dict[str, Any]:
    return {
        "name": probe.name,
        "inputs": [
            {"dtype": str(x.dtype), "shape": list(x.shape), "sha256": digest_of([x])}
            for x in probe.inputs
        ],
    }


def _checkpoint(facts: CheckpointFacts) -> Dict[str, Any]:
    return {"sha256": facts.sha256, "format": facts.format, "architecture": facts.architecture,
            "parameters": facts.parameters, "notes": list(facts.notes)}
