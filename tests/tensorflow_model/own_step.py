"""Weights in 8 bits as TensorFlow's own step makes them, out of the graph."""
from typing import Mapping

from tensorflow.lite.toco import types_pb2
from tensorflow.lite.toco.model_flags_pb2 import ModelFlags
from tensorflow.lite.toco.python.tensorflow_wrap_toco import TocoConvert
from tensorflow.lite.toco.toco_flags_pb2 import TENSORFLOW_GRAPHDEF, TFLITE, TocoFlags

from job.tensorflow_model.flatbuffer.tflite_file import Tensor, TFLiteFile, parse_tflite
from job.tensorflow_model.freeze import FrozenGraph
from job.tensorflow_model.tflite import TOCO_TYPES


def tensorflows(frozen: FrozenGraph, quantised: bool) -> TFLiteFile:
    """The float32 file, or the one with weights in 8 bits."""
    return parse_tflite(shown_to_toco(frozen, quantised=quantised))


def shown_to_toco(frozen: FrozenGraph, numbers: Mapping[str, float] = {}, quantised: bool = False) -> bytes:
    """What toco makes of the graph, of which some constants may be shown as one number."""
    model = ModelFlags(output_arrays=frozen.outputs)
    for tensor in frozen.inputs:
        model.input_arrays.add(name=tensor.name, data_type=TOCO_TYPES[tensor.dtype]).shape.dims.extend(tensor.shape)
    flags = TocoFlags(input_format=TENSORFLOW_GRAPHDEF, output_format=TFLITE, inference_type=types_pb2.FLOAT,
                      post_training_quantize=quantised, allow_custom_ops=bool(frozen.loops))
    return TocoConvert(model.SerializeToString(), flags.SerializeToString(), frozen.serialized(numbers))


def constants(file: TFLiteFile, dtype: str) -> Mapping[str, Tensor]:
    """By name."""
    return {tensor.name: tensor for tensor in file.tensors if tensor.dtype == dtype and len(tensor.content)}
