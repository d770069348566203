"""The reference: trained networks in plain PyTorch see what is on the photographs."""
import pytest
from tests.trained.networks import NETWORKS, logits
from tests.trained.photographs import photographs


@pytest.mark.parametrize("photograph", photographs())
@pytest.mark.parametrize("name", NETWORKS)
def test_top1_is_what_a_person_would_say(name, photograph):
    pixels, classes = photographs()[photograph]
    assert logits(NETWORKS[name], pixels).argmax() in classes
