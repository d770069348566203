"""Symbolics of our own: how an ATen operator is said in ONNX where torch 1.1 has no or a wrong form."""
import builtins
import functools
from typing import Any, Callable, Dict

import torch

SYMBOLICS = {}  # type: Dict[str, Callable[..., Any]]


def exports(*names: str):
    """Registers a symbolic for ATen operators: (graph, *values) -> the value or values that take their place."""
    def register(symbolic: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            if name in SYMBOLICS:
                raise ValueError("two symbolics for {}".format(name))
            SYMBOLICS[name] = _beside_builtin(name, _unsaid_on_error(symbolic))
        return symbolic
    return register


def _unsaid_on_error(symbolic: Callable[..., Any]) -> Callable[..., Any]:
    """What cannot be said stays an ATen operator, to be refused by name: an error would break the exporter for good."""
    @functools.wraps(symbolic)
    def said(g: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return symbolic(g, *args, **kwargs)
        except (RuntimeError, TypeError, ValueError, IndexError, KeyError, AttributeError, AssertionError):
            return None
    return said


def _beside_builtin(name: str, symbolic: Callable[..., Any]) -> Callable[..., Any]:
    """The exporter's module calls Python's own any(), which a symbolic of that name in it hides: who is asked of
    anything but a graph answers as Python does."""
    python = getattr(builtins, name, None)
    if python is None:
        return symbolic

    @functools.wraps(symbolic)
    def either(g: Any, *args: Any, **kwargs: Any) -> Any:
        return (symbolic if isinstance(g, torch._C.Graph) else python)(g, *args, **kwargs)
    return either
