"""What becomes of types that are not kept: half precision exactly, double precision rounded and counted."""

from collections import OrderedDict
from typing import Any, Dict, Tuple

import numpy as np

from job.errors import BadCheckpoint

EXACT = ("float16", "bfloat16")
STORED_AS = {"bfloat16": "uint16"}  # numpy has no such type
ROUNDED = "float64"


class HalfTensor:
    """A tensor of half precision as the file has it: float32, exactly, each time that numpy asks for its array.

    So it takes no memory before the network has it, where it takes twice as much as in the file.
    """

    dtype = np.dtype("float32")

    def __init__(self, kind: str, stored: np.ndarray) -> None:
        """`stored` is of this kind; of bfloat16 as uint16."""
        self.kind, self._stored = kind, stored

    @property
    def shape(self) -> Tuple[int, ...]:
        return self._stored.shape

    def __array__(self, dtype: Any = None) -> np.ndarray:
        return widened_half(self.kind, self._stored)


def widened_half(kind: str, stored: np.ndarray) -> np.ndarray:
    """As float32, contiguous; bfloat16 comes as uint16."""
    if kind == "bfloat16":
        return (stored.astype(np.uint32, order="C") << 16).view(np.float32)
    return stored.astype(np.float32, order="C")


class Widening:
    """Makes float32 of other floating types, and keeps count of it for the report."""

    def __init__(self) -> None:
        self._tensors = OrderedDict()  # type: Dict[str, int]
        self._rounded = 0
        self._numbers = 0  # that were of double precision

    @staticmethod
    def concerns(kind: str) -> bool:
        return kind in EXACT or kind == ROUNDED

    def result_of(self, kind: str) -> np.dtype:
        return np.dtype("float32" if self.concerns(kind) else kind)

    def count(self, kind: str) -> None:
        """One more tensor of this type."""
        if self.concerns(kind):
            self._tensors[kind] = self._tensors.get(kind, 0) + 1

    def widened(self, name: str, kind: str, stored: np.ndarray) -> np.ndarray:
        """The numbers as they are kept: floating ones as float32, others as is; contiguous and writable.

        bfloat16 comes as uint16. BadCheckpoint where a double lies beyond float32's range.
        """
        if kind in EXACT:
            return widened_half(kind, stored)
        target = np.dtype("float32") if stored.dtype.kind == "f" else stored.dtype.newbyteorder("=")
        with np.errstate(over="ignore"):
            result = stored.astype(target, order="C", copy=not stored.flags.writeable)
        if kind == ROUNDED:
            self._compare(name, stored, result)
        return result

    def notes(self) -> Tuple[str, ...]:
        return tuple(
            "{} {} tensors {}".format(count, kind, self._how(kind)) for kind, count in self._tensors.items()
        )

    def _compare(self, name: str, stored: np.ndarray, result: np.ndarray) -> None:
        if not np.array_equal(np.isfinite(result), np.isfinite(stored)):
            raise BadCheckpoint(
                "{!r:.60} has values beyond float32's range".format(name),
                hint="the published models are float32",
            )
        self._numbers += stored.size
        self._rounded += int(np.count_nonzero(result != stored) - np.count_nonzero(np.isnan(stored)))

    def _how(self, kind: str) -> str:
        if kind in EXACT:
            return "became float32, exactly"
        return "were rounded to float32: {:,} of {:,} numbers changed".format(self._rounded, self._numbers)
