"""figures.csv has every architecture, and no plumbing but what TensorFlow's SAME cannot express."""
import pytest
import torch

from job.architectures import names, refused
from job.architectures.build import build
from job.architectures.families.efficientnet_modules import SameConv2d
from job.architectures.figures import Figures, measured, write
from job.architectures.listing import lines
from job.keras_model.padding import Window, is_same
from tests.architectures.representatives import representatives
from tests.architectures.sizes import small_size

# The field's best float32 files: (operators, plumbing).
BEST = {
    "resnet50": (77, 5),
    "mobilenet_v2": (69, 5),
    "mobilenetv3_large": (202, 32),
    "squeezenet1_1": (39, 1),
    "densenet121": (311, 3),
    "vgg16": (24, 2),
}
RESHAPES = {"ssdlite320_mobilenet_v3_large": 12}  # of six maps each of two heads makes a list of anchors
# Its first gate needs the mean of a map of 190 x 190 pixels: TensorFlow adds one after the other, where PyTorch and
# ONNX Runtime add in parts; PyTorch's answer with sums of that kind is as far off.
LONG_SUMS = {"efficientnet_pytorch_b4": 7}
WINDOWS = (torch.nn.Conv2d, torch.nn.MaxPool2d, torch.nn.AvgPool2d)


def test_every_architecture_was_measured():
    """`scripts/architectures NAME` measures one that is missing."""
    assert tuple(measured()) == names()


@pytest.mark.parametrize("arch", names())
def test_no_stage_adds_to_the_noise_of_float32(arch):
    """How loud that noise is a random network's own matter: ONNX Runtime shows it, which has the graph as it is."""
    row = measured()[arch]
    assert 0 < row.onnx <= 1e-4
    for error in (row.keras, row.saved_model, row.float32):
        assert 0 < error <= LONG_SUMS.get(arch, 3) * row.onnx
    assert row.seconds > 0 and row.parameters > 1e5


@pytest.mark.parametrize("arch", BEST)
def test_no_more_operators_than_the_best_of_the_field(arch):
    row, (operators, plumbing) = measured()[arch], BEST[arch]
    assert row.operators <= operators and row.plumbing <= plumbing


@pytest.mark.parametrize("arch", representatives())
def test_every_pad_is_one_that_same_cannot_express(arch):
    """Counted in the PyTorch network itself."""
    row, pads, reshapes = measured()[arch], pads_of(arch), RESHAPES.get(arch, 0)
    kinds = [("PAD", pads), ("RESHAPE", reshapes)]
    assert row.plumbing == pads + reshapes
    assert row.kinds == ", ".join("{} {}".format(kind, count) for kind, count in kinds if count)


def pads_of(arch: str) -> int:
    module, found = build(arch, {}), []
    for tensor in module.state_dict().values():
        tensor.fill_(0)
    for layer in module.modules():
        if isinstance(layer, WINDOWS):
            layer.register_forward_hook(lambda layer, inputs, output: found.append(needs_pad(layer, inputs, output)))
    with torch.no_grad():
        module(torch.zeros((1, 3) + small_size(arch)))
    return sum(found)


def needs_pad(layer, inputs, output) -> bool:
    """An end that ceil_mode adds to a pool is no padding where the map ends before it: it is cut off."""
    if isinstance(layer, SameConv2d):
        return False  # padded by SAME's own rule
    size = inputs[0].shape[2:]
    kernel, strides, padding, dilations = (
        pair(getattr(layer, name, 1)) for name in ("kernel_size", "stride", "padding", "dilation"))
    spans = [(count - 1) * stride + (length - 1) * dilation + 1
             for count, stride, length, dilation in zip(output.shape[2:], strides, kernel, dilations)]
    end = tuple(max(span - have - before, 0) for span, have, before in zip(spans, size, padding))
    window = Window(kernel, strides, dilations, padding, end)
    return any(padding + end) and not is_same(window, size)


def pair(value):
    return tuple(value) if isinstance(value, tuple) else (value, value)


def test_the_listing_has_all_of_it():
    listed = lines()
    for name in names():
        assert sum(line.split()[:1] == [name] for line in listed) == 1
    for each in refused():
        assert [line for line in listed if line.startswith(each.name + ": refused: ")]


def test_figures_are_written_as_they_are_read(tmp_path):
    rows = list(measured().values())
    write(rows, tmp_path / "again.csv")
    assert list(measured(tmp_path / "again.csv").values()) == rows
    assert isinstance(rows[0], Figures)
