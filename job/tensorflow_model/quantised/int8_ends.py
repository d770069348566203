"""Takes the ends off an int8 file, for accelerators that know no float: its inputs and outputs are int8 then.

    before: x float32 -> QUANTIZE -> int8 ... int8 -> DEQUANTIZE -> y float32
    after:  x int8 ... y int8

Every number in between stays the same; what x and y mean is in their scale and zero point. An end that something
computed in float reads or makes stays float.
"""
from typing import Dict

from job.tensorflow_model.flatbuffer.edit import append_text, entry, keep_operators, point, write_number
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_TENSORS, MODEL_SUBGRAPHS, TENSOR_NAME, TFLiteFile, parse_tflite,
)

_FLOAT = "_float"  # put to the name of an end that was


def with_int8_ends(int8: bytes) -> bytes:
    """The file with int8 inputs and outputs of the same names."""
    file = parse_tflite(int8)
    inputs, outputs = int8_inputs(file), int8_outputs(file)
    data = bytearray(int8)
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    for field, ends, instead in ((GRAPH_INPUTS, file.inputs, inputs), (GRAPH_OUTPUTS, file.outputs, outputs)):
        for place, index in enumerate(ends):
            write_number(data, entry(graph, field, place), instead.get(index, index))
    for index, within in {**inputs, **outputs}.items():
        _name(data, within, file.tensors[index].name)
        _name(data, index, file.tensors[index].name + _FLOAT)
    gone = {(float_end, end) for end, float_end in outputs.items()} | {(end, inner) for end, inner in inputs.items()}
    keep_operators(data, [number for number, operator in enumerate(file.operators)
                          if operator.name not in ("QUANTIZE", "DEQUANTIZE")
                          or (operator.inputs[0], operator.outputs[0]) not in gone])
    return bytes(data)


def int8_inputs(file: TFLiteFile) -> Dict[int, int]:
    """For each input that nothing but one QUANTIZE reads, what that makes."""
    inputs = {}
    for index in file.inputs:
        readers = [operator for operator in file.operators if index in operator.inputs]
        if [operator.name for operator in readers] == ["QUANTIZE"] and index not in file.outputs:
            inputs[index] = readers[0].outputs[0]
    return inputs


def int8_outputs(file: TFLiteFile) -> Dict[int, int]:
    """For each output that a DEQUANTIZE makes and nothing reads, what it is made from."""
    made = {operator.outputs[0]: operator.inputs[0] for operator in file.operators if operator.name == "DEQUANTIZE"}
    read = {index for operator in file.operators for index in operator.inputs}
    sources = [made[index] for index in file.outputs if index in made]
    return {index: made[index] for index in file.outputs
            if index in made and index not in read and made[index] not in file.inputs and sources.count(made[index]) == 1}


def _name(data: bytearray, index: int, name: str) -> None:
    tensor = root_table(data).tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS)[index]
    point(data, tensor.place(TENSOR_NAME), append_text(data, name))
