"""The samples of one conversion: a few are probes; where their classes are known, more are for accuracy.

Accuracy is judged on so many samples, evenly spaced over all, as the work of one forward allows:

  up to 10^8 multiply-adds    256
  up to 10^9                   64
  up to 2.5 * 10^9             32
  more                         16

and never on more than 128 MiB of inputs.
"""
from pathlib import Path
from typing import Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from job.parity.probes import MOST_SAMPLES, Probe, load_probes
from job.processes.actors import Side
from job.samples.classes import class_numbers, number_of_scores
from job.samples.folder import evenly_spaced, sample_folder, spread
from job.samples.values import SampleFile, SampleFolder, bad_samples
from job.settings.settings import Settings
from job.values import Exported

_JUDGED = ((1e8, 256), (1e9, 64), (2.5e9, 32), (float("inf"), 16))
_MOST_BYTES = 2 ** 27


class Samples(NamedTuple):
    """Read, and written to a file of probes."""

    file: Path
    probes: Tuple[Probe, ...] = ()  # the first of the file, which every stage answers beside the seeded ones
    found: int = 0  # samples in the user's folder
    classes: Mapping[str, int] = {}  # the class that each folder stands for; {} where they are not known
    labels: Tuple[str, ...] = ()  # the folder of each sample in the file, () where they are not known
    rows: Tuple[int, ...] = ()  # how many rows of its batch each sample fills itself


def samples_for(settings: Settings, exported: Exported, side: Side, file: Path) -> Samples:
    """What the settings' folder holds for this network, read by the side into `file`; none without a folder.

    Raises BadCheckpoint for files that are no samples of its inputs, and for folders that name no class.
    """
    if settings.samples is None:
        return Samples(file)
    folder = sample_folder(settings.samples)
    _check(folder)
    classes = _classes(folder, settings.labels, exported, settings.max_accuracy_drop is not None)
    files = _in_order_of_use(folder.files, number_judged(exported) if classes else MOST_SAMPLES)
    rows = side.call("read_samples", files, exported.inputs, settings.preprocess, file)
    labels = tuple(each.label for each in files) if classes else ()
    return Samples(file, load_probes(file, MOST_SAMPLES), folder.found, classes, labels, rows)


def number_judged(exported: Exported) -> int:
    """How many samples accuracy is judged on, where there are so many."""
    size = sum(np.dtype(facts.dtype).itemsize * int(np.prod(facts.pytorch_shape))
               for facts in exported.inputs)
    most = next(number for work, number in _JUDGED if exported.multiply_adds <= work)
    return max(MOST_SAMPLES, min(most, _MOST_BYTES // size))


def _check(folder: SampleFolder) -> None:
    if folder.problems:
        raise bad_samples(folder.problems,
                          hint="take them out of the folder; dot names, *.tmp and *.part are skipped")
    if not folder.files:
        raise bad_samples(["the folder holds none"],
                          hint="put pictures or .npy files in it, or a folder of them for each class")
    if len({file.label is None for file in folder.files}) > 1:
        outside = next(file.name for file in folder.files if file.label is None)
        raise bad_samples(["some are in the folder of a class, some such as {} are not".format(outside)],
                          hint="a folder for each class, or no folders at all")


def _classes(folder: SampleFolder, labels: Sequence[str], exported: Exported, limited: bool) -> Mapping[str, int]:
    if folder.files[0].label is None:
        if limited:
            raise bad_samples(["they are in no class's folder, and --max-accuracy-drop limits what is told wrong of them"],
                              hint="put them in a folder for each class")
        return {}
    output = exported.outputs[0]
    scores = number_of_scores(output)
    if not scores:
        raise bad_samples(
            ["they are in the folders of classes, but {} of shape {} holds no scores of classes".format(
                output.name, output.pytorch_shape)], hint="put them into one folder, without folders in it")
    return class_numbers(folder.labels, labels, scores)


def _in_order_of_use(files: Sequence[SampleFile], count: int) -> Tuple[SampleFile, ...]:
    """So many of the files, evenly spaced: first those that become probes; the rest so that who takes fewer of them, as
    int8 does, has some of every class too."""
    used = evenly_spaced(files, count)
    first = evenly_spaced(used, MOST_SAMPLES)
    return first + tuple(file for file in spread(used) if file not in first)
