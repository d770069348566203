"""Converts the frozen network to .tflite files."""
import functools
from pathlib import Path
from typing import Callable, Collection, Mapping, Optional, Tuple

from tensorflow.core.framework import types_pb2 as tensorflow_types
from tensorflow.lite.toco import types_pb2 as toco_types
from tensorflow.lite.toco.model_flags_pb2 import ModelFlags
from tensorflow.lite.toco.python.tensorflow_wrap_toco import TocoConvert
from tensorflow.lite.toco.toco_flags_pb2 import TENSORFLOW_GRAPHDEF, TFLITE, TocoFlags

from job.determinism import canonical_bytes
from job.errors import StageFailed
from job.modes import CALIBRATED, FLOAT32, stage_of
from job.processes.memory import keep_freed
from job.processes.shared_values import Known
from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile, open_tflite, parse_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.freeze import FrozenGraph, size_of
from job.tensorflow_model.matrix_products import with_matrix_products
from job.tensorflow_model.plumbing.without_plumbing import without_plumbing
from job.tensorflow_model.quantised.half_weights import with_half_weights
from job.tensorflow_model.quantised.int8 import int8_from_float32
from job.tensorflow_model.quantised.int8_ends import with_int8_ends
from job.tensorflow_model.quantised.int8_source import shown_to_samples
from job.tensorflow_model.quantised.int8_weights import with_int8_weights
from job.tensorflow_model.quantised.needed_ranges import needed_ranges
from job.tensorflow_model.quantised.ranges import Samples
from job.tensorflow_model.quantised.sigmoid_ends import with_sigmoid_ends
from job.tensorflow_model.quantised.uint8_ends import with_uint8_ends
from job.tensorflow_model.stand_ins import Numbers, Template, stand_ins, template_of
from job.tensorflow_model.toco import Parts, Step, TocoRun
from job.tensorflow_model.unrolled import unrolled

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
                 samples: Samples = tuple, known: Known = Known()) -> Tuple[Step, ...]:
    """The conversions to job.modes, or `float32`; what follows each, by mode; the samples that some are calibrated with;
    and what is known of networks of that graph.
    """
    float32 = functools.partial(_float32_parts, frozen, known)

    def made(mode: str) -> Callable[[], Parts]:
        if mode in CALIBRATED:
            return functools.partial(_int8, float32, mode, files, samples)
        if mode in _WEIGHTS:
            return functools.partial(_with_weights, float32, _WEIGHTS[mode], files.get(FLOAT32))
        return float32
    return tuple(Step(stage_of(mode), made(mode), file, then.get(mode, _nothing)) for mode, file in files.items())


def sparing_step(float32: Path, file: Path, kept: Collection[str], then: Callable[[], None]) -> Step:
    """`dynamic` anew, from the float32 file: layers that make tensors of these names keep float32 weights."""
    return Step(stage_of("dynamic"), lambda: (tflite_bytes(with_int8_weights(open_tflite(float32), kept)),), file, then)


def _nothing() -> None:
    pass


def _with_weights(made: Callable[[], Parts], change: Callable[[TFLiteFile], TFLiteFile], float32: Optional[Path]) -> Parts:
    """`float32` is the file of that mode, where it is there already; else it is made."""
    return (tflite_bytes(change(_float32(made, float32))),)


def _int8(made: Callable[[], Parts], mode: str, files: Mapping[str, Path], samples: Samples) -> Parts:
    """Of `files`, those that are there already are made use of."""
    if mode in _ENDS and "int8" in files and files["int8"].exists():
        return (tflite_bytes(_with_ends(mode, open_tflite(files["int8"]))),)
    float32 = shown_to_samples(_float32(made, files.get(FLOAT32)))
    int8 = int8_from_float32(float32, needed_ranges(float32, samples), samples)
    return (tflite_bytes(_with_ends(mode, int8)),)


def _with_ends(mode: str, int8: TFLiteFile) -> TFLiteFile:
    return _ENDS[mode](with_sigmoid_ends(int8)) if mode in _ENDS else int8


def _float32(made: Callable[[], Parts], path: Optional[Path]) -> TFLiteFile:
    return open_tflite(path) if path is not None and path.exists() else parse_tflite(b"".join(made()))


def _float32_parts(frozen: FrozenGraph, known: Known) -> Parts:
    """Toco's file, with the steps of loops in it."""
    parts = _toco_parts(frozen, known)
    if not frozen.loops:
        return parts
    return (tflite_bytes(_simplified(unrolled(parse_tflite(b"".join(parts)), frozen.loops))),)


def _toco_parts(frozen: FrozenGraph, known: Known) -> Parts:
    """Of weights that toco need not see, from a file that it made of as many others, where such a one is known."""
    numbers = stand_ins(frozen)
    asked = _asked(frozen, numbers)
    template = known.value(asked, lambda: _template(frozen, numbers, asked)) if numbers else None
    return template.file(frozen.constants) if template else (_converted(frozen, _asked(frozen, {})),)


def _template(frozen: FrozenGraph, numbers: Numbers, asked: Tuple[bytes, ...]) -> Optional[Template]:
    return template_of(_converted(frozen, asked), frozen, numbers)


def _asked(frozen: FrozenGraph, numbers: Numbers) -> Tuple[bytes, ...]:
    """All that toco is told: of the model, of the file, and the graph."""
    return _model_flags(frozen), _toco_flags(bool(frozen.loops)), frozen.serialized(numbers)


def _converted(frozen: FrozenGraph, asked: Tuple[bytes, ...]) -> bytes:
    if size_of(frozen.constants) < _LARGE:
        keep_freed()
    made = TocoConvert(*asked)
    file = parse_tflite(made)
    simpler = file if frozen.loops else _simplified(file)
    _check_names(frozen, simpler)
    return made if simpler is file else tflite_bytes(simpler)


def _simplified(file: TFLiteFile) -> TFLiteFile:
    """The very same file where nothing in it can be said in a better way."""
    return without_plumbing(with_matrix_products(file))


def _model_flags(frozen: FrozenGraph) -> bytes:
    flags = ModelFlags(output_arrays=frozen.outputs)
    for tensor in frozen.inputs:
        array = flags.input_arrays.add(name=tensor.name, data_type=TOCO_TYPES[tensor.dtype])
        array.shape.dims.extend(tensor.shape)
    return canonical_bytes(flags)


def _toco_flags(loops: bool) -> bytes:
    """Built-in operators only: no Flex, and no custom operator but what stands in for loops."""
    return canonical_bytes(TocoFlags(
        input_format=TENSORFLOW_GRAPHDEF, output_format=TFLITE, allow_custom_ops=loops,
        inference_type=toco_types.FLOAT, inference_input_type=toco_types.FLOAT))


def _check_names(frozen: FrozenGraph, file: TFLiteFile) -> None:
    """Raises StageFailed unless the inputs and outputs are the published ones, in their order."""
    found = [file.tensors[index].name for index in file.inputs + file.outputs]
    wanted = [tensor.name for tensor in frozen.inputs] + list(frozen.outputs)
    if found != wanted:
        raise StageFailed("the file's inputs and outputs are {}, not {}".format(found, wanted), stage="tflite")
