"""Forms of operators that ONNX allows and PyTorch's exporter never writes: a node each, its inputs and weights."""
import itertools
from typing import Any, Iterator, Mapping, NamedTuple, Sequence, Tuple

import numpy as np
import onnx
from onnx import helper

from tests.onnx_backend.small_models import model

MAP, ROWS, VOLUME = (2, 3, 6, 5), (2, 4, 5), (2, 2, 4, 5, 6)


class Form(NamedTuple):
    op: str
    attributes: Mapping[str, Any]
    inputs: Mapping[str, Tuple[int, ...]]
    weights: Mapping[str, np.ndarray]
    names: Sequence[str]  # of all inputs in the node's order, '' for one that is absent
    outputs: int = 1

    @property
    def id(self) -> str:
        shapes = [self.inputs[name] for name in self.inputs] + [value.shape for value in self.weights.values()]
        return "{} of {}: {}".format(self.op, shapes, dict(self.attributes))

    def model(self) -> onnx.ModelProto:
        outputs = ["y{}".format(place) for place in range(self.outputs)]
        node = helper.make_node(self.op, list(self.names), outputs, **self.attributes)
        made = model([node], self.inputs, outputs, 10, self.weights)
        for output in made.graph.output:
            output.ClearField("type")  # the runtime infers it
        return made


def drawn(*shape: int) -> np.ndarray:
    return np.random.RandomState(sum(shape)).randn(*shape).astype(np.float32)


def _form(op: str, shapes: Sequence[Tuple[int, ...]], *weights: np.ndarray, outputs: int = 1, **attributes: Any) -> Form:
    inputs = {"x{}".format(place): shape for place, shape in enumerate(shapes)}
    named = {"w{}".format(place): value for place, value in enumerate(weights)}
    return Form(op, attributes, inputs, named, list(inputs) + list(named), outputs)


def _pools() -> Iterator[Form]:
    windows = ((MAP, [2, 3], [1, 1]), (MAP, [3, 2], [2, 1]), (ROWS, [3], [2]), (VOLUME, [2, 2, 2], [1, 1, 1]))
    for op, (shape, kernel, strides) in itertools.product(("AveragePool", "MaxPool"), windows):
        count = len(kernel)
        for rule in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield _form(op, [shape], kernel_shape=kernel, strides=strides, auto_pad=rule)
        yield _form(op, [shape], kernel_shape=kernel, strides=strides, pads=[1] * count + [0] * count, ceil_mode=1)
        if op == "MaxPool":
            yield _form(op, [shape], kernel_shape=kernel, strides=strides, dilations=[2] * count, pads=[1] * 2 * count)
        else:
            yield _form(op, [shape], kernel_shape=kernel, pads=[0] * count + [1] * count, count_include_pad=1)


def _convolutions() -> Iterator[Form]:
    for shape, kernel in ((MAP, (4, 3, 3, 2)), (ROWS, (6, 4, 3)), (VOLUME, (3, 2, 2, 2, 2))):
        count, turned = len(kernel) - 2, drawn(kernel[1], kernel[0], *kernel[2:])
        for rule, stride in itertools.product(("SAME_UPPER", "SAME_LOWER", "VALID"), (1, 2)):
            yield _form("Conv", [shape], drawn(*kernel), strides=[stride] * count, auto_pad=rule)
            yield _form("ConvTranspose", [shape], turned, strides=[stride] * count, auto_pad=rule)
        asked = [2 * size + 1 for size in shape[2:]]
        yield _form("ConvTranspose", [shape], turned, drawn(kernel[0]), strides=[2] * count, output_shape=asked)


