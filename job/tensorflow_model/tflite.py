"""Converts the frozen network to .tflite files."""
from pathlib import Path
from typing import Mapping

from tensorflow.core.framework import types_pb2 as tensorflow_types
from tensorflow.lite.toco import types_pb2 as toco_types
from tensorflow.lite.toco.model_flags_pb2 import ModelFlags
from tensorflow.lite.toco.toco_flags_pb2 import TENSORFLOW_GRAPHDEF, TFLITE, TocoFlags

from job.tensorflow_model.freeze import FrozenGraph
from job.tensorflow_model.toco import TocoRequest, TocoRun

QUANTIZES_WEIGHTS = {"float32": False, "dynamic": True}  # by mode
TOCO_TYPES = {
    tensorflow_types.DT_FLOAT: toco_types.FLOAT,
    tensorflow_types.DT_INT32: toco_types.INT32,
    tensorflow_types.DT_INT64: toco_types.INT64,
}


def write_tflites(frozen: FrozenGraph, files: Mapping[str, Path]) -> None:
    """Writes one file per mode, one after the other: toco is where memory peaks. Raises as `TocoRun.finish`."""
    for mode, file in files.items():
        with start_tflite(frozen, mode, file) as run:
            run.finish()


def start_tflite(frozen: FrozenGraph, mode: str, file: Path) -> TocoRun:
    """Starts the conversion to `float32`, or to `dynamic`: weights int8, computed in float."""
    request = TocoRequest(_model_flags(frozen), _toco_flags(mode), frozen.serialized)
    return TocoRun("tflite." + mode, request, file)


def _model_flags(frozen: FrozenGraph) -> bytes:
    flags = ModelFlags(output_arrays=frozen.outputs)
    for tensor in frozen.inputs:
        array = flags.input_arrays.add(name=tensor.name, data_type=TOCO_TYPES[tensor.dtype])
        array.shape.dims.extend(tensor.shape)
    return flags.SerializeToString(deterministic=True)


def _toco_flags(mode: str) -> bytes:
    """Built-in operators only: no Flex, no custom operator."""
    return TocoFlags(
        input_format=TENSORFLOW_GRAPHDEF, output_format=TFLITE, allow_custom_ops=False,
        inference_type=toco_types.FLOAT, inference_input_type=toco_types.FLOAT,
        post_training_quantize=QUANTIZES_WEIGHTS[mode],
    ).SerializeToString(deterministic=True)
