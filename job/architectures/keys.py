"""Which key of a checkpoint belongs to which of a module, and what is wrong when none does."""
import difflib
import heapq
import json
import re
import shlex
from collections import OrderedDict
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple

from job.architectures.registry import Renaming
from job.first_few import first_few
from job.values import Shape

OPTIONAL = "num_batches_tracked"  # only training reads it, and checkpoints older than PyTorch 0.4.1 lack it


class Mismatch(NamedTuple):
    """How the keys of a checkpoint differ from those a module needs."""

    missing: Tuple[str, ...]
    unexpected: Tuple[str, ...]
    misshaped: Tuple[Tuple[str, Shape, Shape], ...]  # key, shape in the checkpoint, shape in the module

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.misshaped)


WRAPPED = (r"(^|\.)module\.", r"\1")  # a part of the network in DataParallel, such as features.module.0.weight
MOST_NEAREST = 200  # missing keys that a nearest one is looked for
MOST_LINES = 1000


def new_name(key: str, renamings: Sequence[Renaming]) -> str:
    for pattern, replacement in renamings:
        renamed = re.sub(pattern, replacement, key)
        if renamed != key:
            return renamed
    return key


def renamed_where_needed(
    tensors: Mapping[str, Any], wanted: Mapping[str, Any], renamings: Sequence[Renaming]
) -> "OrderedDict[str, Any]":
    """The tensors under the module's keys; a key that fits, or whose new name would not, stays as it is."""
    result = OrderedDict()
    for key, value in tensors.items():
        renamed = new_name(key, renamings)
        if renamed not in wanted:
            renamed = new_name(re.sub(*WRAPPED, key), renamings)
        fits = renamed in wanted and renamed not in tensors and renamed not in result
        result[renamed if key not in wanted and fits else key] = value
    return result


def mismatch_of(found: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> Mismatch:
    return Mismatch(
        tuple(key for key in wanted if key not in found and not key.endswith(OPTIONAL)),
        tuple(key for key in found if key not in wanted),
        tuple(
            (key, tuple(found[key]), tuple(wanted[key]))
            for key in wanted
            if key in found and tuple(found[key]) != tuple(wanted[key])
        ),
    )


def describe(mismatch: Mismatch, found: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> str:
    """Every key that is wrong, one a line; the nearest match beside the missing ones."""
    by_shape = {}  # type: Dict[Shape, List[str]]
    for key in mismatch.unexpected:
        by_shape.setdefault(tuple(found[key]), []).append(key)
    lines = []  # type: List[str]
    for number, key in enumerate(mismatch.missing):
        near = _nearest(key, by_shape.get(tuple(wanted[key]), ())) if number < MOST_NEAREST else ""
        lines.append("missing {} {}{}".format(key, _text(wanted[key]), near))
    lines += ["unexpected {:.200} {}".format(key, _text(found[key])) for key in mismatch.unexpected]
    for key, has, needs in mismatch.misshaped:
        lines.append("{} is {} in the checkpoint, {} in the model".format(key, _text(has), _text(needs)))
    return "\n  ".join(first_few(lines, MOST_LINES))


def hint_for(mismatch: Mismatch) -> str:
    classes = {has[:1] for _, has, needs in mismatch.misshaped if has[1:] == needs[1:]}
    if mismatch.misshaped and len(classes) == 1 and not (mismatch.missing or mismatch.unexpected):
        count = classes.pop()
        if count:
            flag = arch_args_flag({"num_classes": count[0]})
            return "a head with another number of classes? {}, or what the network's builder calls it".format(flag)
    if any(".parametrizations." in key for key in mismatch.unexpected):
        return "torch.nn.utils.parametrize.remove_parametrizations(layer, name) before saving leaves plain weights"
    if any(".lora_" in key for key in mismatch.unexpected):
        return "it is a LoRA adapter, or has one in it: merge it into its network (merge_and_unload() of peft), and save that"
    return "is it another architecture? `inspect CHECKPOINT` shows what the file holds"


def arch_args_flag(arguments: Mapping[str, Any]) -> str:
    """As it can be given to a shell."""
    return "--arch-args=" + shlex.quote(json.dumps(arguments))


def parts_with(keys: Iterable[str], wanted: Iterable[str]) -> List[str]:
    """What may be taken off the front of keys so that all that are wanted are among them."""
    keys, wanted = set(keys), [key for key in wanted if not key.endswith(OPTIONAL)]
    ends = tuple("." + key for key in wanted[:1])
    fronts = {key[: -len(end)] for end in ends for key in keys if key.endswith(end)}
    return sorted(front for front in fronts if all("{}.{}".format(front, key) in keys for key in wanted))


def hint_of_parts(parts: Sequence[str]) -> str:
    """For a checkpoint that has more than the network that lies under each of these."""
    flags = " or ".join("--weights-key={}".format(part) for part in parts)
    return "pick {}: {}".format("that part alone" if len(parts) == 1 else "one of them", flags)


def _nearest(key: str, same_shape: Sequence[str]) -> str:
    """The one of the same shape whose name is nearest; of many, only those with most parts in common are compared."""
    parts = set(key.split("."))
    likely = heapq.nlargest(20, same_shape, key=lambda other: len(parts.intersection(other[:200].split("."))))
    near = difflib.get_close_matches(key, likely, n=1, cutoff=0.3)
    return " (nearest: {})".format(near[0]) if near else ""


def _text(shape: Shape) -> str:
    return "[{}]".format(", ".join(str(size) for size in shape))
