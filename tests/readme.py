"""README.md: the tables it takes from the code, and how they are put into it.

A table stands between `<!-- table NAME -->` and `<!-- end -->`; `scripts/readme` writes all of them again.
"""

import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Sequence, Tuple

from job import architectures, modes
from job.architectures import listing
from job.architectures.figures import measured
from job.checkpoint import readers
from job.errors import EnvironmentFailed, Interrupted, Stopped
from job.keras_model.operators import rows
from job.networks import onnx_file
from job.parity import tolerance
from job.settings import help
from job.settings.surface import COMMANDS, FLAGS
from tests.quantised import figures as quantised_figures

README = Path(__file__).resolve().parent.parent / "README.md"
RETRY_HELPS = (EnvironmentFailed.exit_code, Interrupted.exit_code, Stopped.exit_code)

_TABLE = re.compile(r"(?<=^<!-- table )(?P<name>\w+)( -->\n).*?(?=^<!-- end -->$)", re.MULTILINE | re.DOTALL)


def flags() -> str:
    """Every flag of `convert`, which knows them all."""
    return _table(
        ("flag", "sidecar", "what it says"),
        (
            (
                _code(flag.spelling + ("=" + flag.value if flag.value else "")),
                "yes" if flag.in_sidecar else "",
                flag.text,
            )
            for flag in (FLAGS[name] for name in COMMANDS["convert"].flags)
        ),
    )


def exit_codes() -> str:
    """The codes as `--help` prints them."""
    lines = help.overview().split("\nExit codes\n")[1].split("\n\n")[0].splitlines()
    rows = (re.split(" {2,}", line.strip(), 1) for line in lines)
    return _table(("code", "when", "a retry helps"), ((codes, text, _retry(codes)) for codes, text in rows))


def _retry(codes: str) -> str:
    helped = {int(code) in RETRY_HELPS for code in codes.split(",")}
    if codes == "0":
        return ""
    return "yes" if helped == {True} else "no"


def formats() -> str:
    """The readers of checkpoints and the files that need none, in the order of their names."""
    known = [(reader.name, reader.summary) for reader in readers.formats()] + [(onnx_file.FORMAT, onnx_file.SUMMARY)]
    return _table(("format", "what it is"), ((_code(name), summary) for name, summary in sorted(known)))


def networks() -> str:
    """The registry, family by family."""
    families = {}  # type: Dict[str, List[architectures.Architecture]]
    for each in architectures.table():
        families.setdefault(each.family, []).append(each)
    return _table(
        ("family", "input", "`--arch=`"),
        (
            (family, "x".join(map(str, rows[0].input_shape)), " ".join(_code(row.name) for row in rows))
            for family, rows in families.items()
        ),
    )


def figures() -> str:
    """What the conversion of each network came to."""
    every = measured()
    return _table(
        [_code("--arch=")] + list(listing.HEAD[1:-1]),
        ((_code(row.name),) + listing.cells(row, every.get(row.name))[1:-1] for row in architectures.table()),
    )


def refused() -> str:
    """Networks that are known, and why they cannot be converted."""
    reasons = {}  # type: Dict[str, List[str]]
    for each in architectures.refused():
        reasons.setdefault(each.refusal.reason, []).append(_code(each.name))
    return _table(("refused", "why"), ((" ".join(names), reason) for reason, names in reasons.items()))


def limits() -> str:
    """The gate's limits, a column for each kind of stage; those of all that are calibrated are int8's."""
    kinds = ("float", "dynamic", "float16", "int8")
    names = [
        name
        for name in tolerance.AT_MOST + tolerance.AT_LEAST
        if any(name in tolerance.DEFAULT[kind] for kind in kinds)
    ]
    return _table(
        ("limit", "float stages", "dynamic", "float16", ", ".join(modes.CALIBRATED)),
        ([_code(name)] + [_limit(name, tolerance.DEFAULT[kind]) for kind in kinds] for name in names),
    )


def quantised() -> str:
    """What --quantize takes, and what it comes to; the networks in the order in which they were measured."""
    rows = quantised_figures.measured()
    return _table(
        ("mode", "what it is", "when", "calibrated", "size", "signal to noise", "latency"),
        (
            (_code(mode.name), mode.text, mode.use, "yes" if mode.calibrated else "")
            + _measured([row for row in rows if row.mode == mode.name])
            for mode in modes.MODES
        ),
    )


def _measured(rows: Sequence[quantised_figures.Figures]) -> Tuple[str, str, str]:
    return (
        ", ".join("{:g}".format(row.size) for row in rows),
        ", ".join("{:.0f}".format(row.snr_db) for row in rows) + " dB",
        ", ".join("{:g}".format(row.latency) for row in rows),
    )


def _limit(name: str, figures: Any) -> str:
    if name not in figures:
        return ""
    return "{} {:g}".format("at most" if name in tolerance.AT_MOST else "at least", figures[name])


def operators() -> str:
    """ONNX's operators; those of which the same is true share a row."""
    alike = {}  # type: Dict[Tuple[str, str], List[str]]
    for row in rows():
        alike.setdefault((row.takes, row.refused), []).append(row.operator)
    return _table(
        ("operators of ONNX", "attributes they take", "refused"),
        ((" ".join(names), _code(takes) if takes else "", refused) for (takes, refused), names in alike.items()),
    )


TABLES = {
    table.__name__: table for table in (flags, exit_codes, formats, networks, refused, figures, limits, quantised, operators)
}  # type: Dict[str, Callable[[], str]]


def with_tables(text: str) -> str:
    """The text with every table made anew."""
    return _TABLE.sub(
        lambda found: found.group("name") + found.group(2) + TABLES[found.group("name")](), text
    )


def tables_of(text: str) -> Sequence[str]:
    return [found.group("name") for found in _TABLE.finditer(text)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head))]
    return "\n".join(lines + [_row([cell.replace("|", "\\|") for cell in row]) for row in rows]) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| {} |".format(" | ".join(cells))


def _code(text: str) -> str:
    return "`{}`".format(text)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
