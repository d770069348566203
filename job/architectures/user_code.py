"""`--model-code=FILE.py:FACTORY`: the user's own module, built by the user's own code."""
import importlib.util
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Callable, Mapping

import torch

from job.errors import BadCheckpoint, UsageError


class BadModelCode(BadCheckpoint):
    """The user's code raised, or did not return a module."""


def build_from_code(file: Path, factory: str, arch_args: Mapping[str, Any]) -> torch.nn.Module:
    """What the factory returns, in eval mode and float32.

    The file's folder leads sys.path while the file is imported and the factory runs, and stays at the end of
    it, for imports inside the forward. The code runs as written: its initialisers are not skipped.
    """
    file = Path(file).resolve()
    name = "{}:{}".format(file.name, factory)
    folder = str(file.parent)
    sys.path.insert(0, folder)
    try:
        make = _factory_of(_run(name, _import, file), factory, name)
        module = _run(name, make, **arch_args)
    finally:
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)
    if not isinstance(module, torch.nn.Module):
        raise BadModelCode(
            "{} returned {}, not a torch.nn.Module".format(name, type(module).__name__),
            hint="the factory is called with the arguments of --arch-args and must return the module",
        )
    return module.float().eval()


def _import(file: Path) -> Any:
    name = file.stem if file.stem not in sys.modules else "model_code_" + file.stem
    spec = importlib.util.spec_from_file_location(name, str(file))
    if spec is None or not file.is_file():
        raise UsageError(
            "no Python file at {}".format(file), hint="--model-code=FILE.py:FACTORY, for example net.py:make"
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _factory_of(module: Any, factory: str, name: str) -> Callable[..., Any]:
    make = getattr(module, factory, None)
    if callable(make):
        return make
    defined = sorted(
        key
        for key, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", None) == module.__name__
    )
    raise BadModelCode(
        "there is no function or class {}".format(name),
        hint="the file defines {}".format(", ".join(defined) or "none"),
    )


def _run(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        raise BadModelCode(
            "{} raised {}: {}\n{}".format(name, type(error).__name__, error, _their_frames(error)),
            hint="this is the model's own code: the lines above are where it failed",
        ) from error


def _their_frames(error: BaseException) -> str:
    """The traceback from the user's first line on, with file names but no folders."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = os.path.abspath(__file__)
    entered = [number for number, frame in enumerate(frames) if os.path.abspath(frame.filename) == ours]
    theirs = [frame for frame in frames[max(entered) + 1:] if "importlib" not in frame.filename]
    return "\n".join("  {} line {}, in {}: {}".format(os.path.basename(f.filename), *f[1:4]) for f in theirs)
