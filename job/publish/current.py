"""Whether a published model is what the job would make again."""
import hashlib
import json
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from job.checkpoint.identity import Identity, Stamps
from job.publish.checksums import SUMS, checked_files
from job.publish.files import refusals_as_job_errors
from job.publish.stamps import RECORD, identity_in, stamps_document
from job.publish.versions import is_put_away, number_of
from job.report.documents import read_document


def digest_of_settings(settings: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of settings as JSON has them, whatever their order."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def record_of(folder: Path, checkpoint_sha256: str, settings_digest: str, job_version: str,
              stamps: Stamps) -> Dict[str, Any]:
    """What run.json says beside times and figures, when all other files are in the folder."""
    return dict({RECORD: _made_from(folder, checkpoint_sha256, settings_digest, job_version)}, **stamps_document(stamps))


def _made_from(folder: Path, checkpoint_sha256: str, settings_digest: str, job_version: str) -> Dict[str, Any]:
    """What is_current() compares."""
    return {
        "checkpoint_sha256": checkpoint_sha256,
        "settings_digest": settings_digest,
        "job_version": job_version,
        "sizes": _sizes(folder),
    }


def checkpoint_of(output_dir: Path, name: str) -> Optional[Identity]:
    """Which checkpoint output_dir/name was made from; None where that is not known."""
    run_file = output_dir / name / "run.json"
    with refusals_as_job_errors("reading {}".format(run_file)):
        if not run_file.is_file():
            return None
        return identity_in(_run(run_file))


def is_current(
    output_dir: Path, name: str, checkpoint_sha256: str, settings_digest: str, job_version: str,
) -> bool:
    """Whether output_dir/name was made from just these, and its files are all there with their sizes.

    Reads run.json and looks at sizes, not at contents: that is for verify_checksums().
    """
    folder = output_dir / name
    with refusals_as_job_errors("reading {}".format(folder)):
        return _is_published(folder) and _run(folder / "run.json").get(RECORD) == _made_from(
            folder, checkpoint_sha256, settings_digest, job_version)


def is_rolled_back(
    output_dir: Path, name: str, checkpoint_sha256: str, settings_digest: str, job_version: str,
) -> bool:
    """As is_current(), of a model whose newest version was renamed away so that servers take an earlier one."""
    folder = output_dir / name
    with refusals_as_job_errors("reading {}".format(folder)):
        record = _run(folder / "run.json").get(RECORD) if _is_published(folder) else None
        if not isinstance(record, dict) or not isinstance(record.get("sizes"), dict):
            return False
        now = _made_from(folder, checkpoint_sha256, settings_digest, job_version)
        left = {name: size for name, size in now["sizes"].items() if not is_put_away(name)}
        return dict(record, sizes=_without_newest(record["sizes"])) == dict(now, sizes=left)


def _without_newest(sizes: Mapping[str, int]) -> Optional[Dict[str, int]]:
    """None where there is no version but the newest."""
    numbers = sorted({number for number in map(number_of, sizes) if number is not None})
    return {name: size for name, size in sizes.items() if number_of(name) != numbers[-1]} if numbers[1:] else None


def _is_published(folder: Path) -> bool:
    return (folder / SUMS).is_file() and (folder / "run.json").is_file()


def _run(run_file: Path) -> Mapping[str, Any]:
    """What a damaged run.json says is nothing."""
    try:
        run = read_document(run_file)
    except ValueError:
        return {}
    return run if isinstance(run, dict) else {}


def _sizes(folder: Path) -> Dict[str, int]:
    return {name: (folder / name).lstat().st_size for name in checked_files(folder)}
