"""Every architecture is told from its own tensors, in whatever they are wrapped, and never taken for another."""
import re
import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest
import torch

from job.architectures import find, registry
from job.architectures.build import build
from job.architectures.recognition import evidence, note_of, recognise, recognised, recognition_of
from job.architectures.recognition.fingerprints import Fingerprint, fingerprints
from job.architectures.recognition.sizes import Counted, with_values
from job.checkpoint.prefixes import namings
from job.checkpoint.reading import read_checkpoint
from job.checkpoint.reading import Checkpoint
from job.checkpoint.state_dict import find_state_dict
from job.errors import BadCheckpoint, UnsupportedModel

REFUSED = {each.name for each in registry.refused()}
EVERY = [each for each in fingerprints() if each.architecture not in REFUSED]
DETECTORS = [each for each in fingerprints() if each.architecture in REFUSED]
IDS = ["-".join([each.architecture] + list(map(str, each.arch_args.values()))) for each in EVERY]
DEFAULTS = {"num_classes": 1000, "in_channels": 3}


def shapes_of(fingerprint, **values):
    return OrderedDict((key, with_values(pattern, dict(DEFAULTS, **values)))
                       for key, pattern in fingerprint.tensors.items())


def of(name):
    return next(each for each in fingerprints() if each.architecture == name)


def checkpoint_of(shapes):
    """A checkpoint whose tensors take no memory."""
    tensors = OrderedDict((key, np.broadcast_to(np.float32(0), shape)) for key, shape in shapes.items())
    return Checkpoint("npz", "0" * 64, namings(tensors), ())


def found(shapes):
    return recognition_of(checkpoint_of(shapes))


def refusal(shapes):
    with pytest.raises(BadCheckpoint) as caught:
        recognised(found(shapes))
    assert caught.value.exit_code == 3
    return caught.value


@pytest.mark.parametrize("fingerprint", EVERY, ids=IDS)
def test_each_is_told_from_all_others(fingerprint):
    """Its tensors against every fingerprint: of other classes than it was published with, and of as many."""
    for classes in (7, 1000):
        fit = recognised(found(shapes_of(fingerprint, num_classes=classes)))
        assert fit.architecture is find(fingerprint.architecture)
        counted = {"num_classes": classes, "in_channels": 3}
        assert fit.arch_args == dict(fingerprint.arch_args, **{name: counted[name] for name in fit.told_by})
        assert fit.input_shape == fit.architecture.input_shape


@pytest.mark.parametrize("fingerprint", DETECTORS, ids=[each.architecture for each in DETECTORS])
def test_what_cannot_be_converted_is_recognised_as_that(fingerprint):
    recognition = found(shapes_of(fingerprint, num_classes=7))
    with pytest.raises(UnsupportedModel, match=fingerprint.architecture + ": how many boxes it finds") as caught:
        recognised(recognition)
    assert caught.value.exit_code == 4 and "--model-code" in caught.value.hint
    said = evidence(recognition)
    assert said[0].startswith("recognised as {}: ".format(fingerprint.architecture))
    assert said[-1].startswith("  it cannot be converted: how many boxes")


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod."])
@pytest.mark.parametrize("fingerprint", EVERY, ids=IDS)
def test_in_whatever_it_is_wrapped(fingerprint, prefix):
    """A trainer's, with counters, in DataParallel or compiled: as the reader takes it apart, but of no bytes."""
    tensors = checkpoint_of(with_counters(shapes_of(fingerprint, num_classes=9))).tensors
    saved = OrderedDict((prefix + key, array) for key, array in tensors.items())
    state_dict, _ = find_state_dict({"epoch": 3, "trainer": {"state_dict": saved}})
    fit = recognised(recognition_of(Checkpoint("npz", "0" * 64, namings(state_dict.tensors), ())))
    assert fit.architecture.name == fingerprint.architecture
    assert fit.variant == fingerprint.arch_args and fit.values["num_classes"] == 9


def with_counters(shapes):
    counters = [key.replace("running_var", "num_batches_tracked") for key in shapes if key.endswith("running_var")]
    return OrderedDict(list(shapes.items()) + [(key, ()) for key in counters])


