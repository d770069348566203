"""Weights in parts, of old and of new names, become what a plain module has; a module with the norm keeps its parts."""
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm

from job.architectures.load import load_weights
from job.errors import BadCheckpoint

NEW = {
    weight_norm: {"weight_g": "parametrizations.weight.original0", "weight_v": "parametrizations.weight.original1"},
    spectral_norm: {"weight_orig": "parametrizations.weight.original", "weight_u": "parametrizations.weight.0._u",
                    "weight_v": "parametrizations.weight.0._v"},
}
LAYERS = [
    ("convolution", lambda: nn.Conv2d(4, 6, 3), (2, 4, 9, 7)),
    ("transposed", lambda: nn.ConvTranspose2d(4, 6, 3), (2, 4, 9, 7)),
    ("transposed, as many channels out as in", lambda: nn.ConvTranspose2d(4, 4, 3), (2, 4, 9, 7)),
    ("linear", lambda: nn.Linear(5, 6), (2, 5)),
]


def trained(build, norm, shape):
    """Inside a network, its norm's vectors moved, in eval mode."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.ReLU(), norm(build()))
    for _ in range(3):
        network(torch.randn(shape))
    if norm is weight_norm:
        network[1].weight_g.data.mul_(torch.rand_like(network[1].weight_g) + 0.5)
    return network.eval()


def newly_named(norm, state):
    return OrderedDict(("1." + NEW[norm].get(key[2:], key[2:]), value) for key, value in state.items())


def arrays(state):
    return OrderedDict((key, value.numpy().copy()) for key, value in state.items())


@pytest.mark.parametrize("named", [lambda norm, state: state, newly_named], ids=["old names", "new names"])
@pytest.mark.parametrize("norm", [weight_norm, spectral_norm], ids=lambda norm: norm.__name__)
@pytest.mark.parametrize("name, build, shape", LAYERS, ids=[layer[0] for layer in LAYERS])
def test_a_norm_is_worked_into_the_weights(name, build, shape, norm, named):
    network, x = trained(build, norm, shape), torch.randn(shape)
    plain, itself = nn.Sequential(nn.ReLU(), build()).eval(), nn.Sequential(nn.ReLU(), norm(build())).eval()
    state = arrays(named(norm, network.state_dict()))
    assert load_weights(plain, state) == ("{} of 1 weights was worked into them".format(norm.__name__.replace("_", " ")),)
    assert load_weights(itself, state) == ()
    with torch.no_grad():
        expected = network(x)
        assert np.allclose(plain(x), expected, atol=2e-6) and torch.equal(itself(x), expected)


def test_over_the_whole_weight_and_another_axis():
    for dim in (None, 1):
        network = nn.Sequential(weight_norm(nn.Linear(5, 6), dim=dim)).eval()
        network[0].weight_g.data.mul_(torch.rand_like(network[0].weight_g) + 0.5)
        plain = nn.Sequential(nn.Linear(5, 6))
        load_weights(plain, arrays(network.state_dict()))
        with torch.no_grad():
            network(torch.randn(1, 5))
        assert np.allclose(plain[0].weight.detach(), network[0].weight.detach(), atol=1e-6)


def test_a_recurrent_weight():
    layer = weight_norm(nn.LSTM(5, 6), "weight_hh_l0")
    layer.weight_hh_l0_g.data.mul_(torch.rand_like(layer.weight_hh_l0_g) + 0.5)
    plain = nn.LSTM(5, 6)
    load_weights(plain, arrays(layer.state_dict()))
    layer(torch.randn(2, 1, 5))
    assert np.allclose(plain.weight_hh_l0.detach(), layer.weight_hh_l0.detach(), atol=1e-6)


def test_a_pruned_weight():
    plain = nn.Sequential(nn.Linear(5, 6))
    state = arrays(plain.state_dict())
    weight = np.asarray(state.pop("0.weight"))
    mask = (np.arange(30).reshape(6, 5) % 3 > 0).astype(np.float32)
    load_weights(plain, dict(state, **{"0.weight_orig": weight, "0.weight_mask": mask}))
    assert np.array_equal(plain[0].weight.detach(), weight * mask)


def test_another_parametrisation_is_refused_with_what_to_do():
    state = arrays(nn.Sequential(nn.Linear(5, 5)).state_dict())
    state["0.parametrizations.weight.original"] = state.pop("0.weight")
    with pytest.raises(BadCheckpoint) as refusal:
        load_weights(nn.Sequential(nn.Linear(5, 5)), state)
    assert "remove_parametrizations" in refusal.value.hint


def test_parts_that_are_the_modules_own_names_stay():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight_v, self.weight_g = nn.Parameter(torch.randn(3, 2)), nn.Parameter(torch.randn(3, 1))
            self.weight = nn.Parameter(torch.randn(3, 2))
    own, other = Own(), Own()
    assert load_weights(other, arrays(own.state_dict())) == ()
    assert all(torch.equal(one, two) for one, two in zip(own.parameters(), other.parameters()))


@pytest.mark.parametrize("parts", [
    {"weight_v": (6, 5), "weight_g": (6, 5, 1000)}, {"weight_v": (6, 5), "weight_g": (7, 1)},
    {"weight_orig": (6, 5), "weight_mask": (6, 1)}, {"weight_orig": (6, 5), "weight_u": (5,), "weight_v": (6,)},
    {"weight_orig": (), "weight_u": (1,), "weight_v": (1,)}, {"weight_orig": (0, 5), "weight_u": (0,), "weight_v": (5,)},
    {"parametrizations.weight.original1": (6, 4), "parametrizations.weight.original0": (6, 1)}], ids=str)
def test_parts_that_do_not_fit_are_named(parts):
    state = {"0." + name: np.ones(shape, np.float32) for name, shape in parts.items()}
    with pytest.raises(BadCheckpoint) as refusal:
        load_weights(nn.Sequential(nn.Linear(5, 6, bias=False)), state)
    assert "0.weight" in refusal.value.message
