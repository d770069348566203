"""The state dict of a module that was pickled whole, or of TorchScript; its class is not needed."""

import itertools
from collections import OrderedDict
from typing import Any, Iterator, Tuple

import numpy as np

from job.checkpoint.nested_modules import nested_modules
from job.checkpoint.numpy_pickles import PickledArray
from job.checkpoint.values import Placeholder, TensorRef
from job.checkpoint.widening import HalfTensor

TABLES = ("_parameters", "_buffers", "_modules")  # where an nn.Module keeps what is in its state dict
NOT_SAVED = "_non_persistent_buffers_set"  # names of buffers that are not in it
SCRIPT = "__torch__."  # where the names of TorchScript's classes begin


def is_tensor(item: Any) -> bool:
    return isinstance(item, (TensorRef, np.ndarray, HalfTensor)) or (
        isinstance(item, PickledArray) and item.array is not None
    )


def is_module(value: Any) -> bool:
    """An nn.Module that was pickled whole, or one of TorchScript, whose attributes are its weights."""
    if not isinstance(value, Placeholder) or not isinstance(value.state, dict):
        return False
    return value.name.startswith(SCRIPT) or all(isinstance(value.state.get(table), dict) for table in TABLES)


def module_entries(module: Placeholder) -> "OrderedDict[str, Any]":
    """Its tensors, and what stands in the place of some, by the keys that its state dict would have."""
    entries = OrderedDict()  # type: OrderedDict[str, Any]
    for prefix, parent in nested_modules(module, _inner):
        for key, item in _attributes(parent):
            if is_tensor(item) or isinstance(item, Placeholder) and not is_module(item):
                entries[prefix + key] = item
    return entries


def _inner(module: Placeholder) -> Iterator[Tuple[str, Placeholder]]:
    return ((key, item) for key, item in _attributes(module) if is_module(item))


def _attributes(module: Placeholder) -> Iterator[Tuple[str, Any]]:
    state = module.state
    if module.name.startswith(SCRIPT):
        tables = [state]
    else:
        unsaved = state.get(NOT_SAVED)
        unsaved = unsaved if isinstance(unsaved, list) else []
        buffers = {key: item for key, item in state["_buffers"].items() if key not in unsaved}
        tables = [state["_parameters"], buffers, state["_modules"]]
    return (
        (key, item)
        for key, item in itertools.chain.from_iterable(table.items() for table in tables)
        if isinstance(key, str)
    )
