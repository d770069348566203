"""From a checkpoint's file to a module: what is inferred and renamed, and every way it does not match."""
import re
from collections import OrderedDict, namedtuple
from pathlib import Path

import models
import numpy as np
import pytest
import torch

from job.architectures import find, registry
from job.architectures.build import build
from job.architectures.load import load_weights
from job.architectures.module import load_module
from job.errors import BadCheckpoint, UsageError

Settings = namedtuple("Settings", "arch arch_args model_code weights_key trust_pickle")
Settings.__new__.__defaults__ = (None, False)


def by_name(arch: str, **arch_args: object) -> Settings:
    return Settings(arch, arch_args, None)


def saved(path: Path, state_dict: object) -> Path:
    torch.save(state_dict, str(path))
    return path


@pytest.fixture(scope="module")
def squeezenet() -> "OrderedDict[str, torch.Tensor]":
    return models.seeded_module("squeezenet1_1", seed=1).state_dict()


def test_facts(tmp_path):
    path = models.write_seeded_checkpoint(tmp_path / "m.pth", "mobilenetv3_small", seed=2)
    loaded = load_module(path, by_name("mobilenetv3_small"))
    assert loaded.default_input_shape == (1, 3, 224, 224)
    assert loaded.facts.format == "torch-legacy" and loaded.facts.architecture == "mobilenetv3_small"
    assert loaded.facts.parameters == 2542856 and loaded.facts.notes == () and len(loaded.facts.sha256) == 64
    assert not loaded.module.training and not any(p.requires_grad for p in loaded.module.parameters())
    expected = models.seeded_module("mobilenetv3_small", seed=2).state_dict()
    assert all(torch.equal(value, expected[key]) for key, value in loaded.module.state_dict().items())


@pytest.mark.parametrize("arch", ["squeezenet1_1", "mobilenetv3_small", "resnet18", "googlenet"])
def test_the_number_of_classes_is_read_from_the_head(tmp_path, arch):
    path = models.write_seeded_checkpoint(tmp_path / "m.pth", arch, num_classes=7)
    module = load_module(path, by_name(arch)).module
    with torch.no_grad():
        assert module(models.noise_images((1, 3, 64, 64), 0)).shape == (2, 7)


def test_another_number_of_classes_than_asked_for(tmp_path, squeezenet):
    with pytest.raises(BadCheckpoint, match="classifier.1.weight is") as caught:
        load_module(saved(tmp_path / "m.pth", squeezenet), by_name("squeezenet1_1", num_classes=7))
    assert "--arch-args='{\"num_classes\": 1000}'" in caught.value.hint


def test_checkpoints_without_auxiliary_heads(tmp_path):
    state_dict = models.seeded_module("googlenet", aux_logits=False).state_dict()
    module = load_module(saved(tmp_path / "m.pth", state_dict), by_name("googlenet")).module
    assert not module.aux_logits


HEADS = {
    "googlenet": ("aux_logits", "20 tensors"),
    "inception_v3": ("aux_logits", "14 tensors"),
    "fcn_resnet50": ("aux_loss", "8 tensors"),
}


@pytest.mark.parametrize("arch", HEADS)
def test_auxiliary_heads_are_left_out_unless_asked_for(tmp_path, arch):
    argument, count = HEADS[arch]
    whole = build(arch, {argument: True})
    weights = models.seeded_weights(whole, seed=3)
    path = saved(tmp_path / "m.pth", OrderedDict((key, torch.from_numpy(value)) for key, value in weights.items()))
    kept, without = load_module(path, by_name(arch, **{argument: True})), load_module(path, by_name(arch))
    assert set(kept.module.state_dict()) == set(weights)
    assert set(without.module.state_dict()) < set(weights) and without.facts.parameters < kept.facts.parameters
    said = " of heads that only training needs were left out"
    assert [note for note in without.facts.notes if note.endswith(said)] == [count + said]
    assert not [note for note in kept.facts.notes if note.endswith(said)]
    with pytest.raises(BadCheckpoint, match="missing aux|missing AuxLogits"):
        short = OrderedDict((key, torch.from_numpy(weights[key])) for key in without.module.state_dict())
        load_module(saved(tmp_path / "short.pth", short), by_name(arch, **{argument: True}))


