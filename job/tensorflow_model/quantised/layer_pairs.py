"""Layers of an int8 file beside those of the float32 file that it is made of."""
from typing import Mapping

from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, LAYERS, Operator, TFLiteFile


def float_layers(int8: TFLiteFile, float32: TFLiteFile) -> Mapping[int, Operator]:
    """By the tensor that a layer of the int8 file makes: the one that makes it in the other."""
    layers = {float32.tensors[layer.outputs[0]].name: layer for layer in float32.operators if layer.name in LAYERS}
    floats = {operator.inputs[0]: operator.outputs[0] for operator in int8.operators if operator.name == DEQUANTIZE}
    made = [layer.outputs[0] for layer in int8.operators if layer.name in LAYERS]
    named = {index: (int8.tensors[index].name, int8.tensors[floats.get(index, index)].name) for index in made}
    return {index: layers[name] for index, names in named.items() for name in names if name in layers}
