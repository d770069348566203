"""Makes the ends of an int8 file uint8, as cameras and older accelerators have it.

    before: x float32 -> QUANTIZE -> int8 ... int8 -> DEQUANTIZE -> y float32
    after:  x uint8   -> QUANTIZE -> int8 ... int8 -> QUANTIZE   -> y uint8

A uint8 says what the int8 behind it says, 128 steps higher: no number changes. An end that something computed in float reads
or makes stays float.
"""
from job.tensorflow_model.flatbuffer.tflite_file import QUANTIZE, TFLiteFile
from job.tensorflow_model.quantised.int8_ends import int8_inputs, int8_outputs
from job.tensorflow_model.quantised.int8_operators import VERSIONS

_HIGHER = 128  # a uint8's zero than an int8's


def with_uint8_ends(file: TFLiteFile) -> TFLiteFile:
    """The file with uint8 inputs and outputs of the same names."""
    inputs, outputs = int8_inputs(file), int8_outputs(file)
    ends = {}
    for end, within in {**inputs, **outputs}.items():
        inner = file.tensors[within]
        ends[end] = inner._replace(name=file.tensors[end].name, dtype="uint8", zero_point=(inner.zero_point[0] + _HIGHER,))
    operators = tuple(each._replace(name=QUANTIZE, version=VERSIONS[QUANTIZE]) if each.outputs[0] in outputs else each
                      for each in file.operators)
    return file.with_tensors(ends)._replace(operators=operators)
