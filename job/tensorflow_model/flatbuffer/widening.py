"""A .tflite with half-precision weights as TensorFlow Lite 1.14 can run it, which turns no half into a float.

    before: w float16 -> DEQUANTIZE -> w float32 -> CONV_2D
    after:  w float32 -> CONV_2D

Widening is exact, so every answer is that of a runtime which widens itself.
"""
import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, TFLiteFile


def has_halves(file: TFLiteFile) -> bool:
    return any(tensor.dtype == "float16" for tensor in file.tensors)


def widened(file: TFLiteFile) -> TFLiteFile:
    """The file itself where there is nothing to widen. What there was before it was halved keeps its index."""
    if not has_halves(file):
        return file
    gone = {operator: file.tensors[operator.inputs[0]] for operator in file.operators
            if operator.name == DEQUANTIZE and file.tensors[operator.inputs[0]].dtype == "float16"}
    wide = {operator.outputs[0]: file.tensors[operator.outputs[0]]._replace(content=half.values().astype(np.float32).tobytes())
            for operator, half in gone.items()}
    kept = tuple(each for each in file.operators if each not in gone)
    return file.with_tensors(wide)._replace(operators=kept).without_unused()
