"""Names of Python's own library that came after 3.6, as code imports them on its way to what converts."""
import contextlib
import dataclasses
import functools
import itertools
import math
import operator
import typing
from typing import Any, Callable, Iterable, Iterator, Tuple

import typing_extensions

from job.user_code.meaning import add, replace

_NOT_THERE = object()


class cached_property:
    """Computed once for each object, and kept among its attributes."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function, self.__doc__ = function, function.__doc__

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        made = vars(instance).get(self.name, _NOT_THERE)
        if made is _NOT_THERE:
            made = vars(instance)[self.name] = self.function(instance)
        return made


def cache(function: Callable[..., Any]) -> Callable[..., Any]:
    return functools.lru_cache(maxsize=None)(function)


def prod(iterable: Iterable[Any], *, start: Any = 1) -> Any:
    return functools.reduce(operator.mul, iterable, start)


def isqrt(number: int) -> int:
    root = int(math.sqrt(number))
    while root * root > number:
        root -= 1
    while (root + 1) ** 2 <= number:
        root += 1
    return root


def pairwise(iterable: Iterable[Any]) -> Iterator[Tuple[Any, Any]]:
    first, second = itertools.tee(iterable)
    next(second, None)
    return zip(first, second)


@contextlib.contextmanager
def nullcontext(enter_result: Any = None) -> Iterator[Any]:
    yield enter_result


def _dataclass(of_3_6: Callable[..., Any], cls: Any = None, *, slots: bool = False, kw_only: bool = False,
               match_args: bool = True, weakref_slot: bool = False, **named: Any) -> Any:
    """Fields that only names are given for may stand in any order: those without a default are put first."""
    def made(cls: Any) -> Any:
        if kw_only:
            kinds = vars(cls).get("__annotations__", {})
            cls.__annotations__ = dict(sorted(kinds.items(), key=lambda item: item[0] in vars(cls)))
        cls = of_3_6(**named)(cls)
        if match_args and "__match_args__" not in vars(cls):
            cls.__match_args__ = () if kw_only else tuple(field.name for field in dataclasses.fields(cls) if field.init)
        return cls
    return made if cls is None else made(cls)


def provide() -> None:
    """Where Python has them now."""
    add(functools, {"cache": cache, "cached_property": cached_property})
    add(math, {"isqrt": isqrt, "prod": prod})
    add(itertools, {"pairwise": pairwise})
    add(contextlib, {"nullcontext": nullcontext})
    add(typing, {name: getattr(typing_extensions, name) for name in typing_extensions.__all__})
    replace(dataclasses, "dataclass", _dataclass)
