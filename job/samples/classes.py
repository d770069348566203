"""Which of a network's scores each label and each class's folder stands for."""
import re
from collections import Counter
from typing import Mapping, Sequence

from job.errors import BadCheckpoint
from job.nearest import did_you_mean
from job.samples.values import bad_samples
from job.values import TensorFacts

_NUMBER = re.compile("[0-9]{1,9}")


def number_of_scores(output: TensorFacts) -> int:
    """How many classes an output of class scores tells apart; 0 where it is none."""
    shape = output.pytorch_shape
    one_row = len(shape) >= 2 and all(size == 1 for size in shape[2:])
    return shape[1] if one_row and output.dtype.startswith("float") and shape[1] > 1 else 0


def check_labels_number_scores(labels: Sequence[str], outputs: Sequence[TensorFacts]) -> None:
    """BadCheckpoint where a classifier's labels are not one for each score: whoever shows them would name wrong classes."""
    scores = number_of_scores(outputs[0]) if len(outputs) == 1 else 0
    if labels and scores and len(labels) != scores:
        raise BadCheckpoint("labels: {}, and {} has {} scores".format(len(labels), outputs[0].name, scores),
                            hint="one label for each score, in their order")


def class_numbers(folders: Sequence[str], labels: Sequence[str], scores: int) -> Mapping[str, int]:
    """The number of each folder's class, as the network's output counts them from 0.

    Folders are named as the settings' labels are; or with the numbers themselves; or, where there are as
    many as scores, with any names: they are then numbered in the order of names. Raises BadCheckpoint for
    all else.
    """
    if any(folder in labels for folder in folders):
        numbers = _by_label(folders, labels)
    elif all(_NUMBER.fullmatch(folder) for folder in folders):
        numbers = {folder: int(folder) for folder in folders}
    elif len(folders) == scores:
        numbers = {folder: number for number, folder in enumerate(folders)}
    else:
        raise bad_samples(
            ["{} folders, and the network has {} scores".format(len(folders), scores)],
            hint="name each folder with the number of its class, from 0, or as the sidecar's `labels` do")
    _check(numbers, scores)
    return numbers


def _by_label(folders: Sequence[str], labels: Sequence[str]) -> Mapping[str, int]:
    times = Counter(labels)
    unclear = ["{} is {}".format(folder, "the label of several classes" if times[folder] else "no label")
               for folder in folders if times[folder] != 1]
    if unclear:
        wrong = next((folder for folder in folders if not times[folder]), "")
        raise bad_samples(unclear, hint=(wrong and did_you_mean(wrong, labels)) or
                          "name each folder with the number of its class, from 0")
    return {folder: labels.index(folder) for folder in folders}


def _check(numbers: Mapping[str, int], scores: int) -> None:
    beyond = ["{} stands for class {}".format(*item) for item in numbers.items() if item[1] >= scores]
    if beyond:
        raise bad_samples(beyond, hint="the network's classes are 0 to {}".format(scores - 1))
    twice = [folder for folder in numbers if list(numbers.values()).count(numbers[folder]) > 1]
    if twice:
        raise bad_samples(["{} stand for one class".format(" and ".join(twice[:2]))],
                          hint="one folder for each class")
