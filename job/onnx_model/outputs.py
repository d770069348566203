"""Whatever a network returns, as a plain row of named tensors."""
from typing import Any, Iterator, List, Sequence, Tuple

import torch

from job.errors import UnsupportedModel, UsageError


class FlatOutputs(torch.nn.Module):
    """A network whose tuples, lists and dictionaries of tensors, nested or not, come out as one tuple."""

    INNER = "network"

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network
        self.training = network.training  # the exporter puts all of it into the mode that the whole is in
        self.names = ()  # type: Tuple[str, ...]  # of the last forward: keys and positions, '' of a lone tensor

    def forward(self, *inputs: torch.Tensor) -> Tuple[torch.Tensor, ...]:
        named = list(_named(self.network(*inputs), ""))
        self.names = tuple(name for name, _ in named)
        return tuple(tensor for _, tensor in named)


def output_names(network: FlatOutputs, given: Sequence[str], default: Sequence[str]) -> Tuple[str, ...]:
    """The names given; else a dictionary's own keys, or the default's name, numbered where there are several."""
    count = len(network.names)
    if tuple(given) != tuple(default):
        if len(given) != count:
            raise UsageError("the network has {} outputs, {} are named: {}".format(count, len(given), ", ".join(given)),
                             hint="--output-names takes {} names, separated by commas".format(count))
        return tuple(given)
    if all(name and not name.isdigit() for name in network.names):
        return network.names
    return tuple("{}_{}".format(default[0], i) if i else default[0] for i in range(count))


def _named(result: Any, path: str) -> Iterator[Tuple[str, torch.Tensor]]:
    if isinstance(result, torch.Tensor):
        yield path, result
        return
    for key, value in _items(result):
        yield from _named(value, "{}_{}".format(path, key) if path else str(key))


def _items(result: Any) -> List[Tuple[Any, Any]]:
    if isinstance(result, dict):
        return list(result.items())
    if isinstance(result, (tuple, list)):
        return list(enumerate(result))
    raise UnsupportedModel(["an output of type {}".format(type(result).__name__)],
                           hint="the network must return tensors, in tuples, lists or dictionaries")
