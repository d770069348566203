"""Which of the places that hold tensors are the weights: the plain ones, or those that the user picks."""

from collections import OrderedDict
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from job.checkpoint.candidates import ROOT, StateDict, state_dicts
from job.checkpoint.values import Placeholder, TensorRef
from job.errors import BadCheckpoint

FEW = 10  # names in a note


def find_state_dict(tree: Any, weights_key: Optional[str] = None) -> Tuple[StateDict, Tuple[str, ...]]:
    """The state dict and notes on what was passed over; BadCheckpoint if there is none, or several alike."""
    if weights_key is None:
        best, rest = _likeliest(tree)
    else:
        best, rest = _picked(tree, weights_key)
    if best.unknown:
        raise BadCheckpoint(
            "these weights need what is not read from a pickle: "
            + _few(["{} ({})".format(key, name) for key, name in best.unknown]),
            hint="give the float network: --quantize makes 8 bits of it"
            if any(name.endswith("_rebuild_qtensor") for _, name in best.unknown)
            else "save plain tensors: sparse and custom ones cannot be converted",
        )
    return best, tuple(_notes(best, rest))


def _likeliest(tree: Any) -> Tuple[StateDict, Sequence[StateDict]]:
    found = state_dicts(tree)
    if not found:
        raise BadCheckpoint(
            "there are no weights in it: {}".format(_outline(tree)),
            hint=(
                "TorchScript that was frozen keeps its weights without their names: save the module's own"
                if isinstance(tree, Placeholder) and tree.name.startswith("__torch__.")
                else "save model.state_dict(), by itself or under the name state_dict"
            ),
        )
    best, rest = found[0], found[1:]
    rivals = [each for each in rest if (each.averaged, each.rank) == (best.averaged, best.rank)]
    if any(2 * len(each.tensors) >= len(best.tensors) for each in rivals):
        raise BadCheckpoint(
            "it holds several sets of weights: {}".format(_few([each.name for each in [best] + rivals])),
            hint="pick one of them: --weights-key={}".format(best.name),
        )
    return best, rest


def _picked(tree: Any, weights_key: str) -> Tuple[StateDict, Sequence[StateDict]]:
    """The one of this path, or what of it lies under a prefix that all of a network's keys have, with the path or
    without it."""
    found = state_dicts(tree, everywhere=True)
    for each in found:
        if each.name == weights_key:
            return each, [other for other in found if other is not each]
    for each in found:
        for start in dict.fromkeys(("" if each.name == ROOT else each.name + ".", "")):
            part = _under(each, start, weights_key)
            if part is not None:
                return part, [other for other in found if other is not each]
    raise BadCheckpoint(
        "it has no weights under {!r:.80}".format(weights_key),
        hint=(
            "--weights-key is one of " + _few([each.name if each.path else "{} (all of it)".format(ROOT) for each in found])
            if found
            else "there are no tensors in it: {}".format(_outline(tree))
        ),
    )


def _under(each: StateDict, start: str, weights_key: str) -> Optional[StateDict]:
    if not weights_key.startswith(start):
        return None
    prefix = weights_key[len(start) :] + "."
    tensors = OrderedDict(
        (key[len(prefix) :], tensor) for key, tensor in each.tensors.items() if key.startswith(prefix)
    )
    if not tensors:
        return None
    unknown = tuple((key, name) for key, name in each.unknown if key.startswith(prefix))
    beside = tuple(key for key in each.tensors if not key.startswith(prefix))
    return StateDict(each.path + (prefix[:-1],), tensors, unknown, each.others, each.beside + beside)


def _notes(best: StateDict, rest: Sequence[StateDict]) -> Iterator[str]:
    if best.path:
        yield "the weights are those under {}".format(best.name)
    averaged = [each.name for each in rest if each.averaged]
    if averaged and not best.averaged:
        yield "averaged weights (EMA) are in the file too: --weights-key={} picks them".format(averaged[0])
    passed = [each.name for each in rest]
    if passed:
        yield "other tensors were not used: {}".format(_few(passed))
    if best.averaged:
        yield "the weights are averaged ones (EMA)" + ("" if rest else ": the file has no others")
    if best.others:
        yield "{} entries of the state dict are no tensors: {}".format(len(best.others), _few(best.others))
    ignored = [key for key in best.beside if not any(key in each.path for each in rest)]
    if ignored:
        yield "ignored beside the weights: {}".format(_few(ignored))


def _few(names: Sequence[str]) -> str:
    shown = ", ".join("{:.80}".format(name) for name in names[:FEW])
    return shown if len(names) <= FEW else "{} and {} more".format(shown, len(names) - FEW)


def _outline(tree: Any) -> str:
    if isinstance(tree, dict):
        said = (str(key) if isinstance(key, (str, int)) else "keys of " + type(key).__name__ for key in tree)
        keys = list(OrderedDict.fromkeys(said))  # type: List[str]
        makers = OrderedDict((value.name, None) for value in tree.values() if isinstance(value, Placeholder))
        made = ", made by {}".format(_few(list(makers))) if makers else ""
        return "a dictionary of {}{}".format(_few(keys) or "nothing", made)
    if isinstance(tree, Placeholder):
        return "an object of {}".format(tree.name)
    return "a {}".format("tensor" if isinstance(tree, TensorRef) else type(tree).__name__)