def test_a_file_of_a_trainer(tmp_path):
    tensors = OrderedDict(("module." + key, torch.zeros(shape))
                          for key, shape in with_counters(shapes_of(of("mobilenetv3_small"), num_classes=9)).items())
    torch.save({"epoch": 3, "state_dict": tensors}, str(tmp_path / "net.ckpt"))
    fit = recognised(recognition_of(read_checkpoint(tmp_path / "net.ckpt")))
    assert (fit.architecture.name, fit.arch_args) == ("mobilenetv3_small", {"num_classes": 9})


@pytest.mark.parametrize("name, asked_for, count", [
    ("googlenet", "aux_logits", 20 - 2), ("inception_v3", "aux_logits", 14 - 2), ("fcn_resnet50", "aux_loss", 8 - 1)])
def test_heads_that_only_training_needs(name, asked_for, count):
    slots = build(name, {asked_for: True, "num_classes": 4}).state_dict()
    recognition = found({key: tuple(slot.shape) for key, slot in slots.items()})
    fit = recognised(recognition)
    assert (fit.architecture.name, fit.arch_args, fit.auxiliary) == (name, {"num_classes": 4}, count)
    assert "  {} more are of heads that only training needs".format(count) in evidence(recognition)


def renamed(shapes, pattern, replacement):
    again = OrderedDict((re.sub(pattern, replacement, key), shape) for key, shape in shapes.items())
    assert list(again) != list(shapes) and len(again) == len(shapes)
    return again


@pytest.mark.parametrize("name, pattern, replacement", [
    ("densenet121", r"(denselayer\d+\.(?:norm|conv))([12])", r"\1.\2"),
    ("mobilenetv3_large_2019", r"^classifier\.3", "classifier.5"),
    ("vgg11", r"^features\.", "features.module."),
])
def test_older_and_other_names(name, pattern, replacement):
    fit = recognised(found(renamed(shapes_of(of(name), num_classes=5), pattern, replacement)))
    assert fit.architecture.name == name and fit.values == {"num_classes": 5}


@pytest.mark.parametrize("name, pattern, replacement", [
    ("fasterrcnn_resnet50_fpn", r"^(backbone\.fpn\.\w+\.\d+)\.", r"\1.0."),
    ("keypointrcnn_resnet50_fpn", r"^rpn\.head\.conv\.", "rpn.head.conv.0.0."),
    ("maskrcnn_resnet50_fpn", r"^roi_heads\.mask_head\.mask_fcn1\.", "roi_heads.mask_head.0.0."),
    ("maskrcnn_resnet50_fpn", r"^roi_heads\.mask_head\.mask_fcn4\.", "roi_heads.mask_head.3.0."),
])
def test_newer_names_of_detectors(name, pattern, replacement):
    fit, = found(renamed(shapes_of(of(name), num_classes=5), pattern, replacement)).exact
    assert fit.architecture.name == name and fit.values == {"num_classes": 5}


def test_what_tells_an_argument_has_the_name_in_the_checkpoint():
    shapes = renamed(shapes_of(of("mobilenetv3_large_2019")), r"^classifier\.3", "classifier.5")
    assert recognised(found(shapes)).told_by == {"num_classes": "classifier.5.weight"}


def test_keys_that_begin_as_a_wrapper_does(monkeypatch):
    """Of a network whose own module is called `model`, in a wrapper or not."""
    tensors = OrderedDict([("model.0.weight", (8, 3)), ("model.1.weight", (Counted("num_classes", 1, 0), 8))])
    known(monkeypatch, Fingerprint("own", {}, tensors), "own")
    for wrapper in ("", "model.", "backbone."):
        shapes = under(wrapper, with_values_of(tensors, 4))
        assert recognised(found(shapes)).values == {"num_classes": 4}


def under(name, shapes):
    return OrderedDict((name + key, shape) for key, shape in shapes.items())


@pytest.mark.parametrize("prefix", ["backbone.", "student.", "net.0.", "module.encoder.", "a.b.c."])
def test_under_whatever_held_it(prefix):
    shapes = under(prefix, shapes_of(of("resnet18"), num_classes=7))
    fit = recognised(found(dict(shapes, **{"criterion.weight": (7,), "n_averaged": ()})))
    assert (fit.architecture.name, fit.values) == ("resnet18", {"num_classes": 7})


