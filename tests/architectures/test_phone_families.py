"""What builders of networks for phones take, and what their checkpoints tell of it."""
import numpy as np
import pytest
import torch

from job.architectures import find
from job.architectures.build import build
from job.architectures.families.efficientnet_modules import same_padding
from job.architectures.load import load_weights
from job.errors import UsageError
from tests.models import noise_images, seeded_weights


@pytest.mark.parametrize("bilinear", [False, True])
@pytest.mark.parametrize("in_channels, num_classes", [(3, 2), (1, 5)])
def test_a_checkpoint_tells_the_form_of_a_unet(bilinear, in_channels, num_classes):
    arch_args = {"bilinear": bilinear, "in_channels": in_channels, "num_classes": num_classes}
    shapes = {key: tuple(value.shape) for key, value in build("unet", arch_args).state_dict().items()}
    assert find("unet").infer(shapes) == arch_args


@pytest.mark.parametrize("length, kernel, stride, before, after", [
    (224, 3, 2, 0, 1), (15, 5, 2, 2, 2), (56, 5, 2, 1, 2), (7, 3, 1, 1, 1), (65, 3, 2, 1, 1), (2, 1, 2, 0, 0)])
def test_padding_is_that_of_tensorflow(length, kernel, stride, before, after):
    assert same_padding((8, length), kernel, stride)[:2] == [before, after]


def test_padding_is_for_the_size_that_a_network_was_built_for():
    """At its own size the network is the one that follows what is fed, at another it is not."""
    fixed, following = (build("efficientnet_lite0", {"image_size": size}) for size in ([64, 96], None))
    for module in (fixed, following):
        load_weights(module, seeded_weights(module, seed=1))
    with torch.no_grad():
        for size, equal in (((64, 96), True), ((70, 96), False)):
            image = noise_images((1, 3) + size, seed=2)
            assert np.array_equal(fixed(image).numpy(), following(image).numpy()) == equal


def test_a_size_that_is_none():
    with pytest.raises(UsageError, match="efficientnet_pytorch_b0 cannot be built with"):
        build("efficientnet_pytorch_b0", {"image_size": [1, 2, 3]})


@pytest.mark.parametrize("name", ["efficientnet_pytorch_b1", "efficientnet_lite4"])
def test_what_no_weights_tell_is_said(name):
    assert "{0}x{0}".format(find(name).input_shape[2]) in find(name).untold["image_size"]
