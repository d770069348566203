"""A number a channel that multiplies a map, and one that is added to that, as one layer: what a BatchNorm is where no
convolution before it takes it, as after a Concat.

    before: x -> MUL a [C] -> ADD b [C] and its activation -> y
    after:  x -> DEPTHWISE_CONV_2D of weights a [1,1,1,C], biases b [C], and its activation -> y

In int8 both constants would have one scale for all channels, and the product one of its own. The layer holds `a` exactly
and `b` in 32 bits, and rounds once.
"""
from typing import Iterator, NamedTuple, Tuple

from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile
from job.tensorflow_model.quantised.depthwise_layers import depthwise_layer
from job.tensorflow_model.quantised.int8_operators import has_depthwise_kernel

_MAP = 4  # axes


class _Affine(NamedTuple):
    x: int
    factors: int
    terms: int
    product: int  # the MUL's number among the operators
    total: int  # the ADD's

    def layer_inputs(self) -> Tuple[int, int, int]:
        return self.x, self.factors, self.terms


def with_affine_layers(file: TFLiteFile) -> TFLiteFile:
    """The same network. Tensors keep their indices."""
    found = {each.total: each for each in _affines(file)}
    factors = {each.factors: file.tensors[each.factors] for each in found.values()}
    weights = {index: tensor._replace(shape=(1, 1, 1) + tensor.shape) for index, tensor in factors.items()}
    gone = {each.product for each in found.values()}
    return file.with_tensors(weights)._replace(operators=tuple(
        depthwise_layer(found[number].layer_inputs(), each) if number in found else each
        for number, each in enumerate(file.operators) if number not in gone))


def _affines(file: TFLiteFile) -> Iterator[_Affine]:
    read = [index for operator in file.operators for index in operator.inputs]
    makers = {operator.outputs[0]: number for number, operator in enumerate(file.operators)}
    for number, total in enumerate(file.operators):
        for product, terms in (total.inputs, total.inputs[::-1]) if total.name == "ADD" else ():
            maker = file.operators[makers[product]] if product in makers else None
            if maker is None or maker.name != "MUL" or maker.activation != "NONE" or product in file.outputs:
                continue
            x, factors = sorted(maker.inputs, key=lambda index: len(file.tensors[index].shape))[::-1]
            once = all(read.count(index) == 1 for index in (product, factors, terms))
            if once and _one_a_channel(file, x, factors) and _one_a_channel(file, x, terms):
                yield _Affine(x, factors, terms, makers[product], number)


def _one_a_channel(file: TFLiteFile, x: int, constant: int) -> bool:
    shape = file.tensors[x].shape
    return (len(shape) == _MAP and has_depthwise_kernel(shape[-1]) and file.tensors[constant].shape == shape[-1:]
            and len(file.tensors[constant].content) > 0)
