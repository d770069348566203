"""Toco is shown one number for each layer's kernel, and the kernel itself takes that number's place in the file.

Of a kernel toco only moves axes, but copies it six times on the way: most of its time, and of its memory.

    shown:  Const kernel [3,3,64,128], all 1.00048828125 -> Conv2D
    made:   CONV_2D of weights [128,3,3,64], all 1.00048828125
    file:   CONV_2D of weights [128,3,3,64], the kernel in this order

Where toco did more with a kernel, the file tells: its number is not all that there is of it, or a constant has come up
that nobody gave toco. It is then to be shown the kernels themselves.
"""
from typing import Any, Dict, Iterator, List, Mapping, Optional, Set, Tuple, Union

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.types_pb2 import DT_FLOAT

from job.alignment import address
from job.axes import CONV_KERNEL_OHWI, CONV_TRANSPOSE_KERNEL_OHWI
from job.tensorflow_model.flatbuffer.tflite_file import DEPTHWISE, WEIGHTS, Tensor, TFLiteFile, parse_tflite
from job.tensorflow_model.freeze import FrozenGraph
from job.tensorflow_model.graph import Variable

Numbers = Mapping[str, float]  # by a constant's name, what each of its values is shown as
Part = Union[memoryview, np.ndarray]  # of a file

_STEP = 2.0 ** -20   # from one number to the next: a float holds eight million such, each exactly
_COMPARED = 16       # values by which kernels are told apart at first
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative", "Conv2DBackpropInput")


def stand_ins(frozen: FrozenGraph) -> Numbers:
    """For each kernel that layers alone read. Equal ones have the same: toco keeps one of them."""
    kernels = _read_as_kernels(frozen)
    numbers, alike = {}, {}  # type: Dict[str, float], Dict[Any, List[Variable]]
    for constant in frozen.constants:
        if constant.read in kernels:
            before = alike.setdefault((constant.value.shape, constant.value.reshape(-1)[:_COMPARED].tobytes()), [])
            twins = [numbers[each.name] for each in before if np.array_equal(each.value, constant.value)]
            numbers[constant.name] = twins[0] if twins else 1 + _STEP * (1 + len(numbers))
            before.append(constant)
    return numbers


def _read_as_kernels(frozen: FrozenGraph) -> Set[str]:
    kernels, others = set(), set()  # type: Set[str], Set[str]
    for node in frozen.nodes.node:
        is_layer = node.op in _CONVOLUTIONS or node.op == "MatMul" and node.attr["transpose_b"].b
        for place, name in enumerate(node.input):
            (kernels if is_layer and place == WEIGHTS else others).add(name)
    return kernels - others


def with_kernels(data: bytes, frozen: FrozenGraph, numbers: Numbers) -> Optional[Iterator[Part]]:
    """The file in parts, each kernel in its number's place; None where toco did more than move axes."""
    file = parse_tflite(data)
    kernels = {np.float32(numbers[each.name]): each.value for each in frozen.constants if each.name in numbers}
    known = set(_float_constants(frozen, numbers))
    weights, found = [], set()  # type: List[Tuple[Tensor, np.ndarray]], Set[np.float32]
    for index, tensor in enumerate(file.tensors):
        if tensor.dtype != "float32" or not len(tensor.content):
            continue
        number = tensor.values()[0]
        if number in kernels:
            kernel = _in_order(kernels[number], file, index)
            if kernel is None or not (tensor.values() == number).all():
                return None
            weights.append((tensor, kernel))
            found.add(number)
        elif tensor.values().any() and bytes(tensor.content) not in known:
            return None
    return _parts(data, weights) if len(found) == len(kernels) else None


def _float_constants(frozen: FrozenGraph, numbers: Numbers) -> Iterator[bytes]:
    """What toco was given besides."""
    for constant in frozen.constants:
        if constant.name not in numbers:
            yield constant.value.tobytes()
    for node in frozen.nodes.node:
        if node.op == "Const" and node.attr["dtype"].type == DT_FLOAT:
            yield tf.make_ndarray(node.attr["value"].tensor).tobytes()


def _in_order(kernel: np.ndarray, file: TFLiteFile, index: int) -> Optional[np.ndarray]:
    """As the layers that read the tensor want it; None where anything else reads it, or wants another shape."""
    readers = [each for each in file.operators if index in each.inputs]
    if any(each.inputs.count(index) > 1 or each.inputs[WEIGHTS:WEIGHTS + 1] != (index,) for each in readers):
        return None
    shape, operators = file.tensors[index].shape, {each.name for each in readers}
    if operators == {"CONV_2D"}:
        kernel = kernel.transpose(CONV_KERNEL_OHWI)
    elif operators == {"TRANSPOSE_CONV"}:
        kernel = kernel.transpose(CONV_TRANSPOSE_KERNEL_OHWI)
    elif operators == {DEPTHWISE}:
        kernel = kernel.reshape((1,) + kernel.shape[:2] + (-1,))
    elif operators != {"FULLY_CONNECTED"}:
        return None
    return kernel if kernel.shape == shape else None


def _parts(data: bytes, weights: List[Tuple[Tensor, np.ndarray]]) -> Iterator[Part]:
    """What goes before each kernel, and it; one is put in order at a time."""
    whole, done = memoryview(data), 0
    start = address(np.frombuffer(data, np.uint8))
    places = {address(tensor.values()) - start: kernel for tensor, kernel in weights}
    for place in sorted(places):
        yield whole[done:place]
        yield np.ascontiguousarray(places[place])
        done = place + places[place].nbytes
    yield whole[done:]
