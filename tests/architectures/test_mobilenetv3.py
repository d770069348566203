"""MobileNetV3 as it was published: the same keys, shapes and order, and a forward that its equations give."""
from pathlib import Path
from typing import List, Tuple

import models
import numpy as np
import pytest
import torch
from torch.nn import functional

from job.architectures.build import build
from job.architectures.families.blocks import HSigmoid, HSwish
from job.architectures.families.channels import multiple_of_8
from job.architectures.families.mobilenetv3 import PUBLISHED_2019_LARGE_HEAD
from job.architectures.families.mobilenetv3_modules import SqueezeExcite
from job.architectures.keys import new_name

PUBLISHED = Path(__file__).parent / "published"
BATCH_NORM = ("weight", "bias", "running_mean", "running_var")


def published(name: str) -> List[Tuple[str, Tuple[int, ...]]]:
    """Keys and shapes in their order; a line `x.BatchNorm 16` stands for the five entries of that layer."""
    rows = []  # type: List[Tuple[str, Tuple[int, ...]]]
    for line in (PUBLISHED / (name + ".txt")).read_text().splitlines():
        key, sizes = line.split()
        shape = () if sizes == "-" else tuple(int(size) for size in sizes.split("x"))
        stem = key[: -len("BatchNorm")]
        if key.endswith(".BatchNorm"):
            rows += [(stem + each, shape) for each in BATCH_NORM] + [(stem + "num_batches_tracked", ())]
        else:
            rows.append((key, shape))
    return rows


@pytest.mark.parametrize(
    "name, file, entries",
    [
        ("mobilenetv3_large_2019", "mobilenetv3_large_2019", 312),
        ("mobilenetv3_small_2019", "mobilenetv3_small_2019", 258),
        ("mobilenetv3_large", "mobilenetv3_large_2020", 312),
        ("mobilenetv3_small", "mobilenetv3_small_2020", 244),
    ],
)
def test_keys_shapes_and_order_are_the_published_ones(name, file, entries):
    rows = [(key, tuple(value.shape)) for key, value in build(name, {}).state_dict().items()]
    assert rows == published(file)
    assert len(rows) == entries


def test_the_published_2019_checkpoint_is_renamed_to_its_code():
    names = [(new_name(key, PUBLISHED_2019_LARGE_HEAD), shape) for key, shape in published_as_saved()]
    assert names == published("mobilenetv3_large_2019")


def published_as_saved() -> List[Tuple[str, Tuple[int, ...]]]:
    return published("mobilenetv3_large_2019_as_published")


@pytest.mark.parametrize("name", ["mobilenetv3_large", "mobilenetv3_small", "mobilenetv3_large_2019"])
@pytest.mark.parametrize("side", [224, 160])
def test_forward_gives_different_answers_of_a_sane_scale(name, side):
    module = models.seeded_module(name, seed=1)
    with torch.no_grad():
        answers = module(models.blocky_images((1, 3, side, side - 32), seed=5, batch=3)).numpy()
    assert answers.shape == (3, 1000)
    assert 0.05 < answers.std() < 20
    assert np.abs(answers[0] - answers[1]).max() > 0.1 * answers.std()


@pytest.mark.parametrize("width", [0.35, 0.75, 1.4])
@pytest.mark.parametrize("name", ["mobilenetv3_large", "mobilenetv3_small", "mobilenetv3_large_2019"])
def test_width_multiplier_and_classes(name, width):
    module = models.seeded_module(name, num_classes=7, width_mult=width)
    with torch.no_grad():
        assert module(models.noise_images((1, 3, 64, 64), seed=0)).shape == (2, 7)


@pytest.mark.parametrize("channels, nearest", [(16, 16), (4, 8), (18, 24), (5.6, 8), (88.08, 88), (9, 16)])
def test_multiple_of_8(channels, nearest):
    assert multiple_of_8(channels) == nearest


def test_activations_are_their_equations():
    x = torch.linspace(-5, 5, 41)
    gate = torch.clamp(x + 3, 0, 6) / 6
    assert torch.equal(HSigmoid()(x.clone()), gate)
    assert torch.equal(HSwish()(x.clone()), x * gate)


def test_squeeze_excite_is_its_equation():
    torch.manual_seed(0)
    layer, x = SqueezeExcite(8, 2), torch.randn(3, 8, 5, 4)
    hidden = functional.relu(functional.linear(x.mean(3).mean(2), layer.fc[0].weight, layer.fc[0].bias))
    gate = torch.clamp(functional.linear(hidden, layer.fc[2].weight, layer.fc[2].bias) + 3, 0, 6) / 6
    torch.testing.assert_allclose(layer(x), x * gate[:, :, None, None], rtol=1e-5, atol=1e-6)
