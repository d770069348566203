"""Keys as the network itself has them, without what wrappers put before them, and without tensors of others."""

import re
from collections import OrderedDict
from typing import Any, Mapping, NamedTuple, Tuple

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


class Stripped(NamedTuple):
    tensors: "OrderedDict[str, Any]"
    prefix: str  # what was taken off every key: "module." and the like
    left_out: Tuple[str, ...]  # keys of tensors that are not the network's


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


def _uncompiled(tensors: "OrderedDict[str, Any]") -> "OrderedDict[str, Any]":
    renamed = OrderedDict((COMPILED.sub(r"\1", key), value) for key, value in tensors.items())
    return renamed if len(renamed) == len(tensors) else tensors
