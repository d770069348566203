"""What is computed while a network is traced and is no part of it."""
import contextlib
from typing import Iterator

import torch


def is_traced() -> bool:
    return torch._C._get_tracing_state() is not None


@contextlib.contextmanager
def beside_trace() -> Iterator[None]:
    """Nothing inside is recorded; what raises inside leaves the trace whole."""
    state = torch._C._get_tracing_state()
    torch._C._set_tracing_state(None)
    try:
        yield
    finally:
        torch._C._set_tracing_state(state)
