"""The summaries of all shards as one."""
from pathlib import Path
from typing import Dict, Iterator, Optional, Sequence, Tuple

from job.batch.output_folder import write_summary
from job.errors import BadCheckpoint, EnvironmentFailed, JobError, UsageError, job_error_from_oserror
from job.report.documents import read_document
from job.settings.share import Share, summaries_of_shares
from job.values import Outcome
from job.watching.exit_codes import PRECEDENCE, combined


def merged(folder: Path) -> Tuple[Outcome, ...]:
    """The rows of a folder's summaries, by name: those of shards, else every summary*.json; summary.json has them all.

    EnvironmentFailed where a shard left none, BadCheckpoint where there was nothing to convert.
    """
    shares = summaries_of_shares(folder)
    every = sorted(path for path in folder.glob("summary*.json") if path.is_file())
    files = [file for _, file in shares] or every
    if not files:
        raise UsageError("{}: holds no summary*.json".format(folder), hint="`convert` writes one at its end")
    rows = _by_name(files)
    lacking = _lacking([share for share, _ in shares], rows)
    if lacking:
        write_summary(folder, rows, lacking.exit_code)
        raise lacking
    if len(files) > 1:
        write_summary(folder, rows, combined(row.exit_code for row in rows))
    return rows


def _by_name(files: Sequence[Path]) -> Tuple[Outcome, ...]:
    """Of two rows of one name the one that decides an exit code stays."""
    rows = {}  # type: Dict[str, Outcome]
    for file in files:
        for row in _rows(file):
            kept = rows.setdefault(row.name, row)
            if combined([kept.exit_code, row.exit_code]) != kept.exit_code:
                rows[row.name] = row
    return tuple(rows[name] for name in sorted(rows))


def _lacking(shares: Sequence[Share], rows: Sequence[Outcome]) -> Optional[JobError]:
    """What keeps the summaries from being those of a whole run."""
    counts = {share.count for share in shares}
    if len(counts) > 1:
        raise UsageError("summaries of {} shards".format(" and of ".join(map(str, sorted(counts)))),
                         hint="remove those that are out of date")
    left = {share.index for share in shares}
    lost = [str(index) for count in counts for index in range(count) if index not in left]
    if lost:
        return EnvironmentFailed("no summary of shard {} of {}".format(", ".join(lost), *counts),
                                 hint="run it again, then summarize")
    return None if rows else BadCheckpoint("no checkpoint was found", hint="see what the input volume holds")


def _rows(file: Path) -> Iterator[Outcome]:
    try:
        for row in read_document(file)["checkpoints"]:
            yield _checked(Outcome(**{field: row[field] for field in Outcome._fields}))
    except OSError as error:
        raise job_error_from_oserror(error, "reading {}".format(file)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadCheckpoint("{}: not a summary of this job".format(file), hint="remove it") from error


def _checked(row: Outcome) -> Outcome:
    """ValueError for what no run has said: a code that none knows would count for nothing."""
    texts = (row.name, row.outcome, row.stage, row.message)
    codes = PRECEDENCE if row.outcome == "failed" else (0,) if row.outcome in ("converted", "current") else ()
    if not all(isinstance(text, str) for text in texts) or isinstance(row.exit_code, bool) or row.exit_code not in codes:
        raise ValueError("no row of a summary: {!r}".format(row))
    return row
