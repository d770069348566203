"""The inputs that every stage answers: seeded ones, and a few of the user's samples where there are any.

Kinds with structure come first and differ in amplitude, level and colour: a freshly initialised
network answers all noise alike, and an error in it would then not show.
"""
import functools
from pathlib import Path
from typing import List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.modes import CALIBRATED, stage_of
from job.parity.arrays import save_arrays
from job.parity.patterns import INDEX_LIMIT, INDICES, KINDS, pattern, within
from job.values import TensorFacts


class _Counts(NamedTuple):
    """Of probes, for networks of up to so many multiply-adds a forward."""

    multiply_adds: float
    floats: int
    dynamic: int  # hybrid kernels, 3 to 7 times as slow as float
    int8: int  # reference kernels, 2 s for each 10^9 multiply-adds
    own: int  # of the user's calibration inputs, in place of those: as many as take a tenth of the conversion


_COUNTS = (
    _Counts(1e8, 8, 8, 4, 8),
    _Counts(4e8, 4, 4, 2, 4),
    _Counts(1e9, 4, 4, 2, 3),
    _Counts(2.5e9, 3, 2, 1, 1),
    _Counts(float("inf"), 2, 1, 1, 1),
)
MOST_OWN = max(row.own for row in _COUNTS)
_FLOAT_STAGES = ("pytorch", "onnxruntime", "onnx", "keras", "saved_model", "tflite.float32", "tflite.float16")
# Of the user's samples, so many beside the seeded probes, whatever the work.
MOST_SAMPLES = 4
_CALIBRATED_STAGES = tuple(stage_of(mode) for mode in CALIBRATED)
_FEWER_SAMPLES = dict({stage: 1 for stage in _CALIBRATED_STAGES}, **{"tflite.dynamic": 2})


class Probe(NamedTuple):
    """One answerable question: an array per input, in PyTorch's axis order."""

    name: str
    inputs: Tuple[np.ndarray, ...]

    @property
    def file(self) -> str:
        """What the user calls a sample: the kind before the name is ours."""
        return self.name.split(":", 1)[-1]


@functools.lru_cache(maxsize=1)  # a batch is often of one network
def make_probes(inputs: Tuple[TensorFacts, ...], count: int) -> Tuple[Probe, ...]:
    """The first ``count`` probes for these inputs: image-like-0, structured-0, ..., image-like-1, ...; not to be written to."""
    return tuple(_probe(inputs, *divmod(number, len(KINDS))) for number in range(count))


def probes_from_arrays(samples: Sequence[Sequence[np.ndarray]], names: Sequence[str],
                       kind: str = "sample") -> Tuple[Probe, ...]:
    """The user's inputs as probes: one sequence of arrays, one per input, for each name."""
    return tuple(
        Probe("{}:{}".format(kind, name), tuple(np.asarray(array) for array in arrays))
        for name, arrays in zip(names, samples)
    )


def probes_for(inputs: Tuple[TensorFacts, ...], multiply_adds: int, samples: Tuple[Probe, ...] = (),
               calibration: Tuple[Probe, ...] = ()) -> Tuple[Probe, ...]:
    """Seeded probes and samples, ordered so that the first few hold a stage's share of both.

    Where int8 is calibrated with the user's own inputs, some of these stand in for its seeded probes: what is outside
    their range it cannot hold, and is not asked to.
    """
    counts = _seeded_counts(multiply_adds)
    seeded, ordered = make_probes(inputs, max(counts.values())), []  # type: Tuple[Probe, ...], List[Probe]
    for stage in ("tflite.int8", "tflite.dynamic", "pytorch"):
        own = calibration[:own_count(multiply_adds)] if stage == "tflite.int8" and calibration else seeded[:counts[stage]]
        for source in (own, samples[:_sample_count(stage)]):
            ordered += [probe for probe in source if not any(probe is other for other in ordered)]
    return tuple(ordered)


def probe_counts(multiply_adds: int, samples: int = 0, calibration: int = 0) -> Mapping[str, int]:
    """How many of the first probes each stage answers: fixed by the work of a forward and what the user gives."""
    seeded = _seeded_counts(multiply_adds)
    own = min(calibration, own_count(multiply_adds))
    counts = {stage: own + count + min(samples, _sample_count(stage)) for stage, count in seeded.items()}
    calibrated = {stage: counts[stage] - seeded[stage] for stage in _CALIBRATED_STAGES if own}
    return dict(counts, **calibrated)


def own_count(multiply_adds: int) -> int:
    """How many of the user's calibration inputs int8 is judged on."""
    return _row(multiply_adds).own


def save_probes(path: Path, probes: Sequence[Probe]) -> None:
    """Write probes as .npz; equal probes give equal bytes."""
    arrays = {
        "{}.{}".format(p, i): array for p, probe in enumerate(probes) for i, array in enumerate(probe.inputs)
    }
    save_arrays(path, dict(arrays, names=np.array([probe.name for probe in probes], dtype=str)))


def load_probes(path: Path, count: Optional[int] = None) -> Tuple[Probe, ...]:
    """What `save_probes` wrote; of many the first ``count``."""
    with np.load(str(path), allow_pickle=False) as stored:
        names = [str(name) for name in stored["names"][:count]]
        counts = [sum(key.startswith("{}.".format(p)) for key in stored.files) for p in range(len(names))]
        return tuple(
            Probe(name, tuple(stored["{}.{}".format(p, i)] for i in range(counts[p])))
            for p, name in enumerate(names)
        )


def _row(multiply_adds: int) -> _Counts:
    return next(row for row in _COUNTS if multiply_adds <= row.multiply_adds)


def _seeded_counts(multiply_adds: int) -> Mapping[str, int]:
    row = _row(multiply_adds)
    counts = {stage: row.floats for stage in _FLOAT_STAGES}
    counts.update({stage: row.int8 for stage in _CALIBRATED_STAGES})
    return dict(counts, **{"tflite.dynamic": row.dynamic})


def _sample_count(stage: str) -> int:
    return _FEWER_SAMPLES.get(stage, MOST_SAMPLES)


def _probe(inputs: Tuple[TensorFacts, ...], turn: int, number: int) -> Probe:
    kind = tuple(KINDS)[number]
    return Probe(
        "{}-{}".format(kind, turn),
        tuple(_unchanging(_values(kind, turn, facts)) for facts in inputs),
    )


def _values(kind: str, turn: int, facts: TensorFacts) -> np.ndarray:
    if facts.values_within and facts.dtype in INDICES:
        low, high = map(int, facts.values_within)
        return low + pattern(kind, turn, facts.name, facts.dtype, facts.pytorch_shape, high - low + 1)
    values = pattern(kind, turn, facts.name, facts.dtype, facts.pytorch_shape, facts.indices_below or INDEX_LIMIT)
    return within(values, *facts.values_within) if facts.values_within else values


def _unchanging(values: np.ndarray) -> np.ndarray:
    array = np.asarray(values)  # of rank 0 they are no array yet
    array.flags.writeable = False
    return array
