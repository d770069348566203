"""Symbolics of our own: how an ATen operator is said in ONNX where torch 1.1 has no or a wrong form."""
import functools
from typing import Any, Callable, Dict

SYMBOLICS = {}  # type: Dict[str, Callable[..., Any]]


def exports(*names: str):
    """Registers a symbolic for ATen operators: (graph, *values) -> the value or values that take their place."""
    def register(symbolic: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            if name in SYMBOLICS:
                raise ValueError("two symbolics for {}".format(name))
            SYMBOLICS[name] = _unsaid_on_error(symbolic)
        return symbolic
    return register


def _unsaid_on_error(symbolic: Callable[..., Any]) -> Callable[..., Any]:
    """What cannot be said stays an ATen operator, to be refused by name: an error would break the exporter for good."""
    @functools.wraps(symbolic)
    def said(g: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return symbolic(g, *args, **kwargs)
        except (RuntimeError, TypeError, ValueError, IndexError, KeyError):
            return None
    return said
