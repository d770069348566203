"""The registry: light to import, no name twice, every builder complete and set entirely by its checkpoint."""
import subprocess
import sys

import models
import numpy as np
import pytest
import torch

import torchvision

from job.architectures import default_input_shape, find, names, refused, registry, table
from job.architectures.build import build, without_initialisation
from job.architectures.load import load_weights
from job.errors import UnsupportedModel, UsageError
from job.onnx_model.outputs import FlatOutputs
from tests.architectures.references import proof

ONE_OF_EACH = (
    "mobilenetv3_large",
    "mobilenetv3_small_2019",
    "resnet18",
    "alexnet",
    "vgg11_bn",
    "squeezenet1_0",
    "mobilenet_v2",
    "densenet121",
    "shufflenet_v2_x0_5",
    "googlenet",
    "inception_v3",
    "fcn_resnet50",
    "deeplabv3_resnet50",
)
PROVEN = {proof.architecture_of(row) for row in proof.proofs()}  # against a reference's answers
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in names() if name not in PROVEN.union(ONE_OF_EACH)]


def test_names_and_shapes_without_pytorch(checkout):
    code = (
        "import sys; import job.architectures as a;"
        "assert a.default_input_shape('inception_v3') == (1, 3, 299, 299);"
        "assert 'mobilenetv3_large' in a.names();"
        "print(sorted({'torch', 'torchvision', 'numpy', 'tensorflow'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, cwd=str(checkout)).strip() == b"[]"


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="resnet18 is registered twice"):
        registry.architecture("resnet18", (1, 3, 8, 8), "Other", "another")(lambda: None)
    assert find("resnet18").family == "ResNet"


def test_unknown_name_gives_the_nearest():
    with pytest.raises(UsageError, match="mobilenetv3_large") as caught:
        find("mobilenetv3-large")
    assert caught.value.exit_code == 2


def test_the_table_is_complete():
    assert len(table()) == len(set(names()))
    for row in table():
        assert row.summary and row.family and row.input_shape[:2] == (1, 3)


def test_every_builder_of_torchvision_is_known():
    """Converted or refused: whatever its packages of models offer as a function."""
    models_of = (torchvision.models, torchvision.models.segmentation, torchvision.models.detection)
    builders = {
        name for package in models_of for name, value in vars(package).items() if type(value).__name__ == "function"
    }
    known = set(names()) | {each.name for each in refused()}
    assert len(builders) == 36 and builders <= known
    assert {row.name for row in table() if row.summary == "as torchvision 0.3.0 builds it"} <= builders


def test_every_other_architecture_has_been_held_against_its_reference():
    own = {row.name for row in table()
           if row.summary == "as torchvision 0.3.0 builds it" or row.family == "MobileNetV3"}
    assert set(names()) - own == PROVEN - own


def test_a_refused_architecture_says_why_and_what_next():
    assert [each.name for each in refused()] == [
        "fasterrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn"
    ]
    with pytest.raises(UnsupportedModel, match=r"maskrcnn_resnet50_fpn: .* depends on the picture") as caught:
        find("maskrcnn_resnet50_fpn")
    assert caught.value.exit_code == 4 and "--model-code" in caught.value.hint


@pytest.mark.parametrize("arch_args", [{"classes": 3}, {"num_classes": "many"}, {"pretrained": True}])
@pytest.mark.parametrize("name", ["resnet18", "vgg11", "mobilenetv3_large", "fcn_resnet50"])
def test_arguments_that_the_builder_does_not_take(name, arch_args):
    """`pretrained` above all: it would have torchvision download weights."""
    with pytest.raises(UsageError, match=name + " cannot be built with"):
        build(name, arch_args)


@pytest.mark.parametrize("name", list(ONE_OF_EACH) + OTHERS)
def test_no_value_but_the_checkpoints_is_left(name):
    """The same weights in a module built as PyTorch builds it and in ours give the same answer, bit for bit.

    Both are first filled with different rubbish, so that anything not set would show.
    """
    architecture = find(name)
    ours, theirs = build(name, {}), plainly_built(architecture)
    weights = models.seeded_weights(ours, seed=2)
    for module, rubbish in ((ours, float("nan")), (theirs, 1e9)):
        for tensor in module.state_dict().values():
            tensor.fill_(rubbish if tensor.is_floating_point() else 3)
        load_weights(module, weights)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    side = 75 if name == "inception_v3" else 64
    image = models.blocky_images((1, 3, side, side), seed=3)
    with torch.no_grad():
        ours, theirs = ([output.numpy() for output in FlatOutputs(module)(image)] for module in (ours, theirs))
    for answer, expected in zip(ours, theirs):
        assert np.isfinite(answer).all() and answer.std() > 0
        np.testing.assert_array_equal(answer, expected)


def test_segmentation_downloads_nothing():
    """torchvision's own default fetches a trained backbone."""
    with pytest.raises(UsageError, match="multiple values"):
        build("fcn_resnet50", {"pretrained_backbone": True})


def plainly_built(architecture: registry.Architecture) -> torch.nn.Module:
    """With initialisers as they are; inception_v3's takes seconds, so its own loop is skipped."""
    if architecture.name == "inception_v3":
        with without_initialisation():
            return architecture.build().eval()
    return architecture.build().eval()


def test_initialisers_are_back_afterwards():
    before = torch.nn.init.kaiming_normal_, torch.nn.Module.modules
    with pytest.raises(UsageError):
        build("resnet18", {"wrong": 1})
    assert (torch.nn.init.kaiming_normal_, torch.nn.Module.modules) == before
    assert torch.nn.Linear(100, 100).weight.std() > 0.01


def test_seeded_models_repeat():
    first, again, other = (models.seeded_module("squeezenet1_1", seed).state_dict() for seed in (4, 4, 5))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["features.0.weight"], other["features.0.weight"])
    assert default_input_shape("squeezenet1_1") == (1, 3, 224, 224)
