"""A version of a model beside the one that it replaces: what changed, and what grew worse than is allowed."""
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from job.report.documents import read_document
from job.settings.drift_limits import LIMITS, Limit

Document = Mapping[str, Any]
Limits = Mapping[str, float]

OF_OUTPUTS = ("max_error_of_range", "snr_db", "top1", "mismatch")  # the figures that tell versions apart
OF_FILES = ("bytes", "nodes", "plumbing")


class Version(NamedTuple):
    """What a model's folder says of itself."""

    parity: Document
    interface: Document


def read_version(folder: Path) -> Optional[Version]:
    """What was published before; None where there is nothing, or nothing that can be compared."""
    try:
        version = Version(*(read_document(folder / name) for name in ("parity.json", "interface.json")))
        compared(version, version)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return version


def compared(before: Version, now: Version) -> Dict[str, Any]:
    """Both versions' figures side by side; ``before`` is null of what the older one did not have."""
    return {
        "same_checkpoint": _sha256(before) == _sha256(now),
        "same_versions": before.parity["versions"] == now.parity["versions"],
        "same_settings": before.parity["settings"] == now.parity["settings"],
        "outputs": _rows(("stage", "output"), _outputs(before), _outputs(now)),
        "files": _rows(("file",), _files(before), _files(now)),
        "accuracy": _rows(("stage",), _accuracy(before), _accuracy(now)),
    }


def drifts(comparison: Document, limits: Limits) -> List[str]:
    """A sentence for each figure that grew worse than its limit, and for each limit that nothing could be held to."""
    problems = []  # type: List[str]
    for name in sorted(limits):
        limit = LIMITS[name]
        rows = [row for row in comparison[limit.rows] if row["before"] and limit.figure in row["before"]
                and limit.figure in row["now"]]
        if not rows:
            problems.append("{}: the published version and this one have no such figure in common".format(name))
        problems += [sentence for row in rows for sentence in _beyond(name, limit, row, limits[name])]
    return problems


def _beyond(name: str, limit: Limit, row: Document, most: float) -> Iterator[str]:
    before, now = row["before"][limit.figure], row["now"][limit.figure]
    by = limit.worse(before, now)
    if not by <= most:
        where = " ".join(str(row[key]) for key in ("file", "stage", "output") if key in row)
        yield "{} of {}: {} was {}, worse by {:.3g}, at most {:g}".format(name, where, now, before, by, most)


Figures = Mapping[Tuple[str, ...], Document]


def _rows(keys: Tuple[str, ...], before: Figures, now: Figures) -> List[Dict[str, Any]]:
    return [dict(zip(keys, place), before=before.get(place), now=figures) for place, figures in now.items()]


def _outputs(version: Version) -> Figures:
    found = {(stage["stage"], output["name"]): _picked(output, OF_OUTPUTS)
             for stage in version.parity["stages"] for output in stage["outputs"]}
    return {place: figures for place, figures in found.items() if figures}


def _files(version: Version) -> Figures:
    """A SavedModel's version number, which grows, is no part of its name here."""
    return {(name.split("/")[0],): _picked(file, OF_FILES) for name, file in version.interface["files"].items()}


def _accuracy(version: Version) -> Figures:
    stages = (version.parity["accuracy"] or {"stages": ()})["stages"]
    return {(stage["stage"],): _picked(stage, ("share", "total")) for stage in stages}


def _picked(figures: Document, names: Tuple[str, ...]) -> Dict[str, Any]:
    return {name: figures[name] for name in names if name in figures and figures[name] is not None}


def _sha256(version: Version) -> Optional[str]:
    return (version.parity["checkpoint"] or {}).get("sha256")