def test_classes_of_a_segmentation_network(tmp_path):
    path = models.write_seeded_checkpoint(tmp_path / "m.pth", "deeplabv3_resnet50", num_classes=5)
    module = load_module(path, by_name("deeplabv3_resnet50")).module
    with torch.no_grad():
        answer = module(models.noise_images((1, 3, 64, 96), 0))
    assert list(answer) == ["out"] and answer["out"].shape == (2, 5, 64, 96)


@pytest.mark.parametrize("arch", ["googlenet", "inception_v3"])
def test_what_no_weights_tell_is_said(tmp_path, arch, monkeypatch):
    """torchvision's own file is known by its digest; to every other one is said what it may need."""
    state_dict = models.seeded_module(arch, aux_logits=False).state_dict()
    path = saved(tmp_path / "m.pth", state_dict)
    loaded = load_module(path, by_name(arch))
    assert not loaded.module.transform_input and any("transform_input" in note for note in loaded.facts.notes)
    chosen = load_module(path, by_name(arch, transform_input=True))
    assert chosen.module.transform_input and chosen.facts.notes == ()
    (start,) = find(arch).published
    known = dict(find(arch)._asdict(), published={loaded.facts.sha256[:8]: find(arch).published[start]})
    monkeypatch.setitem(registry._ARCHITECTURES, arch, registry.Architecture(**known))
    published = load_module(path, by_name(arch))
    assert published.module.transform_input
    assert published.facts.notes == ("transform_input: set, since this is the published file",)
    assert not load_module(path, by_name(arch, transform_input=False)).module.transform_input


def test_both_namings_of_the_2019_large(tmp_path):
    code = models.seeded_module("mobilenetv3_large_2019").state_dict()
    published = OrderedDict(
        (key.replace("classifier.3.", "classifier.5.").replace("classifier.0.", "classifier.1."), value)
        for key, value in code.items()
    )
    assert "classifier.5.weight" in published
    for state_dict, notes in ((code, 0), (published, 1)):
        loaded = load_module(saved(tmp_path / "m.pth", state_dict), by_name("mobilenetv3_large_2019"))
        assert all(torch.equal(value, code[key]) for key, value in loaded.module.state_dict().items())
        assert len(loaded.facts.notes) == notes
    assert loaded.facts.notes == ("4 keys have an older or another name and were renamed",)


def test_old_densenet_names(tmp_path):
    new = models.seeded_module("densenet121").state_dict()
    old = OrderedDict(
        (re.sub(r"(denselayer\d+\.(?:norm|conv))([12])", r"\1.\2", key), value) for key, value in new.items()
    )
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    module = load_module(saved(tmp_path / "m.pth", old), by_name("densenet121")).module
    assert all(torch.equal(value, new[key]) for key, value in module.state_dict().items())


def test_counters_may_be_absent(tmp_path):
    whole = models.seeded_module("resnet18").state_dict()
    old = OrderedDict((key, value) for key, value in whole.items() if not key.endswith("num_batches_tracked"))
    loaded = load_module(saved(tmp_path / "m.pth", old), by_name("resnet18"))
    assert loaded.facts.notes == ("20 num_batches_tracked counters are absent; only training reads them",)
    assert loaded.module.state_dict()["bn1.num_batches_tracked"] == 0


