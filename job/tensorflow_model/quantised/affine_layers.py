"""A number a channel that multiplies a map, and one that is added to that, as one layer: what a BatchNorm is where no
convolution before it takes it, as after a Concat.

    before: x -> MUL a [C] -> ADD b [C] and its activation -> y
    after:  x -> DEPTHWISE_CONV_2D of weights a [1,1,1,C], biases b [C], and its activation -> y

In int8 both constants would have one scale for all channels, and the product one of its own. The layer holds `a` exactly
and `b` in 32 bits, and rounds once.
"""
import struct
from typing import Iterator, NamedTuple

from job.tensorflow_model.flatbuffer.edit import append_operator, append_shape, entry, keep_operators, point
from job.tensorflow_model.flatbuffer.operator_codes import code_of
from job.tensorflow_model.flatbuffer.tables import Table, root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    ACTIVATIONS, GRAPH_OPERATORS, GRAPH_TENSORS, MODEL_SUBGRAPHS, OPERATOR_INPUTS, OPERATOR_OPTIONS, OPERATOR_OPTIONS_KIND,
    TENSOR_SHAPE, Operator, TFLiteFile, constant_values, parse_tflite,
)

_LAYER = "DEPTHWISE_CONV_2D"
_OPTIONS_KIND = 2  # of such a layer's options
_VALID, _ONE = 1, 1  # its padding; its strides, and how many channels it makes of one
_MAP = 4  # axes


class _Affine(NamedTuple):
    x: int
    factors: int
    terms: int
    product: int  # the MUL's number among the operators
    total: int  # the ADD's


def with_affine_layers(float32: bytes) -> bytes:
    """The same network. Tensors keep their indices."""
    file = parse_tflite(float32)
    found = list(_affines(float32, file))
    if not found:
        return float32
    data = bytearray(float32)
    code = code_of(data, _LAYER)
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    for each in found:
        factors = graph.tables(GRAPH_TENSORS)[each.factors]
        point(data, factors.place(TENSOR_SHAPE), append_shape(data, (1, 1, 1) + file.tensors[each.factors].shape))
        layer = _append_layer(data, each, file.operators[each.total], code)
        point(data, entry(graph, GRAPH_OPERATORS, each.total), layer)
    gone = {each.product for each in found}
    keep_operators(data, [number for number in range(len(file.operators)) if number not in gone])
    return bytes(data)


def _affines(float32: bytes, file: TFLiteFile) -> Iterator[_Affine]:
    read = [index for operator in file.operators for index in operator.inputs]
    makers = {operator.outputs[0]: number for number, operator in enumerate(file.operators)}
    for number, total in enumerate(file.operators):
        for product, terms in (total.inputs, total.inputs[::-1]) if total.name == "ADD" else ():
            maker = file.operators[makers[product]] if product in makers else None
            if maker is None or maker.name != "MUL" or maker.activation != "NONE" or product in file.outputs:
                continue
            x, factors = sorted(maker.inputs, key=lambda index: len(file.tensors[index].shape))[::-1]
            once = all(read.count(index) == 1 for index in (product, factors, terms))
            if once and _one_a_channel(float32, file, x, factors) and _one_a_channel(float32, file, x, terms):
                yield _Affine(x, factors, terms, makers[product], number)


def _one_a_channel(float32: bytes, file: TFLiteFile, x: int, constant: int) -> bool:
    shape = file.tensors[x].shape
    return (len(shape) == _MAP and file.tensors[constant].shape == shape[-1:]
            and constant_values(float32, constant, "<f4").size == shape[-1])


def _append_layer(data: bytearray, affine: _Affine, total: Operator, code: int) -> int:
    """An Operator like that of the sum, with its outputs."""
    operators = root_table(data).tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_OPERATORS)
    layer = Table(data, append_operator(data, operators[affine.total], code))
    point(data, layer.place(OPERATOR_INPUTS), append_shape(data, (affine.x, affine.factors, affine.terms)))
    data[layer.place(OPERATOR_OPTIONS_KIND)] = _OPTIONS_KIND
    point(data, layer.place(OPERATOR_OPTIONS), _append_options(data, ACTIVATIONS.index(total.activation)))
    return layer.position


def _append_options(data: bytearray, activation: int) -> int:
    """DepthwiseConv2DOptions: fields 0 (padding), 1, 2 (strides), 3 (channels of one) and 4 (activation)."""
    layout = append_shape(data, ())
    data.extend(struct.pack("<HHHHHHHxx", 14, 20, 16, 4, 8, 12, 17))
    table = len(data)
    data.extend(struct.pack("<iiiiBBxx", table - layout - 4, _ONE, _ONE, _ONE, _VALID, activation))
    return table
