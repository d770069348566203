"""Which layers make a stage differ: of a float stage the first that does, of a quantised one those that add most noise.

By running the stage and its reference layer by layer, on the probe of the largest error.
"""
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

from job.errors import JobError
from job.first_few import first_few
from job.modes import CALIBRATED, FLOAT32, stage_of
from job.parity import explain
from job.parity.layers import first_drifting
from job.parity.probes import Probe
from job.parity.tolerance import kind_of
from job.sides.opening import Sides
from job.values import Drift, StageParity


def located(drift: Drift, stages: Sequence[StageParity], probes: Sequence[Probe], sides: Sides,
            files: Mapping[str, Path], calibration: Path) -> Drift:
    """The drift with its layers, where one can be told; the reference cannot drift from itself, but its weights be NaN.

    `calibration` is the folder that int8 was calibrated with, where it was.
    """
    if drift.stage in explain.REFERENCES:
        return with_weights(drift, stages, sides)
    if not probes:
        return drift
    probe = worst_probe(drift, stages, probes)
    try:
        if kind_of(drift.stage) != "float":
            used = calibration if kind_of(drift.stage) in CALIBRATED else None
            return _with_noise(drift, sides, files[stage_of(FLOAT32)], files[drift.stage], probe, used)
        drift = drift._replace(layer=_first_layer(drift.stage, probe, sides, files.get(drift.stage)))
        frozen = sides.pytorch.call("frozen_by", probe) if drift.stage == "onnx" else ()
    except JobError:
        return drift  # a stage that cannot be run layer by layer still has its own report
    if frozen:
        return drift._replace(message="; ".join((drift.message,) + tuple(frozen)), hint=explain.FROZEN)
    return drift._replace(hint=_silence(drift, stages, sides)
                          or explain.hint_on_rounding(sides.pytorch.call("rounding_of_range", probe)) or drift.hint)


def with_weights(drift: Drift, stages: Sequence[StageParity], sides: Sides) -> Drift:
    """Of a reference that answers NaN: with the weights that are."""
    is_nan = drift.stage in explain.REFERENCES and _metrics_of(drift, stages).get("nan")
    found = sides.pytorch.call("weights_with_nan") if is_nan else ()
    if not found:
        return drift
    return drift._replace(message="{}; NaN is in {}".format(drift.message, ", ".join(first_few(found, explain.BLAMED))),
                          hint=explain.DIVERGED)


def _silence(drift: Drift, stages: Sequence[StageParity], sides: Sides) -> str:
    metrics = _metrics_of(drift, stages)
    if not metrics or not sides.pytorch.call("is_of_shares", drift.output):
        return ""
    return explain.hint_on_silence(metrics["range"], metrics["max_abs"])


def _with_noise(drift: Drift, sides: Sides, *asked: Any) -> Drift:
    """`asked` is what the side's layer_noise takes."""
    modules = sides.pytorch.call("modules_of_layers")
    found = sides.tensorflow.call("layer_noise", *asked)
    noise = tuple(each._replace(layer=modules.get(each.layer) or each.layer) for each in found)
    return drift._replace(noise=noise, message="; ".join(filter(None, (drift.message, explain.blamed(noise)))),
                          hint=drift.hint or explain.hint_on_noise(drift.stage, noise))


def _first_layer(stage: str, probe: Probe, sides: Sides, file: Optional[Path]) -> Optional[str]:
    layers = sides.pytorch.call("onnx_layers", probe)
    if stage == "onnx":  # its tensors are called as the modules are whose results they hold
        return _first_drifting(sides.pytorch.call("reference_layers", probe), layers)
    first = _first_drifting(layers, sides.tensorflow.call("layers", stage, file, probe))
    return first and sides.pytorch.call("modules_of_layers").get(first, first)


def _first_drifting(reference: Mapping[str, Any], values: Mapping[str, Any]) -> Optional[str]:
    return first_drifting((name, reference[name], values[name]) for name in reference if name in values)


def worst_probe(drift: Drift, stages: Sequence[StageParity], probes: Sequence[Probe]) -> Probe:
    """The one of the largest error."""
    worst = _metrics_of(drift, stages).get("worst") or {}
    return next((probe for probe in probes if probe.name == worst.get("probe")), probes[0])


def _metrics_of(drift: Drift, stages: Sequence[StageParity]) -> Mapping[str, Any]:
    """Of the output that drifts; none where it could not be compared."""
    return next((output.metrics for stage in stages for output in stage.outputs
                 if (stage.stage, output.name) == (drift.stage, drift.output)), {})
