"""Parts of a .tflite as models of their own: one operator, or all but one."""
from typing import Sequence

from job.tensorflow_model.flatbuffer.edit import append_shape, keep_operators, point
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import GRAPH_INPUTS, GRAPH_OUTPUTS, MODEL_SUBGRAPHS, TFLiteFile


def with_one_operator(content: bytes, file: TFLiteFile, number: int, inputs: Sequence[int]) -> bytes:
    """Takes the tensors `inputs`, gives what that operator makes of them."""
    return _cut(content, [number], inputs, file.operators[number].outputs)


def without_operator(content: bytes, file: TFLiteFile, number: int) -> bytes:
    """The same model, which is given, behind its own inputs, what that operator would make."""
    kept = [other for other in range(len(file.operators)) if other != number]
    return _cut(content, kept, file.inputs + file.operators[number].outputs, file.outputs)


def _cut(content: bytes, operators: Sequence[int], inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
    data = bytearray(content)
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    point(data, graph.place(GRAPH_INPUTS), append_shape(data, inputs))
    point(data, graph.place(GRAPH_OUTPUTS), append_shape(data, outputs))
    keep_operators(data, operators)
    return bytes(data)
