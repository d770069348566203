"""Every place in a checkpoint that could be the weights, in whatever a trainer wrapped around them."""

import re
from collections import OrderedDict
from typing import Any, Dict, Iterator, NamedTuple, Sequence, Set, Tuple

from job.checkpoint.numpy_pickles import PickledArray
from job.checkpoint.pickled_modules import is_module, is_tensor, module_entries
from job.checkpoint.values import Placeholder

# Names under which trainers keep the weights, the likeliest first.
KNOWN = tuple("state_dict model_state_dict model_state model net network module weights params".split())
AVERAGED = re.compile(r"(^|_)(ema|swa|shadow|averaged?)(_|$)")
NOT_WEIGHTS = re.compile(
    r"optim|sched|scaler|^opt(_|$)|_opt$|^(optimizer_)?state$|criterion|(^|_)loss|metric|callback"
)
ROOT = "."  # how --weights-key calls the file's root
DEEPEST = 6  # of keys on the way
MOST_ITEMS = 100  # of a list that are looked at
DEEPEST_OBJECTS = 50


class StateDict(NamedTuple):
    path: Tuple[str, ...]  # of keys from the file's root
    tensors: "OrderedDict[str, Any]"  # TensorRef or numpy array, in the order of the file
    unknown: Tuple[Tuple[str, str], ...] = ()  # key and global of entries that need a global we do not know
    others: Tuple[str, ...] = ()  # keys of entries that are no tensors
    beside: Tuple[str, ...] = ()  # keys beside the weights on the way to them

    @property
    def averaged(self) -> bool:
        return any(AVERAGED.search(name.lower()) for name in self.path)

    @property
    def rank(self) -> int:
        return min((KNOWN.index(name) for name in self.path if name in KNOWN), default=len(KNOWN))

    def order(self) -> Tuple[bool, int, int]:
        return self.averaged, self.rank, -len(self.tensors)

    @property
    def name(self) -> str:
        return ".".join(self.path) or ROOT


class _Place(NamedTuple):
    value: Any
    path: Tuple[str, ...] = ()
    beside: Tuple[str, ...] = ()
    objects: int = 0  # without a key of their own on the way


def state_dicts(tree: Any, everywhere: bool = False) -> Sequence[StateDict]:
    """All that hold tensors, those of optimizers and losses only if everywhere; the likeliest first."""
    return sorted(_found(_Place(tree), everywhere, set()), key=StateDict.order)


def _found(place: _Place, everywhere: bool, seen: Set[int]) -> Iterator[StateDict]:
    value = place.value
    if id(value) in seen or len(place.path) > DEEPEST or place.objects > DEEPEST_OBJECTS:
        return
    seen.add(id(value))
    if is_module(value):
        found = _state_dict(place, module_entries(value))
        yield from [found] if found.tensors else []
    elif isinstance(value, Placeholder):
        for part in (value.state, value.items):
            yield from _found(place._replace(value=part, objects=place.objects + 1), everywhere, seen)
    elif isinstance(value, dict):
        entries = OrderedDict((key, item) for key, item in value.items() if isinstance(key, str))
        if any(is_tensor(item) for item in entries.values()):
            yield _state_dict(place, entries)
        yield from _below(place, entries, everywhere, seen)
    elif isinstance(value, (list, tuple)):
        entries = OrderedDict((str(index), item) for index, item in enumerate(value[:MOST_ITEMS]))
        yield from _below(place, entries, everywhere, seen)


def _below(place: _Place, entries: Dict[str, Any], everywhere: bool, seen: Set[int]) -> Iterator[StateDict]:
    nested = [key for key, item in entries.items() if isinstance(item, (dict, list, tuple, Placeholder))]
    for key in nested:
        if everywhere or not NOT_WEIGHTS.search(key.lower()):
            beside = (
                place.beside + tuple(other for other in entries if other != key)
                if len(nested) < MOST_ITEMS
                else ()
            )
            yield from _found(_Place(entries[key], place.path + (key,), beside), everywhere, seen)


def _state_dict(place: _Place, entries: Dict[str, Any]) -> StateDict:
    tensors = OrderedDict((key, _plain(item)) for key, item in entries.items() if is_tensor(item))
    rest = [(key, item) for key, item in entries.items() if key not in tensors]
    unknown = tuple(
        (key, item.name) for key, item in rest if isinstance(item, Placeholder) and not is_module(item)
    )
    others = tuple(key for key, item in rest if not isinstance(item, Placeholder))
    return StateDict(place.path, tensors, unknown, others, place.beside)


def _plain(item: Any) -> Any:
    return item.array if isinstance(item, PickledArray) else item