def test_every_key_that_is_wrong_is_named_at_once(tmp_path, squeezenet):
    state_dict = OrderedDict(squeezenet)
    state_dict["features.0.kernel"] = state_dict.pop("features.0.weight")
    del state_dict["features.3.squeeze.bias"]
    state_dict["head.weight"] = torch.zeros(2, 2)
    state_dict["features.12.expand3x3.weight"] = torch.zeros(256, 64, 1, 1)
    with pytest.raises(BadCheckpoint) as caught:
        load_module(saved(tmp_path / "m.pth", state_dict), by_name("squeezenet1_1"))
    assert caught.value.exit_code == 3 and caught.value.hint
    assert caught.value.message.splitlines()[1:] == [
        "  missing features.0.weight [64, 3, 3, 3] (nearest: features.0.kernel)",
        "  missing features.3.squeeze.bias [16]",
        "  unexpected features.0.kernel [64, 3, 3, 3]",
        "  unexpected head.weight [2, 2]",
        "  features.12.expand3x3.weight is [256, 64, 1, 1] in the checkpoint, [256, 64, 3, 3] in the model",
    ]


def test_another_architecture(tmp_path, squeezenet):
    with pytest.raises(BadCheckpoint, match="missing conv1.weight"):
        load_module(saved(tmp_path / "m.pth", squeezenet), by_name("resnet18"))


def test_an_adapter_without_its_network(tmp_path, squeezenet):
    adapter = {"base_model.model.classifier.1.lora_{}.weight".format(end): torch.zeros(4, 4) for end in "AB"}
    with pytest.raises(BadCheckpoint) as failure:
        load_module(saved(tmp_path / "m.pth", adapter), by_name("squeezenet1_1"))
    assert "a LoRA adapter" in failure.value.hint and "merge" in failure.value.hint


def test_values_that_do_not_fit_the_models_type(squeezenet):
    module = build("mobilenetv3_small", {})
    weights = models.seeded_weights(module, 0)
    weights["features.0.1.num_batches_tracked"] = np.array(0.5, np.float32)
    with pytest.raises(BadCheckpoint, match="is float32 in the checkpoint, int64 in the model"):
        load_weights(module, weights)


def test_recognised_without_a_name(tmp_path):
    path = models.write_seeded_checkpoint(tmp_path / "m.pth", "squeezenet1_1", seed=4, num_classes=7)
    by_its_tensors, named = load_module(path, by_name("")), load_module(path, by_name("squeezenet1_1"))
    assert by_its_tensors.facts.notes == (
        "recognised as squeezenet1_1 by the names and shapes of 52 tensors: num_classes 7",)
    assert by_its_tensors.facts._replace(notes=()) == named.facts
    assert by_its_tensors.default_input_shape == named.default_input_shape
    weights = named.module.state_dict()
    assert all(torch.equal(value, weights[key]) for key, value in by_its_tensors.module.state_dict().items())


def test_a_width_is_told_by_the_tensors(tmp_path):
    path = models.write_seeded_checkpoint(tmp_path / "m.pth", "mobilenetv3_small", num_classes=3, width_mult=0.75)
    module = load_module(path, by_name("")).module
    with torch.no_grad():
        assert module(models.noise_images((1, 3, 64, 96), 0)).shape == (2, 3)


def test_channels_are_told_by_the_tensors(tmp_path):
    grey = build("unet", {"num_classes": 2, "in_channels": 1}).state_dict()
    loaded = load_module(saved(tmp_path / "m.pth", grey), by_name(""))
    assert loaded.default_input_shape == (1, 1, 256, 256) and loaded.module.state_dict().keys() == grey.keys()


def test_what_is_given_wins_over_what_is_recognised(tmp_path):
    whole = models.seeded_weights(build("fcn_resnet50", {"aux_loss": True, "num_classes": 4}), seed=3)
    path = saved(tmp_path / "m.pth", OrderedDict((key, torch.from_numpy(value)) for key, value in whole.items()))
    assert load_module(path, by_name("", aux_loss=True)).module.aux_classifier
    assert not load_module(path, by_name("")).module.aux_classifier


def test_no_architecture_is_recognised(tmp_path, squeezenet):
    squeezenet = OrderedDict(each for each in squeezenet.items() if each[0] != "features.0.bias")
    with pytest.raises(BadCheckpoint, match="near squeezenet1_1: 51 of its 52") as caught:
        load_module(saved(tmp_path / "m.pth", squeezenet), by_name(""))
    assert "missing features.0.bias [64]" in caught.value.message and "--arch=NAME" in caught.value.hint


