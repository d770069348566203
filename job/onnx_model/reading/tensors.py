"""TensorProto -> array, where the file may say anything."""
import functools
import operator
from pathlib import Path
from typing import Dict, Tuple

import numpy as np
from onnx import TensorProto, helper

from job.checkpoint.arriving import missing_file
from job.checkpoint.watch import Watch, watch
from job.errors import BadCheckpoint, UnsupportedModel
from job.onnx_model.protobuf import Place
from job.onnx_model.types import LATER

_HINT = "is it whole, and written by an ONNX exporter?"
_FIELDS = {  # where numbers lie that are not raw bytes, by ONNX's type
    "FLOAT": "float_data", "DOUBLE": "double_data", "INT64": "int64_data", "UINT32": "uint64_data",
    "UINT64": "uint64_data"}
_INT32_FIELD = ("INT32", "INT16", "INT8", "UINT16", "UINT8", "BOOL", "FLOAT16")


def bad(message: str) -> BadCheckpoint:
    return BadCheckpoint(message, _HINT)


def dtype_of(number: int, what: str) -> np.dtype:
    """Numpy's type of one of ONNX's, `object` for texts; float32 for bfloat16, which is its first half."""
    dtype = np.dtype(np.float32) if number == TensorProto.BFLOAT16 else helper.mapping.TENSOR_TYPE_TO_NP_TYPE.get(number)
    if number in LATER:
        raise UnsupportedModel(["{} is of {}".format(what, LATER[number])],
                               hint="give the float model: numbers of so few bits are what a quantised one holds")
    if dtype is None:
        raise bad("{} has type {}, which is none that numbers have".format(what, number))
    return dtype


class Tensors:
    """Reads tensors of a model in `folder`, where the files of those that lie beside it must be."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.widened = folder, False  # whether one of those read so far was of bfloat16
        self._watches = {}  # type: Dict[Path, Watch]

    @property
    def files(self) -> Tuple[Watch, ...]:
        """Those beside the model, of the tensors read so far."""
        return tuple(self._watches.values())

    def read(self, tensor: TensorProto) -> np.ndarray:
        what = "the tensor {}".format(tensor.name or "of a constant")
        shape, short = tuple(tensor.dims), tensor.data_type == TensorProto.BFLOAT16
        dtype = np.dtype(np.uint16) if short else dtype_of(tensor.data_type, what)
        count = functools.reduce(operator.mul, shape, 1)
        if min(shape, default=0) < 0 or tensor.HasField("segment"):
            raise bad("{} is in segments, or has shape {}".format(what, shape))
        if dtype == np.object_:
            values = np.array([text.decode("utf-8", "replace") for text in tensor.string_data], np.object_)
        elif tensor.data_location == TensorProto.EXTERNAL:
            values = self._beside(_place(tensor, what), dtype, count, what)
        else:
            values = _inside(tensor, dtype, count * dtype.itemsize, what)
        if values.size != count:
            raise bad("{} has shape {} and {} numbers".format(what, shape, values.size))
        values = _widened(values) if short else values
        self.widened = self.widened or short
        try:
            return values.reshape(shape)
        except ValueError as error:  # of nothing, and its other sizes are beyond numpy
            raise bad("{} has shape {}".format(what, shape)) from error

    def _beside(self, place: Place, dtype: np.dtype, count: int, what: str) -> np.ndarray:
        file, length = file_beside(self._folder, place.file, what), count * dtype.itemsize
        watched = self._watched(file)
        if place.length not in (-1, length) or place.offset + length > watched.size:
            watched.refuse_growth()
            raise bad("{} takes {} bytes, and {} has others from {} on".format(what, length, place.file, place.offset))
        values = np.memmap(str(file), np.uint8, "r", place.offset, (length,)) if length else np.zeros(0, np.uint8)
        return np.asarray(values).view(dtype)

    def _watched(self, file: Path) -> Watch:
        """As it was before any of it was read."""
        if file not in self._watches:
            with file.open("rb") as stream:
                self._watches[file] = watch(file, stream)
        return self._watches[file]


def _inside(tensor: TensorProto, dtype: np.dtype, length: int, what: str) -> np.ndarray:
    if tensor.HasField("raw_data"):
        if len(tensor.raw_data) != length:
            raise bad("{} has {} bytes where its shape takes {}".format(what, len(tensor.raw_data), length))
        return np.frombuffer(tensor.raw_data, dtype.newbyteorder("<")).astype(dtype, copy=False)
    kind = TensorProto.DataType.Name(tensor.data_type)
    if kind in ("FLOAT16", "BFLOAT16"):
        return np.array(tensor.int32_data, np.int32).astype(np.uint16).view(dtype)
    if kind in _INT32_FIELD:
        return np.array(tensor.int32_data, np.int32).astype(dtype)
    if kind not in _FIELDS:
        raise bad("{} has type {}".format(what, kind))
    return np.array(getattr(tensor, _FIELDS[kind]), dtype)


def _widened(halves: np.ndarray) -> np.ndarray:
    """The same numbers in float32, of which bfloat16 has the first 16 bits."""
    return np.left_shift(halves, 16, dtype=np.uint32).view(np.float32)


def _place(tensor: TensorProto, what: str) -> Place:
    entries = {entry.key: entry.value for entry in tensor.external_data}  # type: Dict[str, str]
    try:
        place = Place(entries["location"], int(entries.get("offset", 0)), int(entries.get("length", -1)))
    except (KeyError, ValueError) as error:
        raise bad("{} lies in another file, and where is not said".format(what)) from error
    if place.offset < 0 or place.length < -1:
        raise bad("{} lies {} bytes into {}".format(what, place.offset, place.file))
    return place


def file_beside(folder: Path, location: str, what: str) -> Path:
    """A file in the model's own folder: no path out of it, and no link out of it."""
    file = folder / location
    if not location or "\0" in location or Path(location).is_absolute() or ".." in Path(location).parts:
        raise bad("{} points outside the model's folder: {}".format(what, location))
    if not file.is_file():
        raise missing_file("{} lies in {}, which is not beside the model".format(what, location), _HINT, folder,
                           (Path(location).name, ".onnx", ".ONNX"))
    if folder.resolve() not in file.resolve().parents:
        raise bad("{} points outside the model's folder: {} is a link".format(what, location))
    return file
