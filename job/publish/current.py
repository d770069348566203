"""Whether a published model is what the job would make again."""
import hashlib
import json
from pathlib import Path
from typing import Any, Dict, Mapping

from job.publish.checksums import SUMS, checked_files
from job.publish.files import refusals_as_job_errors

_RECORD = "made_from"


def digest_of_settings(settings: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of settings as JSON has them, whatever their order."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def made_from(folder: Path, checkpoint_sha256: str, settings_digest: str, job_version: str) -> Dict[str, Any]:
    """What is_current() compares: "made_from" of run.json, when all other files are in the folder."""
    return {
        "checkpoint_sha256": checkpoint_sha256,
        "settings_digest": settings_digest,
        "job_version": job_version,
        "sizes": _sizes(folder),
    }


def is_current(
    output_dir: Path, name: str, checkpoint_sha256: str, settings_digest: str, job_version: str,
) -> bool:
    """Whether output_dir/name was made from just these, and its files are all there with their sizes.

    Reads run.json and looks at sizes, not at contents: that is for verify_checksums().
    """
    folder = output_dir / name
    with refusals_as_job_errors("reading {}".format(folder)):
        if not (folder / SUMS).is_file() or not (folder / "run.json").is_file():
            return False
        record = _record(folder / "run.json")
        return record == made_from(folder, checkpoint_sha256, settings_digest, job_version)


def _record(run_file: Path) -> Any:
    """What a damaged run.json says is nothing."""
    try:
        run = json.loads(run_file.read_bytes().decode("utf-8"))
    except ValueError:
        return None
    return run.get(_RECORD) if isinstance(run, dict) else None


def _sizes(folder: Path) -> Dict[str, int]:
    return {name: (folder / name).lstat().st_size for name in checked_files(folder)}
