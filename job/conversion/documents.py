"""What is written beside the models: how they compare with PyTorch, how to use them, what they were made from."""
import time
from pathlib import Path
from typing import Any, Mapping, Optional

from job.conversion.converted import Converted, Place
from job.conversion.progress import Progress
from job.errors import JobError, ParityFailed
from job.publish import documents_of, record_of, settled, write_file, write_json
from job.report.comparison import Version, compared, drifts, read_version
from job.report.documents import json_bytes
from job.report.interface import interface
from job.report.page import page
from job.report.parity import failure_from_drift, failure_from_error
from job.report.provenance import provenance
from job.report.run import machine, run_report
from job.settings.settings import Settings


def write_documents(place: Place, settings: Settings, converted: Converted, progress: Progress) -> Mapping[str, str]:
    """Returns the digests of all files but run.json. Raises ParityFailed beyond a limit of --max-drift."""
    model, exported = place.model, converted.exported
    version = Version(progress.report(), _interface(settings, converted))
    write_json(model / "interface.json", version.interface)
    write_json(model / "parity.json", version.parity)
    write_file(model / "report.html", page(progress.name, *version))
    digests = dict(converted.digests)
    for document in ("interface.json", "parity.json", "report.html"):
        digests.update(settled(model, document))
    write_json(model / "provenance.json", provenance(digests, converted.models, exported, progress.settings,
                                                     progress.versions))
    before = read_version(documents_of(place.published))
    comparison = None if before is None else compared(before, version)
    _refuse_to_be_worse(place.published, comparison, settings.max_drift)
    run = run_report(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(progress.started)), progress.seconds,
                     progress.peak_memory, machine(), comparison)
    write_json(model / "run.json", dict(run, **record_of(
        model, exported.checkpoint.sha256, progress.settings_digest, progress.job_version, exported.checkpoint.stamps)))
    return digests


def _interface(settings: Settings, converted: Converted) -> Mapping[str, Any]:
    exported, layer = converted.exported, converted.batch_fixed_by
    return interface(exported.inputs, exported.outputs, converted.models,
                     "layer {} is tied to the batch it was traced with".format(layer) if layer else "",
                     settings.preprocess and settings.preprocess._asdict(), settings.labels or None)


def _refuse_to_be_worse(published: Path, comparison: Optional[Mapping[str, Any]], limits: Mapping[str, float]) -> None:
    if comparison is not None:
        problems = drifts(comparison, limits)
    else:
        problems = ["its report cannot be read"] if limits and published.exists() else []
    if problems:
        raise ParityFailed("it is worse than the published version: " + "; ".join(problems),
                           hint="the published version stays; convert without --max-drift to replace it all the same")


def failed_documents(progress: Progress, error: JobError) -> Mapping[str, bytes]:
    """By name, of a conversion that ended with the error: what is known so far, and why it ended."""
    report = progress.report(_failure(error))
    return {"parity.json": json_bytes(report), "report.html": page(progress.name, report)}


def _failure(error: JobError) -> Mapping[str, Any]:
    drift = getattr(error, "drift", None)
    return failure_from_drift(drift) if drift is not None else failure_from_error(error)
