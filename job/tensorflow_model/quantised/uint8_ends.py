"""Makes the ends of an int8 file uint8, as cameras and older accelerators have it.

    before: x float32 -> QUANTIZE -> int8 ... int8 -> DEQUANTIZE -> y float32
    after:  x uint8   -> QUANTIZE -> int8 ... int8 -> QUANTIZE   -> y uint8

A uint8 says what the int8 behind it says, 128 steps higher: no number changes. An end that something computed in float reads
or makes stays float.
"""
from job.tensorflow_model.flatbuffer.edit import append_tensor, entry, point
from job.tensorflow_model.flatbuffer.operator_codes import rename_operator
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import GRAPH_TENSORS, MODEL_SUBGRAPHS, TENSOR_BUFFER, TENSOR_TYPES, parse_tflite
from job.tensorflow_model.quantised.int8_ends import int8_inputs, int8_outputs

_HIGHER = 128  # a uint8's zero than an int8's


def with_uint8_ends(int8: bytes) -> bytes:
    """The file with uint8 inputs and outputs of the same names."""
    file, data = parse_tflite(int8), bytearray(int8)
    inputs, outputs = int8_inputs(file), int8_outputs(file)
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    for index, within in {**inputs, **outputs}.items():
        tensor, inner = file.tensors[index], file.tensors[within]
        buffer = graph.tables(GRAPH_TENSORS)[index].number(TENSOR_BUFFER, "I")
        end = append_tensor(data, tensor.shape, buffer, tensor.name, TENSOR_TYPES.index("uint8"), inner.scale,
                            inner.zero_point[0] + _HIGHER)
        point(data, entry(graph, GRAPH_TENSORS, index), end)
    for number, operator in enumerate(file.operators):
        if operator.name == "DEQUANTIZE" and operator.outputs[0] in outputs:
            rename_operator(data, number, "QUANTIZE")
    return bytes(data)
