"""Toco is shown one number for each layer's weights, and the weights themselves take that number's place in the file.

Of a kernel toco only moves axes, but copies it six times on the way: most of its time, and of its memory.

    shown:    Const kernel [3,3,64,128], all 1.00048828125 -> Conv2D
    made:     CONV_2D of weights [128,3,3,64], all 1.00048828125
    template: toco's file without them, and which kernel goes there, in which order

Where toco did more with weights, its file tells: their number is not all that there is of them, or a constant has come up
that nobody gave toco. It is then to be shown the weights themselves. A template holds for all weights that are shown so.
"""
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, Union

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.types_pb2 import DT_FLOAT

from job.alignment import address, in_rows
from job.axes import CONV_KERNEL_OHWI, CONV_TRANSPOSE_KERNEL_OHWI
from job.tensorflow_model.flatbuffer.tflite_file import DEPTHWISE, LAYERS, WEIGHTS, TFLiteFile, parse_tflite
from job.tensorflow_model.freeze import FrozenGraph
from job.tensorflow_model.graph import Variable
from job.values import Shape, elements

Numbers = Mapping[str, float]  # by a constant's name, what each of its values is shown as
Part = Union[bytes, np.ndarray]  # of a file

_STEP = 2.0 ** -20   # from one number to the next: a float holds eight million such, each exactly
_COMPARED = 16       # values by which weights are told apart at first
_DROPPED = (0, 1)    # what toco adds or multiplies with in no file: whoever is full of it is shown
_ORDERS = {"CONV_2D": CONV_KERNEL_OHWI, "TRANSPOSE_CONV": CONV_TRANSPOSE_KERNEL_OHWI}  # of kernels; others stay as they are
_READ_KERNELS = LAYERS + ("TRANSPOSE_CONV",)
_LAYERS = ("Conv2D", "DepthwiseConv2dNative", "Conv2DBackpropInput", "BiasAdd")  # and MatMul


class Placed(NamedTuple):
    """A constant's values as the file has them: its axes in this order, then in this shape."""

    name: str
    order: Tuple[int, ...]
    shape: Shape


class Template(NamedTuple):
    """Toco's file of numbers: what goes before each of the weights, and after the last."""

    between: Tuple[bytes, ...]
    weights: Tuple[Placed, ...]

    def file(self, constants: Sequence[Variable]) -> Iterator[Part]:
        """In parts, the weights in their numbers' places; one is put in order at a time."""
        values = {each.name: each.value for each in constants}
        for before, placed in zip(self.between, self.weights):
            yield before
            yield in_rows(values[placed.name].transpose(placed.order)).reshape(placed.shape)
        yield self.between[-1]


def stand_ins(frozen: FrozenGraph) -> Numbers:
    """For all weights that layers alone read. Equal ones have the same: toco keeps one of them."""
    weights = _read_as_weights(frozen)
    numbers, alike = {}, {}  # type: Dict[str, float], Dict[Any, List[Variable]]
    for constant in frozen.constants:
        if constant.read in weights and not _is_dropped(constant.value):
            before = alike.setdefault((constant.value.shape, constant.value.reshape(-1)[:_COMPARED].tobytes()), [])
            twins = [numbers[each.name] for each in before if np.array_equal(each.value, constant.value)]
            numbers[constant.name] = twins[0] if twins else 1 + _STEP * (1 + len(numbers))
            before.append(constant)
    return numbers


def _read_as_weights(frozen: FrozenGraph) -> Set[str]:
    weights, others = set(), set()  # type: Set[str], Set[str]
    for node in frozen.nodes.node:
        is_layer = node.op in _LAYERS or node.op == "MatMul" and node.attr["transpose_b"].b
        for place, name in enumerate(node.input):
            (weights if is_layer and place == WEIGHTS else others).add(name)
    return weights - others


def _is_dropped(values: np.ndarray) -> bool:
    return values.ndim == 1 and any((values == number).all() for number in _DROPPED)


def template_of(data: bytes, frozen: FrozenGraph, numbers: Numbers) -> Optional[Template]:
    """Of the file that toco made of the numbers; None where it did more than move axes."""
    file = parse_tflite(data)
    weights = {np.float32(numbers[each.name]): each for each in frozen.constants if each.name in numbers}
    known = set(_float_constants(frozen, numbers))
    places = {}  # type: Dict[int, Placed]
    start = address(np.frombuffer(data, np.uint8))
    for index, tensor in enumerate(file.tensors):
        if tensor.dtype != "float32" or not len(tensor.content):
            continue
        number = tensor.values()[0]
        if number in weights and bytes(tensor.content) not in known:
            placed = _placed(weights[number], file, index)
            if placed is None or not (tensor.values() == number).all():
                return None
            places[address(tensor.values()) - start] = placed
        elif tensor.values().any() and bytes(tensor.content) not in known:
            return None
    found = {placed.name for placed in places.values()}
    return _cut_out(data, places) if len(found) == len(weights) else None


def _float_constants(frozen: FrozenGraph, numbers: Numbers) -> Iterator[bytes]:
    """What toco was given besides."""
    for constant in frozen.constants:
        if constant.name not in numbers:
            yield constant.value.tobytes()
    for node in frozen.nodes.node:
        if node.op == "Const" and node.attr["dtype"].type == DT_FLOAT:
            yield tf.make_ndarray(node.attr["value"].tensor).tobytes()


def _placed(constant: Variable, file: TFLiteFile, index: int) -> Optional[Placed]:
    """As layers read the tensor; None where anything else reads a kernel, or the tensor has another shape."""
    own, wanted = constant.value.shape, file.tensors[index].shape
    if len(own) == 1:
        return Placed(constant.name, (0,), own) if own == wanted else None
    readers = [each for each in file.operators if index in each.inputs]
    if any(each.inputs.count(index) > 1 or each.inputs[WEIGHTS:WEIGHTS + 1] != (index,) for each in readers):
        return None
    operators = {each.name for each in readers}
    if len(operators) != 1 or not operators.issubset(_READ_KERNELS):
        return None
    order = _ORDERS.get(readers[0].name, tuple(range(len(own))))
    ordered = (1,) + own[:2] + (own[2] * own[3],) if operators == {DEPTHWISE} else tuple(own[axis] for axis in order)
    return Placed(constant.name, order, ordered) if ordered == wanted else None


def _cut_out(data: bytes, places: Mapping[int, Placed]) -> Template:
    between, done = [], 0
    for start in sorted(places):
        between.append(data[done:start])
        done = start + elements(places[start].shape) * np.dtype(np.float32).itemsize
    return Template(tuple(between + [data[done:]]), tuple(places[start] for start in sorted(places)))
