"""Networks that have a name, one of a family at least: right at every stage, in as many operators as measured."""
from typing import NamedTuple, Tuple

import numpy as np
import pytest
import torch
from job.architectures import find
from job.architectures.figures import measured
from job.values import Shape
from tests.architectures.measuring import structure
from tests.architectures.representatives import representatives
from tests.architectures.sizes import SMALL, small_size
from tests.models import blocky_images, noise_images, seeded_module
from tests.published import convert

STAGES = ["pytorch", "onnx", "keras", "saved_model", "tflite.float32"]
FLOAT_TOLERANCE = 1e-4  # of the reference's range

OTHER_SIZE, OWN = (192, 256), (224, 224)
POOLED_TO_THEIR_OWN = ("AlexNet", "VGG")  # the last map, of 6 or 7 pixels at 224, to so many: another size costs more
SEVERAL_OUTPUTS = ("ssdlite320_mobilenet_v3_large",)  # test_detection.py has it

# Names that published checkpoints use for the same layers: (in the file, in the module).
LARGE_2019_AS_PUBLISHED = (("classifier.1.", "classifier.0."), ("classifier.5.", "classifier.3."))


class Case(NamedTuple):
    """One network. ``quantize`` is none where one scale per tensor drowns what a random network has to say.

    The gate rightly refuses most seeds of those; tests/trained shows what quantising does to trained ones.
    """

    arch: str
    size: Tuple[int, int]
    slow: bool = True
    quantize: str = "none"
    renamed: Tuple[Tuple[str, str], ...] = ()

    @property
    def shape(self) -> Shape:
        return (1, 3) + self.size


FAST = (
    Case("mobilenetv3_large", OWN, False, "dynamic"),
    Case("mobilenetv3_large", OTHER_SIZE, False, "dynamic"),
    Case("mobilenetv3_small", OWN, False, "dynamic"),
    Case("mobilenetv3_small", OTHER_SIZE, False),
    Case("mobilenetv3_large_2019", OTHER_SIZE, False, "dynamic"),
    Case("mobilenetv3_large_2019", OWN, False, "dynamic", LARGE_2019_AS_PUBLISHED),
    Case("mobilenetv3_small_2019", OWN, False),
    Case("resnet18", OTHER_SIZE, False, "dynamic"),
    Case("squeezenet1_0", OTHER_SIZE, False, "dynamic"),
    Case("squeezenet1_1", OWN, False, "dynamic"),
    Case("mobilenet_v2", OWN, False, "dynamic"),
    Case("mobilenet_v2", OTHER_SIZE, False, "dynamic"),
    Case("shufflenet_v2_x0_5", SMALL, False, "dynamic"),
    Case("googlenet", SMALL, False, "dynamic"),
)
EVERY = tuple(
    Case(each, OWN if find(each).family in POOLED_TO_THEIR_OWN else small_size(each))
    for each in representatives() if each not in SEVERAL_OUTPUTS
)
SLOW = tuple(case for case in EVERY if case[:2] not in [fast[:2] for fast in FAST]) + (
    Case("alexnet", OTHER_SIZE, quantize="dynamic"),
    Case("vgg11_bn", OTHER_SIZE),
    Case("resnet50", OWN, quantize="dynamic"),
    Case("densenet121", OTHER_SIZE, quantize="dynamic"),
    Case("deeplabv3_resnet50", OTHER_SIZE, quantize="dynamic"),
)


def parameters():
    for case in FAST + SLOW:
        marks = [pytest.mark.slow] if case.slow else []
        name = "{}-{}x{}{}".format(case.arch, *case.size, "-as-published" if case.renamed else "")
        yield pytest.param(case, marks=marks, id=name)


def write_checkpoint(path, case, module):
    """The module's weights under the names of its code, or of its published checkpoint."""
    state_dict = module.state_dict()
    for published, in_code in case.renamed:
        for key in [key for key in state_dict if key.startswith(in_code)]:
            state_dict[published + key[len(in_code):]] = state_dict.pop(key)
    torch.save(state_dict, str(path))
    return path


def answer_of(module, x):
    with torch.no_grad():
        answer = module(x)
    return (answer["out"] if isinstance(answer, dict) else answer).numpy()


def assert_close(answer, reference):
    assert answer.shape == reference.shape
    assert np.abs(answer - reference).max() <= FLOAT_TOLERANCE * np.ptp(reference)


@pytest.mark.parametrize("case", parameters())
def test_converts_whole_and_right(case, tmp_path):
    module = seeded_module(case.arch, shape=case.shape)
    checkpoint = write_checkpoint(tmp_path / "net.pth", case, module)
    published = convert(checkpoint, tmp_path / "out", "--arch=" + case.arch, "--quantize=" + case.quantize,
                        "--input-shape=" + ",".join(map(str, case.shape)))
    stages = STAGES + (["tflite.dynamic"] if case.quantize == "dynamic" else [])
    assert published.parity["verdict"] == "passed"
    assert [stage["stage"] for stage in published.parity["stages"] if stage["passed"]] == stages

    _, saved_model = published.file("saved_model")
    assert saved_model["batch"] == {"size": "any", "reason": None}
    several = torch.cat([make(case.shape, seed=7) for make in (blocky_images, noise_images)])
    assert_close(published.answer("saved_model", several.numpy()), answer_of(module, several))
    assert_close(published.answer("float32", several[:1].numpy()), answer_of(module, several[:1]))

    _, float32 = published.file("float32")
    output = "out" if find(case.arch).family == "Segmentation" else "category"
    assert (float32["inputs"][0]["name"], float32["outputs"][0]["name"]) == ("image_array", output)
    assert float32["inputs"][0]["shape"] == [1] + list(case.size) + [3]
    if case.size in (OWN, small_size(case.arch)):
        expected = measured()[case.arch]
        assert structure(published) == {name: getattr(expected, name) for name in ("operators", "plumbing", "kinds")}


@pytest.mark.slow
def test_an_auxiliary_output_is_kept_on_request(tmp_path):
    shape = (1, 3, 64, 96)
    module = seeded_module("fcn_resnet50", shape=shape, num_classes=3, aux_loss=True)
    torch.save(module.state_dict(), str(tmp_path / "net.pth"))
    published = convert(tmp_path / "net.pth", tmp_path / "out", "--arch=fcn_resnet50", "--arch-args={aux_loss: true}",
                        "--input-shape=1,3,64,96", "--quantize=none")
    assert published.parity["verdict"] == "passed"
    assert [(each["name"], each["shape"]) for each in published.file("float32")[1]["outputs"]] == [
        ("out", [1, 64, 96, 3]), ("aux", [1, 64, 96, 3])]


@pytest.mark.parametrize("arch", ["googlenet", pytest.param("inception_v3", marks=pytest.mark.slow)])
def test_another_range_of_input_costs_one_operator(tmp_path, arch):
    shape = (1, 3) + small_size(arch)
    module = seeded_module(arch, shape=shape, transform_input=True)
    torch.save(module.state_dict(), str(tmp_path / "net.pth"))
    published = convert(tmp_path / "net.pth", tmp_path / "out", "--arch=" + arch, "--arch-args={transform_input: true}",
                        "--input-shape=" + ",".join(map(str, shape)), "--quantize=none")
    plain, found = measured()[arch], structure(published)
    assert found == {"operators": plain.operators + 1, "plumbing": plain.plumbing, "kinds": plain.kinds}
    x = blocky_images(shape, seed=7)[:1]
    assert_close(published.answer("float32", x.numpy()), answer_of(module, x))
