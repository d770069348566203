"""The table of what becomes of every case, so that one that converted and no longer does is seen."""
from pathlib import Path
from typing import Dict, Iterable, Tuple

from tests.onnx_backend.cases import Case
from tests.onnx_backend.judging import Verdict

FILE = Path(__file__).parent / "outcomes.txt"
LONGEST = 240  # of the words


def recorded() -> Dict[str, Verdict]:
    """By the case's id."""
    rows = (line.split(" ", 2) for line in FILE.read_text("utf-8").splitlines())
    return {row[0]: Verdict(row[1], row[2] if len(row) > 2 else "") for row in rows}


def write(found: Iterable[Tuple[Case, Verdict]]) -> None:
    rows = ["{} {} {}".format(case.id, verdict.outcome, one_line(verdict.words)).rstrip() for case, verdict in found]
    FILE.write_text("\n".join(rows) + "\n", "utf-8")


def one_line(words: str) -> str:
    return " ".join(words.split())[:LONGEST].rstrip()
