"""What the log says of a conversion beside its stages: what was noticed, and what to look at."""
from typing import Optional, Sequence

from job.conversion.progress import Progress
from job.parity.explain import of_spared
from job.samples.accuracy import told
from job.samples.calibration import Calibration
from job.values import Model
from job.watching import log

_NAMED = 5  # layers that a line names


def of_checkpoint(progress: Progress, told: int = 0) -> None:
    """`told`: how many of its notes have been logged already."""
    for note in progress.checkpoint.notes[told:]:
        log.note(note, progress.name)


def of_calibration(progress: Progress, calibration: Optional[Calibration], is_given: bool) -> None:
    """`calibration` is None where no mode takes ranges from any."""
    if calibration is not None:
        _of_samples(progress, calibration)
    elif is_given:
        log.warning("--calibration is not used: no mode of --quantize takes ranges from it", progress.name)


def of_float_operators(progress: Progress, models: Sequence[Model]) -> None:
    """What computes in float inside files that should not."""
    for model in models:
        if model.float_operators:
            log.note("{}: {} of {} operators compute in float: {}".format(
                model.mode, sum(model.float_operators.values()), model.nodes,
                ", ".join("{} {}".format(*item) for item in model.float_operators.items())), progress.name)


def of_spared_layers(progress: Progress) -> None:
    if progress.spared_layers:
        log.note(of_spared(progress.spared_layers, _NAMED), progress.name)


def of_accuracy(progress: Progress) -> None:
    log.note(told(progress.accuracy["stages"]), progress.name)


def of_unusual(progress: Progress) -> None:
    for warning in progress.warnings:
        log.warning(warning.message, progress.name)


def _of_samples(progress: Progress, calibration: Calibration) -> None:
    if calibration.source == "probes":
        log.warning("int8 takes its ranges from seeded probes, which are no real data, and so does what its parity says: "
                    "give real inputs with --calibration=DIR", progress.name)
    if calibration.unlike_training:
        log.warning("what --calibration holds varies {:.2g} times as much as what the network was trained on, by its first "
                    "BatchNorm: look at --preprocess".format(calibration.training_spread.median), progress.name)
    if calibration.loud:
        log.warning("of --calibration, {} vary over ten times as much as most, such as {}, and leave these few steps: prepare "
                    "all alike".format(len(calibration.loud), calibration.loud[0]), progress.name)
    for skipped in calibration.skipped:
        log.warning("calibration: left out: " + skipped, progress.name)
