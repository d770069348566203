"""What int8 is calibrated with: the user's own inputs, or else the probes, which are no real data.

Each sample is a file of its own, in the order of names: calibration reads one at a time.
"""
from pathlib import Path
from typing import Any, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.determinism import digest_of
from job.modes import CALIBRATED
from job.parity.metrics import round_significant
from job.parity.probes import MOST_OWN, Probe, load_probes, make_probes, own_count, save_probes
from job.processes.actors import Side
from job.samples.folder import evenly_spaced, sample_folder
from job.samples.values import CALIBRATION, bad_samples
from job.settings.settings import Settings
from job.values import Exported, TensorFacts, TrainingSpread

SEEDED = 4  # probes, where the user gives nothing
ALIKE = 10.0  # times as much, or as little: pictures of one kind differ by less, and a wrong preprocessing by more
OF_A_KIND = 100.0  # so far off no picture is that was prepared as in training, if all channels say the same
HELD_OUT = 4  # of the user's, with which it is not calibrated: from fewer it is hard to tell how they were prepared
EVEN = 1.6  # unevenness: 1.1 was seen of a trained MobileNetV2 at any scale, 1.7 and more of random statistics (16 channels)


class Calibration(NamedTuple):
    folder: Path
    source: str  # "folder" of the user, or "probes"
    found: int  # samples in the user's folder
    used: int
    probes: Tuple[Probe, ...] = ()  # a few of the user's, on which int8 is judged
    skipped: Tuple[str, ...] = ()  # a sentence for each file that is no sample
    training_spread: Optional[TrainingSpread] = None  # of the user's
    loud: Tuple[str, ...] = ()  # of the user's, those that vary far more than most

    def document(self) -> Mapping[str, Any]:
        """For parity.json: no path in it."""
        return {"source": self.source, "samples_found": self.found, "samples_used": self.used,
                "samples_held_out": len(self.probes), "skipped": list(self.skipped),
                "training_spread": self.training_spread and round_significant(self.training_spread.median, 2)}

    @property
    def unlike_training(self) -> bool:
        return self.training_spread is not None and not 1 / ALIKE < self.training_spread.median < ALIKE


def calibration_for(settings: Settings, exported: Exported, side: Side, probes: Sequence[Probe],
                    folder: Path) -> Optional[Calibration]:
    """Written to `folder`; None where no mode asks for it. `probes` are the user's samples, where he gives any.

    Raises BadCheckpoint for files that are no samples of the network's inputs, unless they are to be skipped.
    """
    if not any(mode in CALIBRATED for mode in settings.quantize):
        return None
    folder.mkdir()
    if settings.calibration is None:
        seeded = make_probes(exported.inputs, SEEDED) + tuple(probes)
        for number, probe in enumerate(seeded):
            save_probes(folder / "{:06}.npz".format(number), [probe])
        return Calibration(folder, "probes", 0, len(seeded))
    return _of_user(settings, exported, side, folder)


def samples_of(folder: Path, inputs: Sequence[TensorFacts]) -> Iterator[Sequence[np.ndarray]]:
    """Each sample as the published files take it."""
    for file in sorted(folder.iterdir()):
        probe, = load_probes(file)
        yield [np.ascontiguousarray(array.transpose(facts.permutation)) for array, facts in zip(probe.inputs, inputs)]


def calibration_choice(settings: Settings) -> Tuple[Path, int, Optional[int]]:
    """What sample_folder() is asked for: the user's files to calibrate with, and to judge on."""
    return settings.calibration, settings.calibration_count + MOST_OWN, settings.calibration_seed


def _of_user(settings: Settings, exported: Exported, side: Side, folder: Path) -> Calibration:
    listed = sample_folder(*calibration_choice(settings))
    problems = listed.problems + side.call("read_calibration", listed.files, exported.inputs, settings.preprocess, folder)
    if problems and not settings.skip_bad_images:
        raise bad_samples(problems, "mend these files or take them out of the folder, or leave them out with "
                                    "--skip-bad-images", CALIBRATION)
    files = sorted(folder.iterdir())
    if not files:
        raise bad_samples(problems or ["the folder holds none"], "put pictures or .npy files in it", CALIBRATION)
    seen = {file: _looked_at(file) for file in files}
    probes = _held_out(seen, own_count(exported.multiply_adds))
    used = _thinned(sorted(folder.iterdir()), settings.calibration_count)
    spread = side.call("training_spread", probes)
    _check_scale(spread)
    return Calibration(folder, "folder", listed.found, used, probes, problems, spread, loud_samples(tuple(seen.values())))


class Look(NamedTuple):
    """What is to be known of one sample among the others."""

    file: str
    digest: str
    is_blank: bool
    spread: float


def look_at(sample: Probe) -> Look:
    return Look(sample.file, digest_of(sample.inputs), not any(np.ptp(array) for array in sample.inputs),
                max(float(np.std(array, dtype=np.float64)) for array in sample.inputs))


def _looked_at(file: Path) -> Look:
    sample, = load_probes(file)
    return look_at(sample)


def loud_samples(seen: Sequence[Look]) -> Tuple[str, ...]:
    """Files of those that vary ALIKE times as much as most: few steps of 8 bits are left to the others beside them."""
    usual = float(np.median([look.spread for look in seen]))
    return tuple(look.file for look in seen if look.spread > ALIKE * usual > 0)


def _check_scale(spread: Optional[TrainingSpread]) -> None:
    """int8 is judged on inputs of the same folder: what is wrong with all of them, it would not show."""
    if spread is None or spread.unevenness > EVEN or 1 / OF_A_KIND < spread.median < OF_A_KIND:
        return
    raise bad_samples(["what it holds varies {:.2g} times as much as what the network was trained on: every channel of its "
                       "first BatchNorm says so".format(spread.median)],
                      "prepare it as in training: look at `range`, `mean` and `std` of --preprocess, or at the arrays",
                      CALIBRATION)


def _held_out(seen: Mapping[Path, Look], judged: int) -> Tuple[Probe, ...]:
    """A quarter of the samples, HELD_OUT or as many as int8 is judged on at most, taken out: no range is made for them.

    They are chosen by their content, so that nothing depends on names. Raises BadCheckpoint where there is but one sample,
    or nothing in any: ranges of nothing would pass, since nothing is what int8 would be judged on.
    """
    if all(look.is_blank for look in seen.values()):
        raise bad_samples(["every sample is one value throughout"], "put inputs in it such as the network will see",
                          CALIBRATION)
    if len({look.digest for look in seen.values()}) == 1:
        raise bad_samples(["the folder holds one sample: ranges of one hold for no other, and int8 is judged on another"],
                          "put more in it, a hundred are enough", CALIBRATION)
    chosen = sorted(seen, key=lambda file: seen[file].digest)[:min(max(HELD_OUT, judged), max(1, len(seen) // 4))]
    probes = tuple(probe for file in chosen for probe in load_probes(file))
    for file in chosen:
        file.unlink()
    return probes


def _thinned(files: Sequence[Path], count: int) -> int:
    """Leaves so many in the folder; says how many there are then."""
    kept = evenly_spaced(files, count)
    for file in set(files) - set(kept):
        file.unlink()
    return len(kept)
