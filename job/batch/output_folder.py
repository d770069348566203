"""The folder that a run writes to: before its first checkpoint, and after its last."""
import contextlib
import os
from pathlib import Path
from typing import Any, Collection, Sequence

from job.errors import JobError, NoPermission, UsageError, job_error_from_oserror
from job.first_few import first_few
from job.processes import signals
from job.report.documents import json_bytes
from job.report.run import summary
from job.settings.share import WHOLE, Share, summaries_of_shares
from job.values import Outcome
from job.watching import log

_NAMED = 10  # models that a line of the log names


def prepare(folder: Path, share: Share = WHOLE) -> None:
    """Makes the folder where it is missing; UsageError or NoPermission where what a run leaves cannot be written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError("--output-dir={}: not a folder".format(folder), hint="name a folder") from error
    except OSError as error:
        raise job_error_from_oserror(error, "making the output folder {}".format(folder)) from error
    if not os.access(str(folder), os.W_OK | os.X_OK):
        raise NoPermission(
            "{}: the output folder cannot be written to by user {}".format(folder, os.geteuid()),
            hint="run as a user who owns it (docker run --user UID:GID; Kubernetes: fsGroup), and mount it writable")
    if os.path.isdir(str(folder / share.summary_name)):
        raise UsageError("{} is a folder".format(folder / share.summary_name), hint="move it away: a summary is written there")


def check_names(folder: Path, names: Sequence[str]) -> None:
    """UsageError where two models would be one folder, on a volume to which Net and net are one name.

    What is there already counts too: an earlier run may have published it.
    """
    seen = {name.lower(): name for name in _names_in(folder)}
    alike = [(seen[name.lower()], name) for name in names if seen.setdefault(name.lower(), name) != name]
    if alike and _is_blind_to_case(folder):
        raise UsageError("{} and {} would be one folder: to this volume they are one name".format(*alike[0]),
                         hint="rename one of them, or name the one to convert")


def _names_in(folder: Path) -> Sequence[str]:
    try:
        return os.listdir(str(folder))
    except OSError as error:
        raise job_error_from_oserror(error, "reading the output folder {}".format(folder)) from error


def _is_blind_to_case(folder: Path) -> bool:
    with _publish().staging(folder, "CASE") as made:
        return made.with_name(made.name.replace("CASE", "case")).exists()


def remove_outdated_summaries(folder: Path, share: Share) -> None:
    """Those of shares, less what the others among which this job divides the checkpoints have left."""
    try:
        for other, file in summaries_of_shares(folder):
            if other.count != share.count or other == share:
                with contextlib.suppress(FileNotFoundError):
                    file.unlink()
    except OSError as error:
        raise job_error_from_oserror(error, "removing an earlier summary in {}".format(folder)) from error


def write_summary(folder: Path, rows: Sequence[Outcome], exit_code: int, share: Share = WHOLE, run_id: str = "") -> None:
    """summary.json or the share's own, whole or not at all; that of all checkpoints is the same whatever the run."""
    named = "" if share == WHOLE else run_id
    _publish().publish_file(folder, share.summary_name, json_bytes(summary(rows, exit_code, named)))


def tell_of_what_has_no_checkpoint(folder: Path, names: Collection[str]) -> None:
    """Models that somebody may still serve, and failures: they stay, for runs of other folders, or of one file, publish here
    too."""
    publish = _publish()
    with contextlib.suppress(JobError):  # it was told where it mattered
        for kind, found in (("models", publish.published_models(folder)), ("failures", publish.published_failures(folder))):
            gone = [each.name for each in found if each.name not in names]
            if gone:
                log.note("{} without a checkpoint of their name, left as they are: {}".format(
                    kind, ", ".join(first_few(gone, _NAMED))))


def leave_page_cache(folder: Path, name: str) -> None:
    """A model that was just published there: nobody reads it before the run ends."""
    _publish().leave_page_cache(folder / name)


def recover(folder: Path) -> None:
    """Finishes or undoes what a killed run left."""
    for done in _publish().recover(folder):
        log.note(done)


def _publish() -> Any:
    """The package imports numpy: not before the sides are forked, and whole."""
    with signals.held_back():
        from job import publish
    return publish
