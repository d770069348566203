"""Keys as the network itself has them, without what wrappers put before them, and without tensors of others."""

import re
from collections import OrderedDict
from typing import Any, Iterator, Mapping, NamedTuple, Tuple

# (Distributed)DataParallel; Lightning modules and trainers that hold the network by one of these names.
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "online_model.")
COMPILED = re.compile(r"(^|\.)_orig_mod\.")  # of a part that torch.compile made
# What trainers keep in the same state dict: losses, metrics, averaged copies and their counters.
NOT_OF_NETWORK = re.compile(
    r"^[^.]*(criterion|loss|metric)[^.]*(\.|$)"
    r"|^([^.]*_)?(ema|swa|averaged?)(_[^.]*)?\."
    r"|^(n_averaged|initted|step)$"
    r"|^(train|val|valid|test)_[^.]*\."
)
COUNTED = re.compile(r"(^|\.)total_(ops|params)$")  # what thop leaves in every module that it has counted
DEEPEST = 10  # names that may stand before the network's own


class Stripped(NamedTuple):
    tensors: "OrderedDict[str, Any]"
    prefix: str  # what was taken off every key: "module." and the like
    left_out: Tuple[str, ...]  # keys of tensors that are not the network's

    @property
    def notes(self) -> Tuple[str, ...]:
        """How the keys differ from those in the file."""
        notes = ()  # type: Tuple[str, ...]
        if self.prefix:
            notes += ("every key began with {:.80}, which was taken off".format(self.prefix),)
        if self.left_out:
            few = ", ".join("{:.80}".format(key) for key in self.left_out[:10])
            notes += ("{} tensors are not the network's: {}".format(len(self.left_out), few),)
        return notes


def without_prefix(tensors: Mapping[str, Any]) -> Stripped:
    """The tensors by the network's own keys; those of others go only if all the rest share a prefix."""
    plain = OrderedDict((key, tensor) for key, tensor in tensors.items() if not COUNTED.search(key))
    prefix, left_out = "", tuple(key for key in tensors if key not in plain)
    while True:
        for each in PREFIXES:
            rest = tuple(key for key in plain if not key.startswith(each))
            if len(rest) < len(plain) and all(NOT_OF_NETWORK.search(key) for key in rest):
                prefix, left_out = prefix + each, left_out + rest
                plain = OrderedDict((key[len(each) :], plain[key]) for key in plain if key.startswith(each))
                break
        else:
            return Stripped(_uncompiled(plain), prefix, left_out)


def namings(tensors: Mapping[str, Any]) -> Tuple[Stripped, ...]:
    """The tensors by every name that the network may have them under, the likeliest first: without what wrappers put
    before them, as saved, and with ever more taken off of what all keys begin with, such as the name of the attribute
    that held the network."""
    stripped, saved = without_prefix(tensors), Stripped(OrderedDict(tensors), "", ())
    likely = [stripped] + ([saved] if list(stripped.tensors) != list(saved.tensors) else [])
    return tuple(likely) + tuple(shorter for each in likely for shorter in _with_less(each))


def _with_less(stripped: Stripped) -> Iterator[Stripped]:
    for _ in range(DEEPEST):
        others = tuple(key for key in stripped.tensors if NOT_OF_NETWORK.search(key))
        own = [key for key in stripped.tensors if key not in others]
        names = {key.partition(".")[0] for key in own}
        if len(names) != 1 or not all("." in key for key in own):
            return
        first = names.pop() + "."
        tensors = OrderedDict((key[len(first) :], stripped.tensors[key]) for key in own)
        stripped = Stripped(tensors, stripped.prefix + first, stripped.left_out + others)
        yield stripped


def _uncompiled(tensors: "OrderedDict[str, Any]") -> "OrderedDict[str, Any]":
    renamed = OrderedDict((COMPILED.sub(r"\1", key), value) for key, value in tensors.items())
    return renamed if len(renamed) == len(tensors) else tensors
