"""Whether labelled samples can show a loss of accuracy at all: by what the reference itself says of them."""
from typing import Dict, Mapping, Optional

import numpy as np

from job.samples.intervals import interval
from job.samples.values import bad_samples

LEAST = 3  # samples of a class, from which on it is seen what most of them are told as


def check_labels(told: np.ndarray, wanted: np.ndarray, classes: Mapping[str, int]) -> None:
    """Raises BadCheckpoint where folders have one another's names: most of each is told as the class of the next.

    `told` and `wanted` are the classes of rows of samples, by the reference and by their folders.
    """
    most = {number: _told_mostly(told[wanted == number]) for number in np.unique(wanted).tolist()}
    mixed = [number for number in most if _leads_back(number, most)]
    if mixed:
        folders = {number: folder for folder, number in classes.items()}
        raise bad_samples(
            ["the folders {0} seem to be mixed up: the network itself says {2} of most in {1}".format(
                ", ".join(folders[number] for number in mixed), folders[mixed[0]], folders[most[mixed[0]]])],
            hint="give each folder the name of its class, or the sidecar's `labels` their order in the network's output")


def check_telling(told: np.ndarray, wanted: np.ndarray) -> None:
    """Raises BadCheckpoint where the reference is not surely better than one answer to everything: it cannot get worse."""
    right, total = int((told == wanted).sum()), len(wanted)
    guessing = float(np.unique(wanted, return_counts=True)[1].max()) / total
    if interval(right, total)[0] <= guessing:
        raise bad_samples(
            ["the network itself tells {} of {} right, and saying one class of all would tell {:.3g} %: "
             "no loss of accuracy would show".format(right, total, 100 * guessing)],
            hint="check --preprocess and the folders' names, or give more samples, of several classes")


def _told_mostly(told: np.ndarray) -> Optional[int]:
    """The class that more than half are told as."""
    numbers, counts = np.unique(told, return_counts=True)
    return int(numbers[counts.argmax()]) if len(told) >= LEAST and 2 * counts.max() > len(told) else None


def _leads_back(number: int, most: Dict[int, Optional[int]]) -> bool:
    """Whether going from a class to what it is told as comes back to it, by way of others."""
    if most[number] == number:
        return False
    following, seen = most[number], set()
    while following in most and following != number and following not in seen:
        seen.add(following)
        following = most[following]
    return following == number
