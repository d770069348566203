"""From views of storages to arrays: what is 32 or 16 bits of a float, and whole numbers, as the mapped file has them."""

from collections import OrderedDict
from typing import Any, Dict, Mapping, Tuple, Union

import numpy as np

from job.checkpoint.source import Source
from job.checkpoint.tensor_views import ITEM_SIZES
from job.checkpoint.values import Content, Region, Storage, TensorRef
from job.checkpoint.widening import EXACT, STORED_AS, HalfTensor, Widening
from job.errors import BadCheckpoint
from job.values import elements

SPARE = 128 * 1024 * 1024  # bytes that copies may take beyond the size of the file
BLOCK = 4 * 1024 * 1024  # numbers that are widened at a time

Array = Union[np.ndarray, HalfTensor]


class Arrays:
    """The arrays of one file's tensors, within a budget of memory that its size sets."""

    def __init__(self, source: Source, content: Content) -> None:
        self._source = source
        self._content = content
        self._storages = {}  # type: Dict[Storage, np.ndarray]
        self._copies = {}  # type: Dict[TensorRef, Array]
        self._budget = source.size + SPARE
        self.widening = Widening()

    def of(self, name: str, tensor: TensorRef) -> Array:
        """As the file's region has it, shared by all tensors of a storage, wherever that is possible."""
        dtype = tensor.storage.dtype
        if dtype not in ITEM_SIZES:
            raise BadCheckpoint(
                "{!r:.60} is of {:.60}, which cannot be converted".format(name, dtype),
                hint="save it as float32: complex, quantized and 8-bit floating types are not supported",
            )
        if 0 in tensor.shape:
            return np.empty(tensor.shape, self.widening.result_of(dtype))
        if tensor not in self._copies:
            rounded = self.widening.concerns(dtype) and dtype not in EXACT
            if not rounded and not self._content.big_endian and _is_contiguous(tensor):
                flat = self._flat(name, tensor.storage)
                stored = flat[tensor.offset : tensor.offset + elements(tensor.shape)].reshape(tensor.shape)
                return HalfTensor(dtype, stored) if dtype in EXACT else stored
            self._copies[tensor] = self._copied(name, tensor)
        return self._copies[tensor]

    def _flat(self, name: str, storage: Storage) -> np.ndarray:
        """All of a storage: the mapped file itself, or a copy where it lies askew in it."""
        if storage not in self._storages:
            dtype, position = np.dtype(_stored_as(storage.dtype)), self._position(name, storage)
            flat = self._source.shared(position, storage.elements, dtype, _called(name))
            if flat is None:
                self._spend(name, storage.elements * dtype.itemsize)
                flat = self._source.array(position, storage.elements * dtype.itemsize, _called(name)).view(
                    dtype
                )
            self._storages[storage] = flat
        return self._storages[storage]

    def _copied(self, name: str, tensor: TensorRef) -> np.ndarray:
        """The tensor's own numbers, contiguous, in this machine's byte order and the type that is kept."""
        size = ITEM_SIZES[tensor.storage.dtype]
        self._spend(name, elements(tensor.shape) * size)
        if not _is_contiguous(tensor):
            span = 1 + sum((axis - 1) * stride for axis, stride in zip(tensor.shape, tensor.strides))
            stored = self._stored(name, tensor.storage, tensor.offset, span)
            strides = tuple(stride * size for stride in tensor.strides)
            return self.widening.widened(
                name, tensor.storage.dtype, np.lib.stride_tricks.as_strided(stored, tensor.shape, strides)
            )
        result = np.empty(elements(tensor.shape), self.widening.result_of(tensor.storage.dtype))
        for begin in range(0, len(result), BLOCK):
            part = result[begin : begin + BLOCK]
            stored = self._stored(name, tensor.storage, tensor.offset + begin, len(part))
            part[...] = self.widening.widened(name, tensor.storage.dtype, stored)
        return result.reshape(tensor.shape)

    def _stored(self, name: str, storage: Storage, offset: int, count: int) -> np.ndarray:
        """Some numbers of a storage as the file has them, in this machine's byte order; bfloat16 as uint16."""
        size = ITEM_SIZES[storage.dtype]
        position = self._position(name, storage) + offset * size
        flat = self._source.array(position, count * size, _called(name))
        flat = flat.view(_stored_as(storage.dtype))
        return flat.byteswap() if self._content.big_endian else flat

    def _position(self, name: str, storage: Storage) -> int:
        """Where a storage begins in the file, which has all of it."""
        region = self._content.regions.get(storage.key, Region(0, 0))
        size = storage.elements * ITEM_SIZES[storage.dtype]
        if region.size < size:
            raise BadCheckpoint(
                "{!r:.60} needs a storage of {} bytes, the file has {}".format(name, size, region.size),
                hint="the file is truncated or damaged",
            )
        return region.position

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
    result = OrderedDict()  # type: OrderedDict[str, Array]
    for name, tensor in tensors.items():
        if isinstance(tensor, TensorRef):
            kind, result[name] = tensor.storage.dtype, arrays.of(name, tensor)
        else:
            kind, result[name] = tensor.dtype.name, _in_memory(name, tensor, arrays.widening)
        arrays.widening.count(kind)
    return result, arrays.widening.notes()


def _in_memory(name: str, array: Array, widening: Widening) -> Array:
    """Of a shard, which has been read already, or of an .npz."""
    if isinstance(array, HalfTensor):
        return array
    return HalfTensor("float16", array) if array.dtype == np.float16 else widening.widened(name, array.dtype.name, array)


def _stored_as(kind: str) -> str:
    return STORED_AS.get(kind, kind)


def _called(name: str) -> str:
    return "the storage of {!r:.60}".format(name)


def _is_contiguous(tensor: TensorRef) -> bool:
    expected = 1
    for size, stride in zip(reversed(tensor.shape), reversed(tensor.strides)):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True
