"""The networks the job is made for, each converted whole, unedited, at its own size and at another."""
from typing import NamedTuple, Tuple

import numpy as np
import pytest
import torch
from job.architectures.build import build
from job.architectures.load import load_weights
from tests.models import blocky_images, noise_images, seeded_weights, settle_statistics
from tests.published import convert

STAGES = ["pytorch", "onnx", "keras", "saved_model", "tflite.float32"]
SEED = 0
OTHER_SIZE = (192, 256)
FLOAT_TOLERANCE = 1e-4  # of the reference's range

# Names that published checkpoints use for the same layers: (in the file, in the module).
LARGE_2019_AS_PUBLISHED = (("classifier.1.", "classifier.0."), ("classifier.5.", "classifier.3."))


class Case(NamedTuple):
    """One network. ``quantize`` is none where one scale per tensor drowns what a random network has to say.

    The gate rightly refuses most seeds of those; tests/trained shows what quantising does to trained ones.
    """

    arch: str
    slow: bool = False
    operators: int = 0  # at most, in the float32 file at the default size; 0: no aim is set
    plumbing: int = 0  # of them PAD, RESHAPE, TRANSPOSE and the like
    renamed: Tuple[Tuple[str, str], ...] = ()
    quantize: str = "dynamic"


CASES = (
    Case("mobilenetv3_large", operators=202, plumbing=32),
    Case("mobilenetv3_small"),
    Case("mobilenetv3_large_2019"),
    Case("mobilenetv3_large_2019", renamed=LARGE_2019_AS_PUBLISHED),
    Case("mobilenetv3_small_2019", quantize="none"),
    Case("resnet18"),
    Case("resnet50", slow=True, operators=77, plumbing=5, quantize="none"),
    Case("alexnet", slow=True),
    Case("vgg11", slow=True),
    Case("vgg11_bn", slow=True),
    Case("squeezenet1_0"),
    Case("squeezenet1_1", operators=39, plumbing=1),
    Case("mobilenet_v2", operators=69, plumbing=5),
    Case("densenet121", slow=True, operators=311, plumbing=3),
)


def parameters():
    for case in CASES:
        marks = [pytest.mark.slow] if case.slow else []
        name = case.arch + ("-as-published" if case.renamed else "")
        for size in ((224, 224), OTHER_SIZE):
            yield pytest.param(case, size, marks=marks, id="{}-{}x{}".format(name, *size))


def network(case, shape):
    """Seeded, and settled at the size it will see, as a trained network is."""
    module = build(case.arch, {})
    load_weights(module, seeded_weights(module, SEED))
    settle_statistics(module, torch.cat([blocky_images(shape, SEED), noise_images(shape, SEED)]))
    return module


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
        return module(x).numpy()


def assert_close(answer, reference):
    assert answer.shape == reference.shape
    assert np.abs(answer - reference).max() <= FLOAT_TOLERANCE * np.ptp(reference)


@pytest.mark.parametrize("case, size", parameters())
def test_converts_whole_and_right(case, size, tmp_path):
    module = network(case, (1, 3) + size)
    checkpoint = write_checkpoint(tmp_path / "net.pth", case, module)
    shape = "--input-shape=1,3,{},{}".format(*size)
    published = convert(
        checkpoint, tmp_path / "out", "--arch=" + case.arch, shape, "--quantize=" + case.quantize
    )
    stages = STAGES + (["tflite.dynamic"] if case.quantize == "dynamic" else [])
    assert published.parity["verdict"] == "passed"
    assert [stage["stage"] for stage in published.parity["stages"] if stage["passed"]] == stages

    _, saved_model = published.file("saved_model")
    assert saved_model["batch"] == {"size": "any", "reason": None}
    several = torch.cat([make((1, 3) + size, seed=7) for make in (blocky_images, noise_images)])
    assert_close(published.answer("saved_model", several.numpy()), answer_of(module, several))
    assert_close(published.answer("float32", several[:1].numpy()), answer_of(module, several[:1]))

    _, float32 = published.file("float32")
    assert (float32["inputs"][0]["name"], float32["outputs"][0]["name"]) == ("image_array", "category")
    assert float32["inputs"][0]["shape"] == [1, size[0], size[1], 3]
    if case.operators and size == (224, 224):
        assert float32["nodes"] <= case.operators
        assert float32["plumbing"] <= case.plumbing
