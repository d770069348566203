"""The float32 network in the form that int8 is made from."""
from typing import Tuple

from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile
from job.tensorflow_model.quantised.affine_layers import with_affine_layers
from job.tensorflow_model.quantised.averaging_layers import with_averaging_layers
from job.tensorflow_model.quantised.equalisation import equalised
from job.tensorflow_model.quantised.leaky_activations import with_parted_leaks
from job.tensorflow_model.quantised.lone_activations import with_lone_activations
from job.tensorflow_model.quantised.padded_constants import without_padded_constants
from job.tensorflow_model.quantised.ranges import Seen
from job.tensorflow_model.quantised.step_biases import with_constant_biases
from job.tensorflow_model.quantised.whole_means import with_whole_means


def shown_to_samples(float32: TFLiteFile) -> TFLiteFile:
    """The same answers, from the tensors whose ranges int8 needs: what needed_ranges() is to see."""
    return with_parted_leaks(with_constant_biases(float32))


def int8_source(float32: TFLiteFile, seen: Seen) -> Tuple[TFLiteFile, Seen]:
    """The same answers, and tensors of the same indices; with what calibration would have seen of them."""
    return equalised(layered(float32), seen)


def layered(float32: TFLiteFile) -> TFLiteFile:
    """The same, before its channels are brought to like ranges."""
    whole = with_whole_means(with_lone_activations(float32))
    return with_affine_layers(without_padded_constants(with_averaging_layers(whole)))
