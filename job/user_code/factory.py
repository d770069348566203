"""`--model-code=FILE.py:FACTORY`: the user's own module, built by the user's own code."""
import inspect
from pathlib import Path
from typing import Any, Callable, Mapping

import torch

from job.determinism import seeded
from job.errors import UsageError
from job.user_code import todays_pytorch
from job.user_code.failure import BadModelCode, their_code
from job.user_code.imports import PACKAGE, import_code
from job.user_code.place import place_of


def build_from_code(file: Path, factory: str, arch_args: Mapping[str, Any]) -> torch.nn.Module:
    """What the factory returns, in eval mode and float32; a module that is there already is taken as it is.

    `file` may be a package's folder; `factory` may be dotted. The code runs as written, its initialisers too, from
    a fixed seed: what they leave outside the state dict is the same in every run.
    """
    file = Path(file)
    name = "{}:{}".format(file.name, factory)
    if not file.exists():
        raise UsageError("no Python file at {}".format(file),
                         hint="--model-code=FILE.py:FACTORY, for example net.py:make")
    with seeded(0):
        todays_pytorch.provide()
        with their_code(name):
            code = import_code(place_of(file))
        made = _module_made(_named(code, factory, name), arch_args, name)
    if not isinstance(made, torch.nn.Module):
        raise BadModelCode(
            "{} returned {}, not a torch.nn.Module".format(name, type(made).__name__),
            hint="the factory is called with the arguments of --arch-args and must return the module",
        )
    with their_code(name):
        made.float()
        made.eval()  # whose `train` is the user's own may give nothing back
    return made


def _module_made(make: Any, arch_args: Mapping[str, Any], name: str) -> Any:
    if isinstance(make, torch.nn.Module) and not arch_args:
        return make
    _check_arguments(make, arch_args, name)
    with their_code(name):
        return make(**arch_args)


def _named(code: Any, factory: str, name: str) -> Callable[..., Any]:
    """The function, class or module of that name, part by part where it is dotted."""
    found = code
    for part in factory.split("."):
        owner, found = found, getattr(found, part, None)
        if found is None:
            raise BadModelCode("there is no function or class {}".format(name),
                               hint="{} has {}".format(_shown(owner), ", ".join(_offered(owner)) or "none"))
    if not callable(found):
        raise BadModelCode("{} is {}, no function or class".format(name, type(found).__name__),
                           hint="the file has {}".format(", ".join(_offered(code)) or "none"))
    return found


def _shown(owner: Any) -> str:
    return owner.__name__.rpartition(".")[2] if hasattr(owner, "__name__") else type(owner).__name__


def _offered(owner: Any) -> list:
    """The functions, classes and modules of the user's own that a name could mean."""
    return sorted(
        key for key, value in vars(owner).items()
        if callable(value) and key[0] != "_"
        and str(getattr(value, "__module__", "")).startswith((PACKAGE + ".", "torch.nn"))
        and not (inspect.isclass(value) and value.__module__.startswith("torch.nn"))
    )


def _check_arguments(make: Callable[..., Any], arch_args: Mapping[str, Any], name: str) -> None:
    try:
        signature = inspect.signature(make)
    except (TypeError, ValueError):
        return  # one that is not written in Python
    try:
        signature.bind(**arch_args)
    except TypeError as error:
        raise BadModelCode(
            "{} raised TypeError: {}".format(name, error),
            hint="it is {}{}; --arch-args='{{NAME: VALUE}}' gives its arguments".format(
                name.rpartition(":")[2], signature),
        ) from error
