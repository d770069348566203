"""Where in a checkpoint the weights are: the state dict, in whatever a trainer wrapped around it."""
import re
from collections import OrderedDict
from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

from job.checkpoint.numpy_pickles import PickledArray
from job.checkpoint.values import Placeholder, TensorRef
from job.errors import BadCheckpoint

# Names under which trainers keep the weights, the likeliest first.
KNOWN = tuple("state_dict model_state_dict model_state model net network module weights params".split())
AVERAGED = re.compile(r"(^|_)(ema|swa|shadow|averaged?)(_|$)")
NOT_WEIGHTS = re.compile(r"optim|scheduler|scaler|^(optimizer_)?state$")
PREFIXES = ("module.", "_orig_mod.", "model.")
DEEPEST = 6
DEEPEST_MODULE = 60


class StateDict(NamedTuple):
    path: Tuple[str, ...]  # of keys from the file's root
    tensors: "OrderedDict[str, Any]"  # TensorRef or numpy array, in the order of the file
    unknown: Tuple[Tuple[str, str], ...] = ()  # key and global of entries that need a global we do not know
    others: Tuple[str, ...] = ()  # keys of entries that are no tensors

    @property
    def averaged(self) -> bool:
        return any(AVERAGED.search(name) for name in self.path)

    @property
    def rank(self) -> int:
        return min((KNOWN.index(name) for name in self.path if name in KNOWN), default=len(KNOWN))

    def order(self) -> Tuple[bool, int, int]:
        return self.averaged, self.rank, -len(self.tensors)

    @property
    def name(self) -> str:
        return ".".join(self.path) or "the file's root"


def find_state_dict(tree: Any) -> Tuple[StateDict, Tuple[str, ...]]:
    """The state dict and notes on what was passed over; BadCheckpoint if there is none, or several alike."""
    seen = set()  # type: Set[int]
    found = sorted(_state_dicts(tree, (), seen), key=StateDict.order)
    if not found:
        raise BadCheckpoint(
            "there are no weights in it: {}".format(_outline(tree)),
            hint="save model.state_dict(), by itself or under the name state_dict",
        )
    best, rest = found[0], found[1:]
    rivals = [each for each in rest if (each.averaged, each.rank) == (best.averaged, best.rank)]
    if any(2 * len(each.tensors) >= len(best.tensors) for each in rivals):
        raise BadCheckpoint(
            "it holds several sets of weights: {}".format(", ".join(each.name for each in [best] + rivals)),
            hint="save the state dict of one model",
        )
    if best.unknown:
        raise BadCheckpoint(
            "these weights need what is not read from a pickle: "
            + ", ".join("{} ({})".format(key, name) for key, name in best.unknown),
            hint="save plain tensors: quantized, sparse and custom ones cannot be converted",
        )
    return best, tuple(_notes(best, rest))


def without_prefix(tensors: "OrderedDict[str, Any]") -> Tuple[str, "OrderedDict[str, Any]"]:
    """What wrappers such as DistributedDataParallel put before every key, and the keys without it."""
    prefix, more = "", PREFIXES
    while more:
        more = [each for each in PREFIXES if all(key.startswith(prefix + each) for key in tensors)]
        prefix += "".join(more)
    return prefix, OrderedDict((key[len(prefix):], value) for key, value in tensors.items())


def _notes(best: StateDict, rest: List[StateDict]) -> Iterator[str]:
    if best.path:
        yield "the weights are those under {}".format(best.name)
    passed = [each.name for each in rest]
    if passed:
        yield "other tensors were not used: {}".format(", ".join(passed[:10]))
    if best.averaged:
        yield "the weights are averaged ones (EMA): the file has no others"
    if best.others:
        few = ", ".join(best.others[:10])
        yield "{} entries of the state dict are no tensors: {}".format(len(best.others), few)


def _state_dicts(value: Any, path: Tuple[str, ...], seen: Set[int]) -> Iterator[StateDict]:
    if id(value) in seen or len(path) > DEEPEST:
        return
    seen.add(id(value))
    if isinstance(value, Placeholder):
        if _is_module(value):
            found = _state_dict(path, _module_entries(value, "", DEEPEST_MODULE))
            yield from [found] if found.tensors else []
            return
        for part in (value.state, value.items):
            yield from _state_dicts(part, path, seen)
    elif isinstance(value, dict):
        entries = OrderedDict((key, item) for key, item in value.items() if isinstance(key, str))
        if any(_is_tensor(item) for item in entries.values()):
            yield _state_dict(path, entries)
        for key, item in entries.items():
            if not NOT_WEIGHTS.search(key.lower()):
                yield from _state_dicts(item, path + (key,), seen)


def _state_dict(path: Tuple[str, ...], entries: Dict[str, Any]) -> StateDict:
    tensors = OrderedDict((key, _plain(item)) for key, item in entries.items() if _is_tensor(item))
    rest = [(key, item) for key, item in entries.items() if key not in tensors]
    unknown = tuple((key, item.name) for key, item in rest if isinstance(item, Placeholder))
    others = tuple(key for key, item in rest if not isinstance(item, (Placeholder, dict)))
    return StateDict(path, tensors, unknown, others)


def _is_tensor(item: Any) -> bool:
    return isinstance(item, TensorRef) or (isinstance(item, PickledArray) and item.array is not None)


def _plain(item: Any) -> Any:
    return item.array if isinstance(item, PickledArray) else item


def _is_module(value: Placeholder) -> bool:
    state = value.state
    return isinstance(state, dict) and isinstance(state.get("_parameters"), dict) and "_modules" in state


def _module_entries(module: Placeholder, prefix: str, depth: int) -> "OrderedDict[str, Any]":
    """The state dict of a module that was pickled whole, read off its state; its class is not needed."""
    entries = OrderedDict()  # type: OrderedDict[str, Any]
    if depth == 0:
        raise BadCheckpoint("a pickled module is nested too deeply", hint="save model.state_dict() instead")
    for table in ("_parameters", "_buffers"):
        for key, item in dict(module.state.get(table) or {}).items():
            if item is not None:
                entries["{}{}".format(prefix, key)] = item
    for key, child in dict(module.state.get("_modules") or {}).items():
        if isinstance(child, Placeholder) and _is_module(child):
            entries.update(_module_entries(child, "{}{}.".format(prefix, key), depth - 1))
    return entries


def _outline(tree: Any) -> str:
    if isinstance(tree, dict):
        keys = [str(key) for key in tree if isinstance(key, (str, int))]
        return "a dictionary of {}".format(", ".join(keys[:12]) or "nothing")
    if isinstance(tree, Placeholder):
        return "an object of {}".format(tree.name)
    return "a {}".format("tensor" if isinstance(tree, TensorRef) else type(tree).__name__)
