"""What containers of modules and parameters can do since 1.1, and the order in which they take what a dictionary holds."""
from collections import OrderedDict
from typing import Any, Callable, Iterable, Iterator, List, Mapping, Tuple

import torch
from torch import nn

from job.user_code.meaning import add, means_todays, replace


def provide() -> None:
    """In the places of PyTorch's own."""
    replace(nn.ModuleDict, "update", _in_order)
    for name in ("register_parameter", "__setitem__"):
        replace(nn.ParameterList, name, _as_parameter)
        replace(nn.ParameterDict, name, _as_parameter)
    for owner, values in PROVIDED:
        add(owner, values)


def _in_order(of_1_1: Callable[..., None], container: nn.Module, given: Any) -> None:
    """PyTorch 1.1 sorts a plain dictionary by its keys, as a ParameterDict does to this day."""
    if isinstance(given, dict) and means_todays("the order of a dictionary of modules", is_doubtful=list(given) != sorted(given)):
        given = OrderedDict(given)
    of_1_1(container, given)


def _as_parameter(of_1_1: Callable[..., None], container: nn.Module, name: Any, value: Any) -> None:
    """A tensor is taken for one."""
    is_plain = isinstance(value, torch.Tensor) and not isinstance(value, nn.Parameter)
    of_1_1(container, name, nn.Parameter(value) if is_plain else value)


def _put(container: nn.Module, parts: Iterable[Any]) -> nn.Module:
    """In the place of what it held."""
    parts = list(parts)
    container._modules.clear()
    for number, part in enumerate(parts):
        container.add_module(str(number), part)
    return container


def append(container: nn.Module, module: nn.Module) -> nn.Module:
    container.add_module(str(len(container)), module)
    return container


def extend(container: nn.Module, modules: Iterable[nn.Module]) -> nn.Module:
    for module in list(modules):
        append(container, module)
    return container


def insert(container: nn.Module, index: int, module: nn.Module) -> nn.Module:
    parts = list(container)
    parts.insert(index, module)
    return _put(container, parts)


def pop(container: nn.Module, key: Any) -> nn.Module:
    parts = list(container)
    popped = parts.pop(key)
    _put(container, parts)
    return popped


def _joined(container: nn.Module, other: Iterable[nn.Module]) -> nn.Module:
    return extend(extend(type(container)(), container), other)


def get(container: nn.ParameterDict, key: str, default: Any = None) -> Any:
    return container[key] if key in container else default


def setdefault(container: nn.ParameterDict, key: str, default: Any = None) -> Any:
    if key not in container:
        container[key] = default
    return container[key]


def copy(container: nn.ParameterDict) -> nn.ParameterDict:
    return nn.ParameterDict(OrderedDict(container.items()))


def popitem(container: nn.ParameterDict) -> Tuple[str, Any]:
    key = list(container)[-1]
    return key, container.pop(key)


def _with_others(container: nn.ParameterDict, others: Mapping[str, Any]) -> nn.ParameterDict:
    made = copy(container)
    made.update(others)
    return made


def _from_the_last(container: Any) -> Iterator[Any]:
    held = list(container)  # type: List[Any]
    return reversed(held)


_OF_DICTIONARIES = {each.__name__: each for each in (copy, get, popitem, setdefault)}
PROVIDED = (
    (nn.Sequential, {"append": append, "extend": extend, "insert": insert, "pop": pop, "__add__": _joined, "__iadd__": extend,
                     "__iter__": lambda container: iter(container._modules.values())}),
    (nn.ModuleList, {"pop": pop, "__add__": _joined, "__reversed__": _from_the_last}),
    (nn.ParameterDict, dict(_OF_DICTIONARIES, __or__=_with_others, __reversed__=_from_the_last)))
