"""Arrays of a .npy or .npz file as a network's inputs, in PyTorch's order of axes, used as they are.

Their shape and type are read first: no more than the input's shape asks for is ever taken into memory.
"""
import zipfile
from typing import BinaryIO, Dict, Sequence, Tuple

import numpy as np

from job.samples.values import BadSample
from job.values import TensorFacts

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def arrays_of_npy(file: BinaryIO, inputs: Sequence[TensorFacts]) -> Tuple[np.ndarray, ...]:
    """The one input's array, with a batch or without."""
    if len(inputs) != 1:
        raise BadSample("is one array, the inputs are {}: save an .npz".format(_names(inputs)))
    return (_array(file, inputs[0]),)


def arrays_of_npz(file: BinaryIO, inputs: Sequence[TensorFacts]) -> Tuple[np.ndarray, ...]:
    """An array for each input, found by its name; for a single input the only array, whatever its name."""
    with zipfile.ZipFile(file) as archive:
        entries = _entries(archive)
        if len(inputs) == 1 and len(entries) == 1:
            entries = {inputs[0].name: entry for entry in entries.values()}
        if sorted(entries) != sorted(facts.name for facts in inputs):
            raise BadSample("has the arrays {}, the inputs are {}".format(
                ", ".join(sorted(map(ascii, entries))) or "none", _names(inputs)))
        arrays = []
        for facts in inputs:
            with archive.open(entries[facts.name]) as stream:
                arrays.append(_array(stream, facts))
    return tuple(arrays)


def _entries(archive: zipfile.ZipFile) -> Dict[str, str]:
    return {entry[:-len(".npy")] if entry.endswith(".npy") else entry: entry for entry in archive.namelist()}


def _array(stream: BinaryIO, facts: TensorFacts) -> np.ndarray:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise BadSample("is of a version of the format that is not known")
    shape, by_column, dtype = _HEADERS[version](stream)
    _check(shape, dtype, facts)
    count = int(np.prod(shape, dtype=np.int64))
    content = stream.read(count * dtype.itemsize)
    if len(content) < count * dtype.itemsize:
        raise BadSample("is truncated")
    if stream.read(1):
        raise BadSample("holds more than one array")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if by_column else "C")
    with np.errstate(over="ignore"):
        array = array.astype(facts.dtype)
    if not np.isfinite(array).all():
        raise BadSample("holds NaN or infinite values, or such as {} cannot hold".format(facts.dtype))
    return array


def _check(shape: Tuple[int, ...], dtype: np.dtype, facts: TensorFacts) -> None:
    batch, item = facts.pytorch_shape[:1], facts.pytorch_shape[1:]
    if shape not in (item, (1,) + item, batch + item):
        raise BadSample("has the shape {}, the input {} has {} in PyTorch's order of axes: one sample a file".format(
            shape, facts.name, facts.pytorch_shape))
    if dtype.kind not in "biuf" or not np.can_cast(dtype, facts.dtype, "same_kind"):
        raise BadSample("is of {}, the input {} of {}".format(dtype, facts.name, facts.dtype))


def _names(inputs: Sequence[TensorFacts]) -> str:
    return ", ".join(facts.name for facts in inputs)
