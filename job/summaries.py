"""The summaries of several shards as one."""
import json
from pathlib import Path
from typing import Dict, Iterator, Tuple

from job.errors import BadCheckpoint, UsageError, job_error_from_oserror
from job.exit_codes import combined
from job.output_folder import write_summary
from job.values import Outcome


def merged(folder: Path) -> Tuple[Outcome, ...]:
    """The rows of every summary*.json in a folder, by name; several files are merged into summary.json.

    Of two rows of one name the one that decides an exit code stays.
    """
    files = sorted(path for path in folder.glob("summary*.json") if path.is_file())
    if not files:
        raise UsageError("{}: holds no summary*.json".format(folder), hint="`convert` writes one at its end")
    rows = {}  # type: Dict[str, Outcome]
    for file in files:
        for row in _rows(file):
            kept = rows.setdefault(row.name, row)
            if combined([kept.exit_code, row.exit_code]) != kept.exit_code:
                rows[row.name] = row
    ordered = tuple(rows[name] for name in sorted(rows))
    if len(files) > 1:
        write_summary(folder, ordered, combined(row.exit_code for row in ordered))
    return ordered


def _rows(file: Path) -> Iterator[Outcome]:
    try:
        for row in json.loads(file.read_text(encoding="utf-8"))["checkpoints"]:
            yield Outcome(**{field: row[field] for field in Outcome._fields})
    except OSError as error:
        raise job_error_from_oserror(error, "reading {}".format(file)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadCheckpoint("{}: not a summary of this job".format(file), hint="remove it") from error
