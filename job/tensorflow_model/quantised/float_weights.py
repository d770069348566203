"""Weights of a dynamic-range .tflite in float32 again, as the float32 file has them, where 8 bits do not serve.

TensorFlow Lite 1.14 has no depthwise convolution with int8 weights on float maps: at every run a DEQUANTIZE turns
them back. One scale for all their channels costs most of the accuracy, and saves hardly any bytes. And its
convolution with int8 weights on float maps knows no dilation: it computes another convolution, or overruns its
memory. Its fully connected layer with them knows no RELU_N1_TO_1: it ends the process.
"""
from typing import Iterator, Mapping, Tuple

from job.errors import StageFailed
from job.tensorflow_model.flatbuffer.tflite_file import LAYERS, Operator, Tensor, TFLiteFile

_DEPTHWISE, _CONV, _FULLY, _BACK = "DEPTHWISE_CONV_2D", "CONV_2D", "FULLY_CONNECTED", "DEQUANTIZE"
_WEIGHTS = 1    # the operator's input


def needs_float_weights(dynamic: TFLiteFile) -> bool:
    return bool(_without_kernel(dynamic)) or any(True for _ in _turned_back(dynamic))


def with_float_weights(dynamic: TFLiteFile, float32: TFLiteFile) -> TFLiteFile:
    """The dynamic file with the weights of depthwise and dilated convolutions of the float32 file of the same graph.

    Raises StageFailed where the two do not have the same operators.
    """
    sources = _float_weights(dynamic, float32)
    turned_back = dict(_turned_back(dynamic))
    constants = {back.outputs[0]: sources[depthwise.outputs] for back, depthwise in turned_back.items()}
    constants.update((index, sources[layer.outputs]) for index, layer in _without_kernel(dynamic).items())
    kept = tuple(operator for operator in dynamic.operators if operator not in turned_back)
    return dynamic.with_tensors(constants)._replace(operators=kept).without_unused()


def _turned_back(file: TFLiteFile) -> Iterator[Tuple[Operator, Operator]]:
    """Every DEQUANTIZE of depthwise weights, with the convolution that reads it."""
    made_by = {operator.outputs[0]: operator for operator in file.operators if operator.name == _BACK}
    for operator in file.operators:
        if operator.name == _DEPTHWISE and operator.inputs[_WEIGHTS] in made_by:
            yield made_by[operator.inputs[_WEIGHTS]], operator


def _without_kernel(file: TFLiteFile) -> Mapping[int, Operator]:
    """The tensors of int8 weights that a layer reads which float maps have no kernel for, with one that does."""
    return {operator.inputs[_WEIGHTS]: operator for operator in file.operators
            if (operator.name == _CONV and max(operator.dilations) > 1
                or operator.name == _FULLY and operator.activation == "RELU_N1_TO_1")
            and file.tensors[operator.inputs[_WEIGHTS]].dtype == "int8"}


def _float_weights(file: TFLiteFile, source: TFLiteFile) -> Mapping[Tuple[int, ...], Tensor]:
    """By the outputs of a layer of the dynamic file: its weights in the float32 file."""
    ours = [operator for operator in file.operators if operator.name != _BACK]
    if [operator.name for operator in ours] != [operator.name for operator in source.operators]:
        raise StageFailed("toco made other operators for dynamic than for float32", "leave dynamic out of --quantize",
                          "tflite.dynamic")
    return {our.outputs: source.tensors[theirs.inputs[_WEIGHTS]] for our, theirs in zip(ours, source.operators)
            if our.name in LAYERS}
