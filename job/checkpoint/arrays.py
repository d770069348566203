"""From views of storages to arrays: the storages are read once, and shared by the tensors that share them."""
from collections import OrderedDict
from typing import Any, Dict, Mapping, Tuple

import numpy as np

from job.checkpoint.source import Source
from job.checkpoint.tensor_views import ITEM_SIZES
from job.checkpoint.values import Content, Region, Storage, TensorRef
from job.errors import BadCheckpoint

HOW_WIDENED = {
    "float16": "became float32, exactly",
    "bfloat16": "became float32, exactly",
    "float64": "were rounded to float32",
}
SPARE = 64 * 1024 * 1024  # bytes, beyond four times the file


class Arrays:
    """The arrays of one file's tensors, within a budget of memory that its size sets."""

    def __init__(self, source: Source, content: Content) -> None:
        self._source = source
        self._content = content
        self._storages = {}  # type: Dict[Storage, np.ndarray]
        self._budget = 4 * source.size + SPARE

    def of(self, name: str, tensor: TensorRef) -> np.ndarray:
        flat = self._storage(name, tensor.storage)
        self._spend(name, _bytes_copied(tensor))
        return _native(name, _view(flat, tensor), tensor.storage.dtype)

    def _storage(self, name: str, storage: Storage) -> np.ndarray:
        """The storage as a flat array, read once; bfloat16 as uint16."""
        if storage in self._storages:
            return self._storages[storage]
        if storage.dtype not in ITEM_SIZES:
            raise BadCheckpoint(
                "{!r:.60} is of {}, which cannot be converted".format(name, storage.dtype),
                hint="save it as float32: complex, quantized and 8-bit floating types are not supported",
            )
        region = self._content.regions.get(storage.key, Region(0, 0))
        size = storage.elements * ITEM_SIZES[storage.dtype]
        if region.size < size:
            raise BadCheckpoint(
                "{!r:.60} needs a storage of {} bytes, the file has {}".format(name, size, region.size),
                hint="the file is truncated or damaged",
            )
        self._spend(name, size)
        flat = self._source.array(region.position, size, "the storage of {!r:.60}".format(name))
        flat = flat.view("uint16" if storage.dtype == "bfloat16" else storage.dtype)
        self._storages[storage] = flat.byteswap() if self._content.big_endian else flat
        return self._storages[storage]

    def _spend(self, name: str, size: int) -> None:
        self._budget -= size
        if self._budget < 0:
            raise BadCheckpoint(
                "its tensors unfold to far more than the file holds, {!r:.60} among them".format(name),
                hint="save contiguous copies of the tensors",
            )


def arrays_of(source: Source, content: Content, tensors: Mapping[str, Any]) -> Tuple[Any, Tuple[str, ...]]:
    """An array for every tensor, floating ones as float32, and notes on what was converted.

    Raises BadCheckpoint for dtypes that cannot be converted, for storages that the file lacks, and for
    views that together would need far more memory than the file has bytes.
    """
    arrays = Arrays(source, content)
    result, widened = OrderedDict(), OrderedDict()  # type: OrderedDict[str, np.ndarray], Dict[str, int]
    for name, tensor in tensors.items():
        in_pickle = isinstance(tensor, np.ndarray)
        kind = tensor.dtype.name if in_pickle else tensor.storage.dtype
        result[name] = _native(name, tensor, kind) if in_pickle else arrays.of(name, tensor)
        if kind in HOW_WIDENED:
            widened[kind] = widened.get(kind, 0) + 1
    notes = tuple("{} {} tensors {}".format(n, kind, HOW_WIDENED[kind]) for kind, n in widened.items())
    return result, notes


def _is_contiguous(tensor: TensorRef) -> bool:
    expected = 1
    for size, stride in zip(reversed(tensor.shape), reversed(tensor.strides)):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True


def _bytes_copied(tensor: TensorRef) -> int:
    if _is_contiguous(tensor) and tensor.storage.dtype not in HOW_WIDENED:
        return 0
    elements = 1
    for size in tensor.shape:
        elements *= size
    return elements * max(4, ITEM_SIZES[tensor.storage.dtype])


def _view(flat: np.ndarray, tensor: TensorRef) -> np.ndarray:
    """The tensor as a contiguous array: a view where it is one already, otherwise a copy."""
    if 0 in tensor.shape:
        return np.empty(tensor.shape, flat.dtype)
    if _is_contiguous(tensor):
        count = int(np.prod(tensor.shape, dtype=np.int64))
        return flat[tensor.offset:tensor.offset + count].reshape(tensor.shape)
    strides = tuple(stride * flat.itemsize for stride in tensor.strides)
    return np.lib.stride_tricks.as_strided(flat[tensor.offset:], tensor.shape, strides).copy()


def _native(name: str, array: np.ndarray, kind: str) -> np.ndarray:
    """Floating arrays as float32, others as they are; little-endian."""
    if kind == "bfloat16":
        return (array.astype(np.uint32) << 16).view(np.float32)
    if array.dtype.kind != "f":
        return array.astype(array.dtype.newbyteorder("="), copy=not array.flags.writeable)
    with np.errstate(over="ignore"):
        result = array.astype(np.float32, copy=not array.flags.writeable)
    if kind == "float64" and not np.array_equal(np.isfinite(result), np.isfinite(array)):
        raise BadCheckpoint(
            "{!r:.60} has values beyond float32's range".format(name), hint="the published models are float32"
        )
    return result
