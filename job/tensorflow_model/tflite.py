"""Converts the frozen network to .tflite files."""
from pathlib import Path
from typing import Mapping

from tensorflow.core.framework import types_pb2 as tensorflow_types
from tensorflow.lite.toco import types_pb2 as toco_types
from tensorflow.lite.toco.model_flags_pb2 import ModelFlags
from tensorflow.lite.toco.toco_flags_pb2 import TENSORFLOW_GRAPHDEF, TFLITE, TocoFlags

from job.tensorflow_model.freeze import FrozenGraph
from job.tensorflow_model.toco import TocoRun, start_toco

TOCO_TYPES = {
    tensorflow_types.DT_FLOAT: toco_types.FLOAT,
    tensorflow_types.DT_INT32: toco_types.INT32,
    tensorflow_types.DT_INT64: toco_types.INT64,
}
FLOAT32 = "float32"
DYNAMIC = "dynamic"  # weights int8, computed in float


def write_tflites(frozen: FrozenGraph, files: Mapping[str, Path]) -> None:
    """Writes one file per mode, float32 or dynamic. Raises StageFailed with toco's last words."""
    for mode, file in files.items():
        start_tflite(frozen, mode, file).finish()


def start_tflite(frozen: FrozenGraph, mode: str, file: Path) -> TocoRun:
    """Starts one conversion in a process of its own; `finish()` waits for the file."""
    return start_toco("tflite." + mode, _model_flags(frozen), _toco_flags(mode), frozen.serialized, file)


def _model_flags(frozen: FrozenGraph) -> bytes:
    flags = ModelFlags(output_arrays=frozen.outputs)
    for tensor in frozen.inputs:
        array = flags.input_arrays.add(name=tensor.name, data_type=TOCO_TYPES[tensor.dtype])
        array.shape.dims.extend(tensor.shape)
    return flags.SerializeToString(deterministic=True)


def _toco_flags(mode: str) -> bytes:
    """Built-in operators only: no Flex, no custom operator."""
    return TocoFlags(
        input_format=TENSORFLOW_GRAPHDEF, output_format=TFLITE, inference_type=toco_types.FLOAT,
        inference_input_type=toco_types.FLOAT, allow_custom_ops=False,
        post_training_quantize={FLOAT32: False, DYNAMIC: True}[mode],
    ).SerializeToString(deterministic=True)
