"""The state dict of a module that was pickled whole, or of TorchScript; its class is not needed."""

import itertools
from collections import OrderedDict
from typing import Any, Iterator, List, Tuple

import numpy as np

from job.checkpoint.numpy_pickles import PickledArray
from job.checkpoint.values import Placeholder, TensorRef
from job.checkpoint.widening import HalfTensor
from job.errors import BadCheckpoint

TABLES = ("_parameters", "_buffers", "_modules")  # where an nn.Module keeps what is in its state dict
NOT_SAVED = "_non_persistent_buffers_set"  # names of buffers that are not in it
SCRIPT = "__torch__."  # where the names of TorchScript's classes begin
MOST_MODULES = 10 * 1000


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
    pending = [("", module)]
    for _ in range(MOST_MODULES):
        if not pending:
            return entries
        prefix, parent = pending.pop()
        children = []  # type: List[Tuple[str, Placeholder]]
        for key, item in _attributes(parent):
            if is_module(item):
                children.append(("{}{}.".format(prefix, key), item))
            elif isinstance(item, Placeholder) or is_tensor(item):
                entries["{}{}".format(prefix, key)] = item
        pending.extend(reversed(children))
    raise BadCheckpoint(
        "a pickled module holds more than {} modules, or itself".format(MOST_MODULES),
        hint="save model.state_dict() instead",
    )


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
