"""From views of storages to arrays: the storages are read once, and shared by the tensors that share them."""
from collections import OrderedDict
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np

from job.checkpoint.source import Source
from job.checkpoint.tensor_views import ITEM_SIZES
from job.checkpoint.values import Content, Storage, TensorRef
from job.errors import BadCheckpoint

MOST_COPIED = 64 * 1024 * 1024  # bytes, beyond four times the file


def arrays_of(source: Source, content: Content, tensors: Mapping[str, Any]) -> Tuple[Any, Tuple[str, ...]]:
    """An array for every tensor, floating ones as float32, and notes on what was converted.

    Raises BadCheckpoint for dtypes that cannot be converted, for storages that the file lacks, and for
    views that together would need far more memory than the file has bytes.
    """
    storages = {}  # type: Dict[Tuple[str, str], np.ndarray]
    budget = 4 * source.size + MOST_COPIED
    result, widened = OrderedDict(), OrderedDict()  # type: OrderedDict[str, np.ndarray], Dict[str, int]
    for name, tensor in tensors.items():
        if isinstance(tensor, TensorRef):
            flat = _storage(source, content, tensor.storage, storages, name)
            budget -= _bytes_copied(tensor)
            if budget < 0:
                raise BadCheckpoint(
                    "its tensors unfold to far more than the file holds, {!r:.60} among them".format(name),
                    hint="save contiguous copies of the tensors",
                )
            array, kind = _view(flat, tensor), tensor.storage.dtype
        else:
            array, kind = tensor, tensor.dtype.name
        result[name] = _native(name, array, kind)
        if kind in ("float16", "bfloat16", "float64"):
            widened[kind] = widened.get(kind, 0) + 1
    return result, tuple(_notes(widened))


def _notes(widened: Mapping[str, int]) -> List[str]:
    how = {"float64": "were rounded to float32"}
    return [
        "{} {} tensors {}".format(count, kind, how.get(kind, "became float32, exactly"))
        for kind, count in widened.items()
    ]


def _storage(
    source: Source, content: Content, storage: Storage, storages: Dict[Tuple[str, str], np.ndarray], name: str
) -> np.ndarray:
    """The storage as a flat array; bfloat16 as uint16."""
    key = (storage.key, storage.dtype)
    if key in storages:
        return storages[key]
    if storage.dtype not in ITEM_SIZES:
        raise BadCheckpoint(
            "{!r:.60} is of {}, which cannot be converted".format(name, storage.dtype),
            hint="save it as float32: complex, quantized and 8-bit floating types are not supported",
        )
    region = content.regions.get(storage.key)
    size = storage.elements * ITEM_SIZES[storage.dtype]
    if region is None or region.size < size:
        has = region.size if region else "no"
        raise BadCheckpoint(
            "the storage of {!r:.60} has {} bytes in the file, {} are needed".format(name, has, size),
            hint="the file is truncated or damaged",
        )
    dtype = np.dtype("uint16" if storage.dtype == "bfloat16" else storage.dtype)
    flat = source.array(region.position, size, "the storage of {!r:.60}".format(name)).view(dtype)
    storages[key] = flat.byteswap() if content.big_endian else flat
    return storages[key]


def _is_contiguous(tensor: TensorRef) -> bool:
    expected = 1
    for size, stride in zip(reversed(tensor.shape), reversed(tensor.strides)):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True


def _bytes_copied(tensor: TensorRef) -> int:
    if _is_contiguous(tensor) and tensor.storage.dtype not in ("float16", "bfloat16", "float64"):
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
