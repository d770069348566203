"""Whatever a network returns, as a plain row of named tensors."""
import re
from collections.abc import Mapping
from typing import Any, Iterator, List, Sequence, Tuple

import torch

from job.errors import UnsupportedModel, UsageError
from job.user_code.beside_trace import is_traced

_LONGEST = 80  # characters of a name, before what makes it unlike others


class FlatOutputs(torch.nn.Module):
    """A network whose tuples, lists and dictionaries of tensors, nested or not, come out as one tuple.

    None among them is left out. UnsupportedModel names what is no tensor.
    """

    INNER = "network"

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network
        self.training = network.training  # the exporter puts all of it into the mode that the whole is in
        self.paths = ()  # type: Tuple[Tuple[str, ...], ...]  # of the last forward: the keys that lead to each

    def forward(self, *inputs: torch.Tensor) -> Tuple[torch.Tensor, ...]:
        found = list(_tensors(self.network(*inputs), ()))
        if not found:
            raise UnsupportedModel(["a network that returns no tensor"], hint="its forward must return its results")
        self.paths = tuple(path for path, _ in found)
        tensors = tuple(tensor for _, tensor in found)
        if is_traced():
            for tensor in tensors:
                torch._C._get_value_trace(tensor)  # makes a constant of what depends on no input: the tracer gives up
        return tensors


def output_names(network: FlatOutputs, given: Sequence[str], default: Sequence[str],
                 taken: Sequence[str] = ()) -> Tuple[str, ...]:
    """The names given; else keys and positions, as in `a` and `b.0`, the first position under the default's name.

    They are valid, unlike each other and unlike the names taken, also where case does not count.
    """
    count = len(network.paths)
    if tuple(given) != tuple(default):
        if len(given) != count:
            raise UsageError("the network has {} outputs, {} are named: {}".format(count, len(given), ", ".join(given)),
                             hint="--output-names takes {} names, separated by commas".format(count),
                             about=("output_names",))
        return tuple(given)
    names = []  # type: List[str]
    for path in network.paths:
        names.append(_unlike(_name(path if count > 1 else path[:1], default[0]), list(taken) + names))
    return tuple(names)


def described(path: Sequence[str]) -> str:
    """An output as the user's code has it: `b.0`, or "the output" of a network that has no more."""
    return "output `{}`".format(".".join(path)) if path else "the output"


def _name(path: Sequence[str], default: str) -> str:
    first = path[0] if path else "0"
    if first.isdigit():
        first = default if first == "0" else "{}_{}".format(default, first)
    name = re.sub(r"[^A-Za-z0-9_.]", "_", ".".join((first,) + tuple(path[1:]))).lstrip("_.")
    return name[:_LONGEST] or default


def _unlike(name: str, taken: Sequence[str]) -> str:
    lowered, number, free = {each.lower() for each in taken}, 1, name
    while free.lower() in lowered:
        number += 1
        free = "{}_{}".format(name, number)
    return free


def _tensors(result: Any, path: Tuple[str, ...]) -> Iterator[Tuple[Tuple[str, ...], torch.Tensor]]:
    if isinstance(result, torch.Tensor):
        yield path, result
    elif result is not None:
        for key, value in _items(result, path):
            yield from _tensors(value, path + (str(key),))


def _items(result: Any, path: Tuple[str, ...]) -> List[Tuple[Any, Any]]:
    if isinstance(result, Mapping):
        return list(result.items())
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return list(zip(result._fields, result))
    if isinstance(result, (tuple, list)):
        return list(enumerate(result))
    raise UnsupportedModel(["{}: of type {}, no tensor".format(described(path), type(result).__name__)],
                           hint="the network must return tensors, in tuples, lists or dictionaries; None is left out")
