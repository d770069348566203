"""Constants behind a PAD of nothing, which hides them from toco (see job.tensorflow_model.toco_guards), are read where they are.

    before: k -> PAD of nothing -> k' -> MUL -> y
    after:  k -> MUL -> y
"""
from job.tensorflow_model.flatbuffer.edit import append_shape, keep_operators, point
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    GRAPH_OPERATORS, MODEL_SUBGRAPHS, OPERATOR_INPUTS, constant_values, parse_tflite,
)


def without_padded_constants(float32: bytes) -> bytes:
    """The same network. Tensors keep their indices."""
    file = parse_tflite(float32)
    gone = {operator.outputs[0]: operator.inputs[0] for operator in file.operators
            if operator.name == "PAD" and constant_values(float32, operator.inputs[0], "u1").size
            and file.tensors[operator.inputs[0]].shape == file.tensors[operator.outputs[0]].shape
            and operator.outputs[0] not in file.outputs}
    if not gone:
        return float32
    data = bytearray(float32)
    tables = root_table(data).element(MODEL_SUBGRAPHS, 0).tables(GRAPH_OPERATORS)
    for operator, table in zip(file.operators, tables):
        if set(gone).intersection(operator.inputs):
            inputs = append_shape(data, [gone.get(index, index) for index in operator.inputs])
            point(data, table.place(OPERATOR_INPUTS), inputs)
    keep_operators(data, [number for number, operator in enumerate(file.operators) if operator.outputs[0] not in gone])
    return bytes(data)
