"""Samples whose folders do not fit the network are refused; a weak network is not taken for that."""
import numpy as np
import pytest

from job.errors import BadCheckpoint
from job.samples.labels import check_labels, check_telling

CLASSES = {"cat": 0, "dog": 1, "fish": 2, "owl": 3}
WANTED = np.repeat([0, 1, 2, 3], 4)


def told(*most, last=None):
    """Of each class three samples are told as `most` says, and the last as `last`."""
    each = np.repeat(most, 4)
    each[3::4] = most if last is None else last
    return each


@pytest.mark.parametrize("says, folders", [
    (told(1, 0, 2, 3), "cat, dog"), (told(0, 1, 3, 2, last=[0, 1, 2, 3]), "fish, owl"), (told(1, 2, 0, 3), "cat, dog, fish")])
def test_folders_with_one_anothers_names_are_refused(says, folders):
    with pytest.raises(BadCheckpoint, match="the folders {} seem to be mixed up".format(folders)) as error:
        check_labels(says, WANTED, CLASSES)
    assert error.value.exit_code == 3 and error.value.stage == "samples"


@pytest.mark.parametrize("says", [
    told(0, 1, 2, 3), told(2, 2, 2, 2), told(1, 1, 1, 0), told(1, 2, 2, 2), told(-1, -1, -1, -1), told(7, 8, 9, 7)])
def test_a_weak_network_is_no_mix_up(says):
    check_labels(says, WANTED, CLASSES)


def test_two_samples_of_a_class_are_too_few_to_tell():
    check_labels(np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1]), CLASSES)


@pytest.mark.parametrize("says, wanted", [
    (WANTED[:1], WANTED[:1]), (told(0, 0, 0, 0), WANTED), (WANTED[:4], WANTED[:4]), (np.roll(WANTED, 4), WANTED)])
def test_what_can_show_no_loss_is_refused_where_losses_are_limited(says, wanted):
    with pytest.raises(BadCheckpoint, match="no loss of accuracy would show"):
        check_telling(says, wanted)


def test_a_network_that_tells_most_can_lose():
    check_telling(told(0, 1, 2, 0), WANTED)
