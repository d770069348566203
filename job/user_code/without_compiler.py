"""What code marks for TorchScript's compiler runs as the Python that it is.

The answers are the same. PyTorch 1.1's compiler takes little of what today's code says, and its export fails on what it
has compiled.
"""
from typing import Any

import torch


def script(obj: Any, *_: Any, **__: Any) -> Any:
    """Of a function, class or module: that one itself."""
    return obj


def mark(*given: Any, **_: Any) -> Any:
    """A decorator with arguments (`ignore(drop=True)`) or without."""
    return given[0] if given and callable(given[0]) else script


def is_scripting() -> bool:
    return False


class ScriptModule(torch.nn.Module):
    """Its methods are not compiled either."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()


_MARKS = ("script_if_tracing", "ignore", "unused", "export", "_overload", "_overload_method")
_INSTEAD = dict({name: mark for name in _MARKS}, script=script, script_method=script, is_scripting=is_scripting,
                ScriptModule=ScriptModule)


def run_uncompiled() -> None:
    """Once for a process: decorators run while code is imported, some of it later than the factory."""
    for name, value in _INSTEAD.items():
        setattr(torch.jit, name, value)
