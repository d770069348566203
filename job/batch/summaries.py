"""The summaries of all shards as one."""
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from job.batch.output_folder import write_summary
from job.errors import BadCheckpoint, EnvironmentFailed, JobError, UsageError, job_error_from_oserror
from job.first_few import first_few
from job.report.documents import read_document
from job.settings.share import Share, summaries_of_shares
from job.values import Outcome
from job.watching.exit_codes import PRECEDENCE, combined

_NAMED = 10  # shards that a message names


class Summary(NamedTuple):
    """What one file says."""

    rows: Tuple[Outcome, ...]
    run_id: str  # "" where nobody named the run


def merged(folder: Path) -> Tuple[Outcome, ...]:
    """The rows of a folder's summaries, by name: those of shards, else every summary*.json; summary.json has them all.

    EnvironmentFailed where a shard left none, or that of another run, BadCheckpoint where there was nothing to convert.
    Of shards whose run has no name, what one left that ran yesterday and not today counts as today's.
    """
    shares = summaries_of_shares(folder)
    every = sorted(path for path in folder.glob("summary*.json") if path.is_file())
    files = [file for _, file in shares] or every
    if not files:
        raise UsageError("{}: holds no summary*.json".format(folder), hint="`convert` writes one at its end")
    summaries = [_read(file) for file in files]
    rows = _by_name(summaries)
    lacking = _lacking([share for share, _ in shares], summaries)
    if lacking:
        write_summary(folder, rows, lacking.exit_code)
        raise lacking
    if len(files) > 1:
        write_summary(folder, rows, combined(row.exit_code for row in rows))
    return rows


def _by_name(summaries: Sequence[Summary]) -> Tuple[Outcome, ...]:
    """Of two rows of one name the one that decides an exit code stays."""
    rows = {}  # type: Dict[str, Outcome]
    for summary in summaries:
        for row in summary.rows:
            kept = rows.setdefault(row.name, row)
            if combined([kept.exit_code, row.exit_code]) != kept.exit_code:
                rows[row.name] = row
    return tuple(rows[name] for name in sorted(rows))


def _lacking(shares: Sequence[Share], summaries: Sequence[Summary]) -> Optional[JobError]:
    """What keeps the summaries from being those of a whole run."""
    counts = {share.count for share in shares}
    if len(counts) > 1:
        raise UsageError("summaries of {} shards".format(" and of ".join(map(str, sorted(counts)))),
                         hint="remove those that are out of date")
    left = {share.index for share in shares}
    lost = [index for count in counts for index in range(count) if index not in left]
    if lost:
        return EnvironmentFailed("no summary of shard {} of {}".format(_listed(lost), *counts),
                                 hint="run `convert --shard={}/{}` again, then summarize".format(lost[0], *counts))
    runs = _by_run(shares, summaries)
    if len(runs) > 1:
        return EnvironmentFailed("summaries of several runs: {}".format("; ".join(
            "shard {} of {}".format(_listed(indices), run_id or "one without --run-id")
            for run_id, indices in runs.items())), hint="run the shards again that are not of the last one, then summarize")
    return None if any(summary.rows for summary in summaries) else BadCheckpoint(
        "no checkpoint was found", hint="see what the input volume holds")


def _listed(shards: Sequence[int]) -> str:
    return ", ".join(first_few(list(map(str, shards)), _NAMED))


def _by_run(shares: Sequence[Share], summaries: Sequence[Summary]) -> Dict[str, List[int]]:
    """Indices of shards by the run that they are of."""
    runs = {}  # type: Dict[str, List[int]]
    for share, summary in zip(shares, summaries):
        runs.setdefault(summary.run_id, []).append(share.index)
    return runs


def _read(file: Path) -> Summary:
    try:
        document = read_document(file)
        rows = tuple(_checked(Outcome(**{field: row[field] for field in Outcome._fields})) for row in document["checkpoints"])
        return Summary(rows, _checked_id(document.get("run_id", "")))
    except OSError as error:
        raise job_error_from_oserror(error, "reading {}".format(file)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCheckpoint("{}: not a summary of this job".format(file), hint="remove it") from error


def _checked_id(run_id: object) -> str:
    if not isinstance(run_id, str):
        raise ValueError("no name of a run: {!r}".format(run_id))
    return run_id


def _checked(row: Outcome) -> Outcome:
    """ValueError for what no run has said: a code that none knows would count for nothing."""
    texts = (row.name, row.outcome, row.stage, row.message)
    codes = PRECEDENCE if row.outcome == "failed" else (0,) if row.outcome in ("converted", "current") else ()
    if not all(isinstance(text, str) for text in texts) or isinstance(row.exit_code, bool) or row.exit_code not in codes:
        raise ValueError("no row of a summary: {!r}".format(row))
    return row
