"""The stamps of a checkpoint's files in run.json, by which a rerun knows it without reading it."""
import contextlib
import json
import os
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional
from urllib.parse import quote_from_bytes, unquote_to_bytes

from job.checkpoint.identity import Identity, Stamps
from job.errors import EnvironmentFailed, UsageError
from job.publish.checksums import settle_file
from job.publish.files import refusals_as_job_errors, write_json
from job.publish.staging_folder import staging

RECORD = "made_from"
_RUN, _STAMPS = "run.json", "checkpoint_stamps"


def stamps_document(stamps: Stamps) -> Dict[str, Any]:
    """Names are percent-encoded: JSON has none that are not text."""
    return {_STAMPS: {quote_from_bytes(os.fsencode(name)): stamp for name, stamp in stamps.items()}}


def identity_in(run: Mapping[str, Any]) -> Optional[Identity]:
    """Which checkpoint run.json says; None where it says none."""
    record, stamps = run.get(RECORD), run.get(_STAMPS)
    sha256 = record.get("checkpoint_sha256") if isinstance(record, dict) else None
    if not isinstance(sha256, str) or not isinstance(stamps, dict) or not all(map(_is_stamp, stamps.values())):
        return None
    return Identity(sha256, {os.fsdecode(unquote_to_bytes(name)): stamp for name, stamp in stamps.items()})


def record_stamps(output_dir: Path, name: str, found: Identity) -> None:
    """The model output_dir/name, made from this checkpoint, knows its files as they are now; run.json is whole at any moment.

    The folder is held open: what another job puts in its place meanwhile is not written to. Where it cannot be written, or
    a file has no stamp yet, the next run reads the checkpoint once more.
    """
    if None in found.stamps.values():
        return
    with contextlib.suppress(EnvironmentFailed, UsageError), staging(output_dir, name) as folder:
        with refusals_as_job_errors("recording {}".format(output_dir / name)), _opened(output_dir / name) as model:
            run = _run_in(model)
            before = identity_in(run)
            if before and before.sha256 == found.sha256:
                write_json(folder / _RUN, dict(run, **stamps_document(found.stamps)))
                settle_file(folder / _RUN)
                os.rename(str(folder / _RUN), _RUN, dst_dir_fd=model)


def _is_stamp(value: Any) -> bool:
    return value is None or isinstance(value, str)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(str(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _run_in(model: int) -> Mapping[str, Any]:
    """Its run.json as it is; {} where it is none, or a pipe that would be waited for."""
    with open(os.open(_RUN, os.O_RDONLY | os.O_NONBLOCK, dir_fd=model), encoding="utf-8") as file:
        try:
            run = json.load(file)
        except (ValueError, RecursionError):
            return {}
    return run if isinstance(run, dict) else {}
