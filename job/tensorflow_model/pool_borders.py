"""The border of a max-pool, the lowest float, as a number that int8 can be made from.

A PADV2 stays float, and 1.14's QUANTIZE after it makes the greatest int8 of the lowest float where the zero point is below
zero. The least value that the padded tensor's range holds becomes the least int8 always, and no pool takes it for more.
"""
from typing import Mapping

import numpy as np

from job.tensorflow_model.flatbuffer_edit import overwrite_constant
from job.tensorflow_model.ranges import LOWEST, Range
from job.tensorflow_model.tflite_file import constant_values, parse_tflite

_VALUE = 2  # input of a PADV2


def with_borders_in_range(float32: bytes, ranges: Mapping[int, Range]) -> bytes:
    """`ranges` are by the index of a tensor. All borders become one number: toco keeps their constant once."""
    padded = [operator for operator in parse_tflite(float32).operators if operator.name == "PADV2"
              and constant_values(float32, operator.inputs[_VALUE], "<f4").tolist() == [LOWEST]]
    data = bytearray(float32)
    for operator in padded:
        least = min(ranges[each.outputs[0]].low for each in padded)
        overwrite_constant(data, operator.inputs[_VALUE], np.float32(least).tobytes())
    return bytes(data)
