"""Trained networks converted as a user would: every published file says of a photograph what PyTorch says."""
import pytest
from tests.published import convert
from tests.trained.networks import NETWORKS, logits
from tests.trained.photographs import photographs


@pytest.fixture(scope="module", params=NETWORKS)
def network_and_published(request, tmp_path_factory):
    network = NETWORKS[request.param]
    return network, convert(network.checkpoint, tmp_path_factory.mktemp(request.param), *network.flags)


@pytest.mark.parametrize("photograph", photographs())
def test_top1_of_every_file_is_that_of_pytorch(network_and_published, photograph):
    network, published = network_and_published
    pixels, classes = photographs()[photograph]
    expected = logits(network, pixels).argmax()
    x = network.prepared(pixels)
    said = {mode: published.answer(mode, x)[0].argmax() for mode in published.modes}
    assert said == {"saved_model": expected, "float32": expected, "dynamic": expected}
    assert expected in classes
