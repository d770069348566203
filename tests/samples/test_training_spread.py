"""Inputs that are unlike those of training show at the first BatchNorm, whatever comes behind it."""
import copy

import numpy as np
import pytest
import torch
from torch import nn

from job.networks.training_spread import training_spread
from job.samples.calibration import EVEN


@pytest.fixture(scope="module")
def trained():
    """Two norms behind convolutions, which have seen numbers of spread 1."""
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 5, 3), nn.BatchNorm2d(5))
    network.train()
    for _ in range(60):
        network(torch.randn(4, 3, 9, 11))
    return network.eval()


def spread(network, scale):
    probes = [(scale * np.random.RandomState(seed).randn(1, 3, 9, 11)).astype(np.float32) for seed in range(4)]
    with torch.no_grad():
        return training_spread(network, lambda probe: network(torch.from_numpy(probe)), probes)


def test_inputs_of_the_same_kind_vary_as_much(trained):
    found = spread(trained, 1)
    assert 0.7 < found.median < 1.4 and found.unevenness < EVEN


@pytest.mark.parametrize("scale", [255, 1 / 255, 4])
def test_others_do_not(trained, scale):
    median, unevenness = spread(trained, scale)
    assert median == pytest.approx(scale ** 2 * spread(trained, 1).median, rel=1e-3)
    assert unevenness == pytest.approx(spread(trained, 1).unevenness, rel=1e-3)


def test_of_statistics_that_no_training_made_each_channel_says_something_else():
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(3, 32, 3), nn.BatchNorm2d(32)).eval()
    nn.init.uniform_(network[1].running_var, 0.5, 1.5)
    with torch.no_grad():
        smooth = nn.functional.interpolate(torch.randn(4, 3, 3, 4), size=(18, 20), mode="bilinear", align_corners=True)
        found = training_spread(network, lambda probe: network(probe), list(smooth.split(1)))
    assert found.unevenness > EVEN


def test_a_channel_that_never_varies_says_nothing():
    network = nn.Sequential(nn.BatchNorm2d(2)).eval()
    network[0].running_mean.fill_(1)
    assert training_spread(network, network, [torch.zeros(1, 2, 3, 4)]).unevenness == float("inf")


def test_what_was_not_trained_or_has_no_such_layer_says_nothing():
    assert spread(nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)).eval(), 1) is None
    assert spread(nn.Conv2d(3, 8, 3), 1) is None
    assert spread(nn.BatchNorm2d(3, track_running_stats=False).eval(), 1) is None


def test_the_network_is_left_as_it_was(trained):
    spread(trained, 1)
    assert not any(module._forward_pre_hooks for module in trained.modules())


def test_what_weights_of_nan_make_says_nothing_of_the_inputs(trained):
    network = copy.deepcopy(trained)
    network[0].weight.data[2, 0, 1, 1] = float("nan")
    assert spread(network, 1) is None