NET = """
import helper
import torch

class Net(torch.nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.model = torch.nn.Linear(3, width)

    def forward(self, x):
        import later
        return self.model(x) * later.FACTOR

def make(**arch_args):
    return Net(**arch_args)

def fails(**arch_args):
    raise KeyError("no such thing")

def none(**arch_args):
    return None
"""


@pytest.fixture
def code(tmp_path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "helper.py").write_text("")
    (folder / "later.py").write_text("FACTOR = 2")
    (folder / "net.py").write_text(NET)
    return folder / "net.py"


def by_code(file: Path, factory: str = "make", **arch_args: object) -> Settings:
    return Settings(None, arch_args, (file, factory))


def weights_of_net(width: int = 4) -> "OrderedDict[str, torch.Tensor]":
    return OrderedDict([("model.weight", torch.ones(width, 3)), ("model.bias", torch.zeros(width))])


def test_users_code(tmp_path, code):
    """Its imports work, in the forward too, and the prefix `model.` is its own here."""
    loaded = load_module(saved(tmp_path / "m.pth", weights_of_net(5)), by_code(code, width=5))
    assert loaded.default_input_shape is None and loaded.facts.architecture == "net.py:make"
    assert loaded.module(torch.ones(1, 3)).tolist() == [[6.0] * 5]


@pytest.mark.parametrize(
    "factory, said",
    [
        ("absent", "there is no function or class net.py:absent"),
        ("fails", "net.py:fails raised KeyError: 'no such thing'"),
        ("none", "net.py:none returned NoneType, not a torch.nn.Module"),
    ],
)
def test_users_code_fails(tmp_path, code, factory, said):
    with pytest.raises(BadCheckpoint, match=re.escape(said)) as caught:
        load_module(saved(tmp_path / "m.pth", weights_of_net()), by_code(code, factory))
    assert caught.value.exit_code == 3 and caught.value.hint
    assert str(tmp_path) not in caught.value.message
    if factory == "fails":
        assert 'net.py line 18, in fails: raise KeyError("no such thing")' in caught.value.message


def test_users_code_does_not_parse(tmp_path, code):
    code.write_text("def make(:\n")
    with pytest.raises(BadCheckpoint, match="net.py:make raised SyntaxError"):
        load_module(saved(tmp_path / "m.pth", weights_of_net()), by_code(code))


def test_users_code_is_absent(tmp_path):
    with pytest.raises(UsageError, match="no Python file at"):
        load_module(saved(tmp_path / "m.pth", weights_of_net()), by_code(tmp_path / "absent.py"))


def test_users_weights_under_whatever_held_them(tmp_path, code):
    held = OrderedDict(("encoder.0." + key, value) for key, value in weights_of_net().items())
    loaded = load_module(saved(tmp_path / "m.pth", held), by_code(code))
    assert loaded.facts.notes == ("every key began with encoder.0., which was taken off",)


def test_of_several_that_have_the_networks_keys_one_is_picked(tmp_path, code):
    states = {name: OrderedDict((name + "." + key, value * factor) for key, value in weights_of_net().items())
              for name, factor in (("student", 1), ("teacher", 3))}
    file = saved(tmp_path / "m.pth", {"state_dict": OrderedDict(states["student"], **states["teacher"])})
    with pytest.raises(BadCheckpoint, match="has the model's keys under student and teacher") as caught:
        load_module(file, by_code(code))
    assert caught.value.hint == "pick one of them: --weights-key=student or --weights-key=teacher"
    picked = load_module(file, by_code(code)._replace(weights_key="teacher"))
    assert picked.module(torch.ones(1, 3)).tolist() == [[18.0] * 4]


def test_users_weights_are_loaded_strictly(tmp_path, code):
    state_dict = weights_of_net()
    del state_dict["model.bias"]
    with pytest.raises(BadCheckpoint, match=r"missing model.bias \[4\]"):
        load_module(saved(tmp_path / "m.pth", state_dict), by_code(code))
