"""What code marks for TorchScript's compiler runs as the Python that it is.

The answers are the same. PyTorch 1.1's compiler takes little of what today's code says, and its export fails on what it
has compiled.
"""
import sys
import types
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
                is_tracing=is_scripting, ScriptModule=ScriptModule)


class _WithoutCompiler(types.ModuleType):
    """`torch.jit` for what asks it from now on. Its own code, and classes that it has compiled already, see it as it was."""

    def __init__(self, compiler: types.ModuleType) -> None:
        super().__init__(compiler.__name__)
        vars(self).update({name: value for name, value in vars(compiler).items() if name.startswith("__")})
        vars(self).update(_INSTEAD, _compiler=compiler)

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_compiler"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(vars(self)["_compiler"], name, value)


def run_uncompiled() -> None:
    """Once for a process: decorators run while code is imported, some of it later than the factory."""
    if not isinstance(torch.jit, _WithoutCompiler):
        torch.jit = sys.modules["torch.jit"] = _WithoutCompiler(torch.jit)
