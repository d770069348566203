"""From the float32 .tflite and its tensors' ranges to weights, activations and sums in 8 bits."""
from job.tensorflow_model.bias_correction import with_corrected_biases
from job.tensorflow_model.clipping import clipped_ranges
from job.tensorflow_model.int8_plan import int8_plan
from job.tensorflow_model.int8_source import int8_source
from job.tensorflow_model.int8_writing import int8_file
from job.tensorflow_model.joined_ranges import joined_ranges
from job.tensorflow_model.ranges import Seen
from job.tensorflow_model.tflite_file import parse_tflite


def int8_from_float32(float32: bytes, seen: Seen) -> bytes:
    """The int8 file, which takes and gives float32."""
    source, seen = int8_source(float32, seen)
    file = parse_tflite(source)
    plan = int8_plan(source, file, joined_ranges(file, clipped_ranges(source, seen)))
    return with_corrected_biases(int8_file(source, file, plan), source, seen.means)
