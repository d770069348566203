"""Judges every case anew and writes the table: `python -m tests.onnx_backend`."""
import tempfile
from collections import Counter
from pathlib import Path

from tests.onnx_backend.cases import Case, cases
from tests.onnx_backend.judging import Verdict, judged
from tests.onnx_backend.outcomes import write


def _judged(case: Case) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return judged(case, Path(folder))
        except Exception as error:
            return Verdict("crash", "{}: {}".format(type(error).__name__, error))


found = [(case, _judged(case)) for case in cases()]
write(found)
counts = Counter((case.kind, verdict.outcome) for case, verdict in found)
for (kind, outcome), count in sorted(counts.items()):
    print("{:<18} {:<9} {:>3} of {}".format(kind, outcome, count, sum(
        each for (other, _), each in counts.items() if other == kind)))
