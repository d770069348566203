"""Where in a checkpoint the weights are: the state dict, in whatever a trainer wrapped around it."""
import itertools
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
TABLES = ("_parameters", "_buffers", "_modules")  # where an nn.Module keeps what is in its state dict
DEEPEST = 6
MOST_MODULES = 10 * 1000


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
            found = _state_dict(path, _module_entries(value))
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


def _is_module(value: Any) -> bool:
    """An nn.Module that was pickled whole, or one of TorchScript, whose attributes are its weights."""
    if not isinstance(value, Placeholder) or not isinstance(value.state, dict):
        return False
    script = value.name.startswith("__torch__.")
    return script or all(isinstance(value.state.get(table), dict) for table in TABLES)


def _module_entries(module: Placeholder) -> "OrderedDict[str, Any]":
    """The state dict of a module that was pickled whole, read off its state; its class is not needed."""
    entries = OrderedDict()  # type: OrderedDict[str, Any]
    pending = [("", module)]
    for _ in range(MOST_MODULES):
        if not pending:
            return entries
        prefix, parent = pending.pop()
        children = []
        for key, item in _attributes(parent):
            if _is_module(item):
                children.append(("{}{}.".format(prefix, key), item))
            elif isinstance(item, Placeholder) or _is_tensor(item):
                entries["{}{}".format(prefix, key)] = item
        pending.extend(reversed(children))
    raise BadCheckpoint(
        "a pickled module holds more than {} modules, or itself".format(MOST_MODULES),
        hint="save model.state_dict() instead",
    )


def _attributes(module: Placeholder) -> Iterator[Tuple[Any, Any]]:
    script = module.name.startswith("__torch__.")
    tables = [module.state] if script else [module.state[table] for table in TABLES]
    return itertools.chain.from_iterable(table.items() for table in tables)


def _outline(tree: Any) -> str:
    if isinstance(tree, dict):
        keys = [str(key) for key in tree if isinstance(key, (str, int))]
        return "a dictionary of {}".format(", ".join(keys[:12]) or "nothing")
    if isinstance(tree, Placeholder):
        return "an object of {}".format(tree.name)
    return "a {}".format("tensor" if isinstance(tree, TensorRef) else type(tree).__name__)
