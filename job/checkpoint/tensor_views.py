"""Tensors of a torch pickle: storages named by persistent ids, and views of them."""

from typing import Any, Tuple

from job.checkpoint.pickle_machine import Global, malformed, shown
from job.checkpoint.values import Placeholder, Storage, TensorRef

TENSOR_DTYPES = {
    "torch.float32": "float32",
    "torch.float64": "float64",
    "torch.float16": "float16",
    "torch.bfloat16": "bfloat16",
    "torch.int64": "int64",
    "torch.int32": "int32",
    "torch.int16": "int16",
    "torch.int8": "int8",
    "torch.uint8": "uint8",
    "torch.uint16": "uint16",
    "torch.uint32": "uint32",
    "torch.uint64": "uint64",
    "torch.bool": "bool",
}
STORAGE_DTYPES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "UntypedStorage": "uint8",
}
ITEM_SIZES = {"bfloat16": 2, "float16": 2, "float32": 4, "float64": 8, "bool": 1}
ITEM_SIZES.update({"{}int{}".format(u, 8 * size): size for u in ("", "u") for size in (1, 2, 4, 8)})
MOST_AXES = 32  # numpy's own limit
LONGEST_KEY = 200  # characters, of a storage's name


def persistent_storage(identity: Any) -> Any:
    """What a persistent id stands for: a Storage, or the class of a module that was saved with its source.

    ('storage', type, key, location, elements[, (view key, view offset, view elements)])
    ('module', class, source file, source)
    """
    if not isinstance(identity, tuple) or not identity:
        raise malformed("a persistent id that is not of PyTorch")
    if identity[0] == "module" and len(identity) == 4:
        return identity[1]
    if identity[0] != "storage" or len(identity) not in (5, 6) or not isinstance(identity[1], Global):
        raise malformed("a persistent id that is not of PyTorch")
    kind, key, elements = identity[1].name.split(".")[-1], identity[2], identity[4]
    if not isinstance(key, str) or len(key) > LONGEST_KEY or not _is_size(elements):
        raise malformed("a storage without a name or a size")
    storage = Storage(key, STORAGE_DTYPES.get(kind, kind), elements)
    view = identity[5] if len(identity) == 6 else None
    return storage if view is None else _view_of(storage, view)


def _view_of(storage: Storage, view: Any) -> TensorRef:
    if not isinstance(view, tuple) or len(view) != 3 or not (_is_size(view[1]) and _is_size(view[2])):
        raise malformed("a view of a storage that has no offset and size")
    if view[1] + view[2] > storage.elements:
        raise malformed("a view that reaches beyond its storage")
    return TensorRef(storage, view[1], (view[2],), (1,))


def tensor(
    storage: Any,
    offset: Any,
    shape: Any,
    strides: Any,
    grad: Any = None,
    hooks: Any = None,
    metadata: Any = None,
) -> Any:
    """A view, checked to lie inside its storage; a placeholder if its storage is none we can read."""
    if isinstance(metadata, dict) and metadata.get("neg"):
        return Placeholder("a view whose numbers are still to be negated")
    if isinstance(storage, TensorRef):  # a storage that is itself a view of another
        whole, start, most = storage.storage, storage.offset, storage.offset + storage.shape[0]
    elif isinstance(storage, Storage):
        whole, start, most = storage, 0, storage.elements
    else:
        return Placeholder("a tensor without a storage")
    shape, strides = _sizes(shape), _sizes(strides)
    if not _is_size(offset) or len(shape) != len(strides):
        raise malformed("a tensor of offset {}, shape {}, strides {}".format(shown(offset), shape, strides))
    last = start + offset + sum((size - 1) * stride for size, stride in zip(shape, strides))
    if 0 not in shape and last >= most:
        raise malformed("a tensor of shape {} that reaches beyond its storage".format(list(shape)))
    return TensorRef(whole, start + offset, shape, strides)


def tensor_of_dtype(
    storage: Any,
    offset: Any,
    shape: Any,
    strides: Any,
    grad: Any,
    hooks: Any,
    dtype: Any,
    metadata: Any = None,
) -> Any:
    """_rebuild_tensor_v3: the storage counts bytes, and the dtype is said beside it."""
    if not isinstance(storage, Storage) or not isinstance(dtype, Global):
        return Placeholder("a tensor without a storage")
    name = TENSOR_DTYPES.get(dtype.name, dtype.name)
    elements = storage.elements // ITEM_SIZES.get(name, 1)
    return tensor(Storage(storage.key, name, elements), offset, shape, strides, grad, hooks, metadata)


def _sizes(value: Any) -> Tuple[int, ...]:
    if not isinstance(value, (tuple, list)) or len(value) > MOST_AXES or not all(map(_is_size, value)):
        raise malformed("a tensor's shape or strides: " + shown(value))
    return tuple(value)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**62
