"""Whose code it is that runs: PyTorch 1.1's, or today's, to which some of the same lines are another network.

Which of them trained the weights the checkpoint's format tells: since 1.6 `torch.save` writes zips.
"""
import functools
from typing import Any, Callable, Iterator, Mapping, Set, Tuple

import torch

_FORMATS_SINCE_1_6 = ("torch-zip", "safetensors", "sharded")


class _Meaning:
    is_todays = False
    is_told = True   # by the format, or since the code is ours
    doubted = set()  # type: Set[str]  # what has run, and would mean something else
    has_bytes = False  # made by the code as such: what is 0 or 1 may be no truth value


def mean_as_saved(checkpoint_format: str) -> None:
    """From here on, until the next checkpoint."""
    _Meaning.is_todays = _Meaning.is_told = checkpoint_format in _FORMATS_SINCE_1_6
    _Meaning.doubted, _Meaning.has_bytes = set(), False


def mean_as_written() -> None:
    """For code of our own, which is PyTorch 1.1's."""
    _Meaning.is_todays, _Meaning.is_told, _Meaning.doubted, _Meaning.has_bytes = False, True, set(), False


def means_todays(what: str, is_doubtful: bool = True) -> bool:
    """Whether what the code leaves open means what it does today."""
    if is_doubtful and not _Meaning.is_told:
        _Meaning.doubted.add(what)
    return _Meaning.is_todays


def bytes_are_made() -> None:
    _Meaning.has_bytes = True


def has_bytes() -> bool:
    return _Meaning.has_bytes


def doubts() -> Tuple[str, ...]:
    """A sentence on what has run and meant what it does to PyTorch 1.1, where a later one may have saved the weights."""
    if not _Meaning.doubted:
        return ()
    return ("{} mean what they do to PyTorch 1.1, since this format does not tell who saved the weights: if a later PyTorch "
            "trained them, save them again with 1.6 or later".format(", ".join(sorted(_Meaning.doubted))),)


def add(owner: Any, values: Mapping[str, Any]) -> None:
    """What PyTorch has there now, by name, unless it is there already."""
    for name, value in values.items():
        if not hasattr(owner, name):
            setattr(owner, name, value)


def replace(owner: Any, name: str, made: Callable[..., Any]) -> None:
    """Once; `made` is given what was there first."""
    there = getattr(owner, name)
    if made not in _made_of(there):
        run, compiled = _in_place_of(there, made), torch.jit._find_builtin(there)
        setattr(owner, name, run)
        if compiled:  # what others compile for TorchScript means PyTorch's own
            torch.jit._register_builtin(run, compiled)


def _made_of(function: Any) -> Iterator[Callable[..., Any]]:
    """What was put in the place of PyTorch's own, the last first."""
    while hasattr(function, "made"):
        yield function.made
        function = function.of_1_1


def _in_place_of(of_1_1: Callable[..., Any], made: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(of_1_1, assigned=("__doc__",), updated=())
    def run(*args: Any, **kwargs: Any) -> Any:
        return made(of_1_1, *args, **kwargs)
    run.made, run.of_1_1 = made, of_1_1
    return run
