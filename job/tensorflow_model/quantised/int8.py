"""From the float32 .tflite and its tensors' ranges to weights, activations and sums in 8 bits."""
from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile
from job.tensorflow_model.quantised.bias_correction import with_corrected_biases
from job.tensorflow_model.quantised.clipping import clipped_ranges
from job.tensorflow_model.quantised.fitted_weights import with_fitted_weights
from job.tensorflow_model.quantised.int8_plan import int8_plan
from job.tensorflow_model.quantised.int8_source import int8_source
from job.tensorflow_model.quantised.int8_writing import int8_file
from job.tensorflow_model.quantised.joined_ranges import joined_ranges
from job.tensorflow_model.quantised.lone_activations import with_kept_steps
from job.tensorflow_model.quantised.ranges import Samples, Seen
from job.tensorflow_model.quantised.step_biases import with_computed_biases


def int8_from_float32(float32: TFLiteFile, seen: Seen, samples: Samples) -> TFLiteFile:
    """The int8 file, which takes and gives float32; `seen` is what the float32 file makes of the samples."""
    source, seen = int8_source(float32, seen)
    ranges = joined_ranges(source, with_kept_steps(source, clipped_ranges(source, seen)))
    int8 = with_fitted_weights(int8_file(source, int8_plan(source, ranges)), source, samples)
    return with_computed_biases(with_corrected_biases(int8, source, seen.means))
