"""Takes the ends off an int8 file, for accelerators that know no float: its inputs and outputs are int8 then.

    before: x float32 -> QUANTIZE -> int8 ... int8 -> DEQUANTIZE -> y float32
    after:  x int8 ... y int8

Every number in between stays the same; what x and y mean is in their scale and zero point. An end that something
computed in float reads or makes stays float.
"""
from typing import Dict

from job.tensorflow_model.flatbuffer.tflite_file import DEQUANTIZE, QUANTIZE, TFLiteFile


def with_int8_ends(file: TFLiteFile) -> TFLiteFile:
    """The file with int8 inputs and outputs of the same names."""
    inputs, outputs = int8_inputs(file), int8_outputs(file)
    within = {**inputs, **outputs}
    named = {inner: file.tensors[inner]._replace(name=file.tensors[end].name) for end, inner in within.items()}
    gone = {(inner, end) for end, inner in outputs.items()} | {(end, inner) for end, inner in inputs.items()}
    kept = tuple(operator for operator in file.operators if operator.name not in (QUANTIZE, DEQUANTIZE)
                 or (operator.inputs[0], operator.outputs[0]) not in gone)
    return file.with_tensors(named)._replace(
        operators=kept, inputs=tuple(within.get(index, index) for index in file.inputs),
        outputs=tuple(within.get(index, index) for index in file.outputs)).without_unused()


def int8_inputs(file: TFLiteFile) -> Dict[int, int]:
    """For each input that nothing but one QUANTIZE reads, what that makes."""
    inputs = {}
    for index in file.inputs:
        readers = [operator for operator in file.operators if index in operator.inputs]
        if [operator.name for operator in readers] == [QUANTIZE] and index not in file.outputs:
            inputs[index] = readers[0].outputs[0]
    return inputs


def int8_outputs(file: TFLiteFile) -> Dict[int, int]:
    """For each output that a DEQUANTIZE makes and nothing reads, what it is made from."""
    made = {operator.outputs[0]: operator.inputs[0] for operator in file.operators if operator.name == DEQUANTIZE}
    read = {index for operator in file.operators for index in operator.inputs}
    sources = [made[index] for index in file.outputs if index in made]
    return {index: made[index] for index in file.outputs
            if index in made and index not in read and made[index] not in file.inputs and sources.count(made[index]) == 1}
