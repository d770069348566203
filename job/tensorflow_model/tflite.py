"""Converts the frozen network to .tflite files."""
import functools
from pathlib import Path
from typing import Callable, Mapping, Optional, Tuple

from tensorflow.core.framework import types_pb2 as tensorflow_types
from tensorflow.lite.toco import types_pb2 as toco_types
from tensorflow.lite.toco.model_flags_pb2 import ModelFlags
from tensorflow.lite.toco.python.tensorflow_wrap_toco import TocoConvert
from tensorflow.lite.toco.toco_flags_pb2 import TENSORFLOW_GRAPHDEF, TFLITE, TocoFlags

from job.determinism import canonical_bytes
from job.errors import StageFailed
from job.modes import CALIBRATED
from job.processes.memory import keep_freed
from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile, open_tflite, parse_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.freeze import FrozenGraph, size_of
from job.tensorflow_model.quantised.half_weights import with_half_weights
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.int8_ends import with_int8_ends
from job.tensorflow_model.quantised.int8_source import shown_to_samples
from job.tensorflow_model.quantised.int8_weights import with_int8_weights
from job.tensorflow_model.quantised.ranges import Samples, ranges_of
from job.tensorflow_model.quantised.uint8_ends import with_uint8_ends
from job.tensorflow_model.stand_ins import Numbers, stand_ins, with_kernels
from job.tensorflow_model.toco import Parts, Step, TocoRun

_ENDS = {"int8-io": with_int8_ends, "uint8-io": with_uint8_ends}  # by mode, what becomes of int8's
_WEIGHTS = {"dynamic": with_int8_weights, "float16": with_half_weights}  # by mode, what becomes of float32's
_LARGE = 2 ** 28  # bytes of weights: of so many, memory is dearer than the time that keeping what toco frees saves
TOCO_TYPES = {
    tensorflow_types.DT_FLOAT: toco_types.FLOAT,
    tensorflow_types.DT_INT32: toco_types.INT32,
    tensorflow_types.DT_INT64: toco_types.INT64,
    tensorflow_types.DT_BOOL: toco_types.BOOL,
}


def write_tflite(frozen: FrozenGraph, mode: str, file: Path) -> None:
    """Writes one file. Raises as `TocoRun.finish`."""
    with TocoRun(*tflite_steps(frozen, {mode: file})) as run:
        run.finish()


def tflite_steps(frozen: FrozenGraph, files: Mapping[str, Path], then: Mapping[str, Callable[[], None]] = {},
                 samples: Samples = tuple) -> Tuple[Step, ...]:
    """The conversions to job.modes, or `float32`; what follows each, by mode; the samples that some are calibrated with.
    """
    def made(mode: str) -> Callable[[], Parts]:
        if mode in CALIBRATED:
            return functools.partial(_int8, frozen, mode, files, samples)
        if mode in _WEIGHTS:
            return functools.partial(_with_weights, frozen, _WEIGHTS[mode], files.get("float32"))
        return functools.partial(_float32_parts, frozen)
    return tuple(Step("tflite." + mode, made(mode), file, then.get(mode, _nothing)) for mode, file in files.items())


def _nothing() -> None:
    pass


def _with_weights(frozen: FrozenGraph, change: Callable[[TFLiteFile], TFLiteFile], float32: Optional[Path]) -> Parts:
    """`float32` is the file of that mode, where it is there already."""
    return (tflite_bytes(change(_float32(frozen, float32))),)


def _int8(frozen: FrozenGraph, mode: str, files: Mapping[str, Path], samples: Samples) -> Parts:
    """Of `files`, those that are there already are made use of."""
    if mode in _ENDS and "int8" in files and files["int8"].exists():
        return (tflite_bytes(_ENDS[mode](open_tflite(files["int8"]))),)
    float32 = shown_to_samples(_float32(frozen, files.get("float32")))
    int8 = int8_from_float32(float32, ranges_of(float32, samples), samples)
    return (tflite_bytes(_ENDS[mode](int8) if mode in _ENDS else int8),)


def _float32(frozen: FrozenGraph, path: Optional[Path]) -> TFLiteFile:
    return open_tflite(path) if path is not None and path.exists() else parse_tflite(b"".join(_float32_parts(frozen)))


def _float32_parts(frozen: FrozenGraph) -> Parts:
    if size_of(frozen.constants) < _LARGE:
        keep_freed()
    numbers = stand_ins(frozen)
    shown = _converted(frozen, numbers)
    _check_names(frozen, parse_tflite(shown))
    if not numbers:
        return (shown,)
    return with_kernels(shown, frozen, numbers) or (_converted(frozen, {}),)


def _converted(frozen: FrozenGraph, numbers: Numbers) -> bytes:
    return TocoConvert(_model_flags(frozen), _toco_flags(), frozen.serialized(numbers))


def _model_flags(frozen: FrozenGraph) -> bytes:
    flags = ModelFlags(output_arrays=frozen.outputs)
    for tensor in frozen.inputs:
        array = flags.input_arrays.add(name=tensor.name, data_type=TOCO_TYPES[tensor.dtype])
        array.shape.dims.extend(tensor.shape)
    return canonical_bytes(flags)


def _toco_flags() -> bytes:
    """Built-in operators only: no Flex, no custom operator."""
    return canonical_bytes(TocoFlags(
        input_format=TENSORFLOW_GRAPHDEF, output_format=TFLITE, allow_custom_ops=False,
        inference_type=toco_types.FLOAT, inference_input_type=toco_types.FLOAT))


def _check_names(frozen: FrozenGraph, file: TFLiteFile) -> None:
    """Raises StageFailed unless the inputs and outputs are the published ones, in their order."""
    found = [file.tensors[index].name for index in file.inputs + file.outputs]
    wanted = [tensor.name for tensor in frozen.inputs] + list(frozen.outputs)
    if found != wanted:
        raise StageFailed("the file's inputs and outputs are {}, not {}".format(found, wanted))
