"""A .tflite with half-precision weights as TensorFlow Lite 1.14 can run it, which turns no half into a float.

    before: w float16 -> DEQUANTIZE -> w float32 -> CONV_2D
    after:  w float32 -> CONV_2D

Widening is exact, so every answer is that of a runtime which widens itself.
"""
from job.tensorflow_model.flatbuffer.edit import append_buffer, entry, keep_operators, point, write_number
from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    CODE_BUILTIN, CODE_VERSION, EMPTY_BUFFER, GRAPH_TENSORS, MODEL_BUFFERS, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, TENSOR_BUFFER,
    TFLiteFile, constant_values, parse_tflite,
)

_BACK = "DEQUANTIZE"


def has_halves(file: TFLiteFile) -> bool:
    return any(tensor.dtype == "float16" for tensor in file.tensors)


def widened(content: bytes) -> bytes:
    """The file itself where there is nothing to widen."""
    file = parse_tflite(content)
    if not has_halves(file):
        return content
    data, gone = bytearray(content), set()
    model = root_table(data)
    tensors = model.tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS)
    for number, operator in enumerate(file.operators):
        if operator.name == _BACK and file.tensors[operator.inputs[0]].dtype == "float16":
            values = constant_values(content, operator.inputs[0], "<f2").astype("<f4")
            buffer = tensors[operator.inputs[0]].number(TENSOR_BUFFER, "I")
            point(data, entry(model, MODEL_BUFFERS, buffer), append_buffer(data, values.tobytes()))
            write_number(data, tensors[operator.outputs[0]].place(TENSOR_BUFFER), buffer)
            write_number(data, tensors[operator.inputs[0]].place(TENSOR_BUFFER), EMPTY_BUFFER)
            gone.add(number)
    for code in model.tables(MODEL_OPERATOR_CODES):  # or 1.14 refuses the file for an operator that is no longer there
        if code.number(CODE_BUILTIN, "B") == BUILTIN_OPERATORS.index(_BACK):
            write_number(data, code.place(CODE_VERSION), 1)
    keep_operators(data, [number for number in range(len(file.operators)) if number not in gone])
    return bytes(data)