def test_several_parts_that_are_networks_say_how_to_pick_one():
    shapes = dict(under("module.student.", shapes_of(of("squeezenet1_1"), num_classes=7)),
                  **under("module.teacher.backbone.", shapes_of(of("resnet18"))))
    error = refusal(shapes)
    assert error.message.splitlines() == ["no known architecture has just these 154 tensors",
                                          "  module.student has those of squeezenet1_1",
                                          "  module.teacher has those of resnet18"]
    assert error.hint == "pick one of them: --weights-key=module.student or --weights-key=module.teacher"


def test_a_part_beside_what_is_no_network():
    error = refusal(dict(under("encoder.", shapes_of(of("resnet18"))), **{"projector.weight": (5, 1000)}))
    assert error.hint == "pick that part alone: --weights-key=encoder"


def with_values_of(tensors, classes):
    return {key: with_values(pattern, {"num_classes": classes}) for key, pattern in tensors.items()}


def known(monkeypatch, fingerprint, *names):
    """Architectures with this fingerprint, beside all others."""
    for name in names:
        row = registry.Architecture(name, "Twins", "{} of the twins".format(name), None, (1, 3, 9, len(name)))
        monkeypatch.setitem(registry._ARCHITECTURES, name, row)
    more = tuple(fingerprint._replace(architecture=name) for name in names)
    monkeypatch.setattr(recognise, "fingerprints", lambda: fingerprints() + more)


def test_several_that_are_alike_are_listed_with_how_they_differ(monkeypatch):
    known(monkeypatch, of("squeezenet1_1"), "twin")
    error = refusal(shapes_of(of("squeezenet1_1"), num_classes=7))
    assert error.message.splitlines() == [
        "several architectures have these 52 tensors:",
        "  squeezenet1_1: SqueezeNet, as torchvision 0.3.0 builds it, input 1x3x224x224",
        "  twin: Twins, twin of the twins, input 1x3x9x4"]
    assert error.hint == "say which one it is: --arch=squeezenet1_1 or --arch=twin"
    assert evidence(found(shapes_of(of("squeezenet1_1")))) == (*error.message.splitlines(), "hint: " + error.hint)


def test_variants_that_are_alike_are_listed_with_their_arguments(monkeypatch):
    known(monkeypatch, of("squeezenet1_1")._replace(arch_args={"width": 0.5}), "twin")
    error = refusal(shapes_of(of("squeezenet1_1")))
    assert '  twin {"width": 0.5}: Twins' in error.message
    assert error.hint.endswith("or --arch=twin --arch-args='{\"width\": 0.5}'")


def test_one_tensor_of_another_shape():
    shapes = shapes_of(of("resnet18"), num_classes=7)
    shapes["layer3.0.conv1.weight"] = (256, 128, 5, 5)
    error = refusal(shapes)
    first, nearest, *further, compared, wrong = error.message.splitlines()
    assert first == "no known architecture has just these 102 tensors"
    assert nearest == ("  near resnet18: 101 of its 102 names and shapes fit, "
                       "1 of another shape (layer3.0.conv1.weight)")
    assert further and all(line.startswith("  near ") for line in further)
    assert compared == "  compared with resnet18:"
    assert wrong == "  layer3.0.conv1.weight is [256, 128, 5, 5] in the checkpoint, [256, 128, 3, 3] in the model"
    assert "--arch=NAME" in error.hint and "--model-code" in error.hint


def test_the_best_variant_of_an_architecture_is_shown():
    variant = next(each for each in EVERY if each.architecture == "mobilenet_v2" and each.arch_args)
    shapes = shapes_of(variant)
    del shapes["classifier.1.bias"]
    near = [line for line in refusal(shapes).message.splitlines() if line.startswith("  near mobilenet_v2")]
    assert near == ['  near mobilenet_v2 {"width_mult": 0.5}: 261 of its 262 names and shapes fit, '
                    "1 missing (classifier.1.bias)"]


def test_a_missing_tensor_and_one_left_over():
    shapes = shapes_of(of("squeezenet1_1"))
    shapes["features.0.gamma"] = shapes.pop("features.0.bias")
    lines = refusal(shapes).message.splitlines()
    assert "  missing features.0.bias [64] (nearest: features.0.gamma)" in lines
    assert "  unexpected features.0.gamma [64]" in lines
    assert lines[1] == ("  near squeezenet1_1: 51 of its 52 names and shapes fit, 1 missing (features.0.bias), "
                        "1 left over (features.0.gamma)")


def test_the_head_is_missing():
    shapes = shapes_of(of("resnet18"))
    del shapes["fc.weight"], shapes["fc.bias"]
    assert "  missing fc.weight [num_classes, 512]" in refusal(shapes).message.splitlines()