def _sizes() -> Iterator[Form]:
    scales = ((1, 1, 2, 3), (1, 1, .5, .5), (1, 1, 1.5, 1.7), (1, 1, .6, .4))
    for each, mode, shape in itertools.product(scales, ("nearest", "linear"), ((1, 2, 4, 6), (2, 3, 5, 7))):
        yield _form("Resize", [shape], np.float32(each), mode=mode)
    yield _form("Resize", [ROWS], np.float32([1, 1, 2]), mode="nearest")
    for shape in (MAP, ROWS, (3, 4)):
        for mode in ("constant", "edge", "reflect"):
            yield _form("Pad", [shape], mode=mode, pads=[1] * 2 * len(shape))
        yield _form("Pad", [shape], mode="edge", pads=[-1] + [2] * (2 * len(shape) - 1))
    for size, bias in ((3, 1.5), (5, 1.0)):
        yield _form("LRN", [(2, 7, 3, 4)], size=size, alpha=0.1, beta=0.6, bias=bias)


def _axes() -> Iterator[Form]:
    for shape in (MAP, ROWS, (3, 4), VOLUME):
        rank = len(shape)
        for axis in range(-rank, rank):
            for op in ("Softmax", "LogSoftmax", "Hardmax", "ArgMin"):
                yield _form(op, [shape], axis=axis)
            yield _form("Slice", [shape], *(np.array([each]) for each in (-1, -2 ** 31, axis, -1)))
            yield _form("Gather", [shape], np.array([[0, -1]]), axis=axis)
        for axis in range(rank + 1):
            yield _form("Flatten", [shape], axis=axis)


def _gemms() -> Iterator[Form]:
    for turned, weight_turned, bias in itertools.product((0, 1), (0, 1), ((5,), (3, 5), (3, 1), (1, 5))):
        x, weight = (4, 3) if turned else (3, 4), (5, 4) if weight_turned else (4, 5)
        attributes = {"transA": turned, "transB": weight_turned, "alpha": 0.5, "beta": 2.0}
        yield _form("Gemm", [x], drawn(*weight), drawn(*bias), **attributes)
        yield _form("Gemm", [x, weight, bias], **attributes)


def _recurrent() -> Iterator[Form]:
    length, batch, size, hidden = 4, 2, 3, 5
    for (op, gates), direction in itertools.product((("RNN", 1), ("GRU", 3), ("LSTM", 4)),
                                                    ("forward", "reverse", "bidirectional")):
        ways = 2 if direction == "bidirectional" else 1
        weights = {"w": drawn(ways, gates * hidden, size), "r": drawn(ways, gates * hidden, hidden)}
        plain = {"hidden_size": hidden, "direction": direction}
        x, state = {"x": (length, batch, size)}, {"h": (ways, batch, hidden)}
        yield Form(op, plain, x, weights, ["x", "w", "r"], 3 if op == "LSTM" else 2)
        weights["b"] = drawn(ways, 2 * gates * hidden)
        if op == "LSTM":
            weights["p"], state["c"] = drawn(ways, 3 * hidden), (ways, batch, hidden)
        names = ["x", "w", "r", "b", "", "h"] + (["c", "p"] if op == "LSTM" else [])
        chosen = {"activations": ["Tanh", "Sigmoid", "Relu"][:{"RNN": 1, "GRU": 2, "LSTM": 3}[op]] * ways}
        before = {"linear_before_reset": 1} if op == "GRU" else {}
        yield Form(op, dict(plain, **chosen, **before), dict(x, **state), weights, names, 3 if op == "LSTM" else 2)


def _rest() -> Iterator[Form]:
    for op in ("Max", "Min", "Sum", "Mean"):
        yield _form(op, [MAP])
        yield _form(op, [MAP, (3, 1, 1), (5,)])
        yield _form(op, [MAP, MAP, (6, 1), MAP, (1,)])
    for shape in (MAP, ROWS, (3, 4)):
        yield _form("PRelu", [shape], drawn(*shape[1:]))
        yield _form("ThresholdedRelu", [shape], alpha=-0.3)
        yield _form("Shrink", [shape], lambd=0.3, bias=0.1)
        yield _form("Selu", [shape], alpha=1.2, gamma=0.7)
        yield _form("Tile", [shape], np.array([2] * len(shape)))
        yield _form("Compress", [shape], np.array([True, False, True]))


FORMS = tuple(itertools.chain(_pools(), _convolutions(), _sizes(), _axes(), _gemms(), _recurrent(), _rest()))