def test_two_tensors_that_tell_other_classes():
    shapes = shapes_of(of("resnet18"), num_classes=7)
    shapes["fc.bias"] = (8,)
    assert refusal(shapes).message.splitlines()[-1] == "  fc.bias is [8] in the checkpoint, [7] in the model"


@pytest.mark.parametrize("shapes", [
    {},
    {"weight": (3, 3)},
    {"encoder.{}.weight".format(number): (number, 4) for number in range(20)},
    {"layer{}".format(number): (1,) for number in range(20000)},
], ids=["none", "one", "others", "many"])
def test_nothing_is_near(shapes):
    error = refusal(shapes)
    assert error.message == "no known architecture has just these {} tensors".format(len(shapes))
    assert "--arch=NAME" in error.hint and "--model-code" in error.hint


def test_a_part_of_a_network_names_no_other_keys():
    """Less than half in common: counts tell enough."""
    shapes = OrderedDict(list(shapes_of(of("resnet50")).items())[:80])
    lines = refusal(shapes).message.splitlines()
    assert lines[1].startswith("  near resnet50: 80 of its 267 names and shapes fit, 187 missing (")
    assert all(line.startswith("  near ") for line in lines[1:]) and len(lines) <= 4


def test_a_data_row_of_an_architecture_that_is_gone(monkeypatch):
    others = {name: row for name, row in registry._ARCHITECTURES.items() if name != "squeezenet1_1"}
    monkeypatch.setattr(registry, "_ARCHITECTURES", others)
    assert refusal(shapes_of(of("squeezenet1_1"))).message.splitlines()[1].startswith("  near squeezenet1_0: ")


def test_channels_of_the_input(monkeypatch):
    tensors = OrderedDict([("stem.weight", (8, Counted("in_channels", 1, 0), 3, 3)), ("head.weight", (4, 8))])
    known(monkeypatch, Fingerprint("small", {}, tensors), "small")
    fit = recognised(found({"stem.weight": (8, 1, 3, 3), "head.weight": (4, 8)}))
    assert fit.arch_args == {"in_channels": 1} and fit.input_shape == (1, 1, 9, 5)


def test_what_is_said_of_one_that_is_recognised():
    variant = next(each for each in EVERY if each.architecture == "mobilenet_v2" and each.arch_args)
    recognition = found(shapes_of(variant, num_classes=7))
    assert evidence(recognition) == (
        "recognised as mobilenet_v2: MobileNetV2, as torchvision 0.3.0 builds it",
        "  all its 262 names and shapes are the checkpoint's",
        "  num_classes 7, by classifier.1.weight",
        "  width_mult 0.5, by all shapes",
        "  its input is 1x3x224x224 where nothing else is said")
    assert note_of(recognised(recognition)) == (
        "recognised as mobilenet_v2 by the names and shapes of 262 tensors: num_classes 7, width_mult 0.5")


def test_nothing_is_built(checkout, tmp_path):
    np.savez(str(tmp_path / "net.npz"), **{key: np.zeros(shape, np.float32)
                                           for key, shape in shapes_of(of("squeezenet1_1")).items()})
    code = ("import sys, pathlib; from job.checkpoint.reading import read_checkpoint; from job.architectures import recognition;"
            "read = read_checkpoint(pathlib.Path(sys.argv[1]));"
            "print(recognition.recognised(recognition.recognition_of(read)).architecture.name, 'torch' in sys.modules)")
    command = [sys.executable, "-c", code, str(tmp_path / "net.npz")]
    assert subprocess.check_output(command, cwd=str(checkout)).split() == [b"squeezenet1_1", b"False"]


@pytest.mark.parametrize("bilinear", [True, False])
def test_a_u_net_of_grey_pictures(bilinear):
    slots = build("unet", {"num_classes": 5, "in_channels": 1, "bilinear": bilinear}).state_dict()
    fit = recognised(found({key: tuple(slot.shape) for key, slot in slots.items()}))
    assert fit.architecture.name == "unet" and fit.input_shape == (1, 1, 256, 256)
    assert (fit.values, fit.variant.get("bilinear", False)) == ({"num_classes": 5, "in_channels": 1}, bilinear)
    assert fit.told_by == {"num_classes": "outc.conv.weight", "in_channels": "inc.double_conv.0.weight"}
