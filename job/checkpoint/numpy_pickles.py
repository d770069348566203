"""Stand-ins for what numpy writes into pickles: arrays and scalars of plain numbers."""

import re
from typing import Any, Callable, Dict, Tuple

import numpy as np

from job.checkpoint.pickle_machine import shown
from job.values import elements

PLAIN = re.compile(r"[<>=|]?[biuf][1248]$")


class PickledDtype:
    """A dtype under construction: its code now, its byte order with the state."""

    def __init__(self, code: Any, *rest: Any) -> None:
        text = code.decode("ascii") if isinstance(code, bytes) else code
        if not isinstance(text, str) or not PLAIN.match(text):
            raise ValueError("numpy dtype " + shown(code))
        self.dtype = np.dtype(text)

    def set_state(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) > 1 and state[1] in ("<", ">"):
            self.dtype = self.dtype.newbyteorder(state[1])


class PickledArray:
    """An array under construction; `array` is None until its state has come."""

    def __init__(self, *rest: Any) -> None:
        self.array = None  # type: Any

    def set_state(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            return
        _, shape, dtype, fortran, data = state
        if isinstance(data, bytes) and isinstance(dtype, PickledDtype):
            self.array = _array(data, dtype.dtype, shape, "F" if fortran else "C")


def _array(data: bytes, dtype: np.dtype, shape: Tuple[int, ...], order: str) -> Any:
    """None unless the data is exactly what the shape needs."""
    if not isinstance(shape, tuple) or len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
        return None
    if elements(shape) * dtype.itemsize != len(data):
        return None
    return np.frombuffer(data, dtype).reshape(shape, order=order)


def _scalar(dtype: Any, data: Any) -> Any:
    if not isinstance(dtype, PickledDtype) or not isinstance(data, bytes):
        raise ValueError("a numpy scalar of no plain dtype")
    return np.frombuffer(data, dtype.dtype, 1)[0].item()


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any = "C") -> PickledArray:
    result = PickledArray()
    result.set_state((1, shape, dtype, order == "F", data))
    return result


ALLOWED = {"numpy.dtype": PickledDtype, "numpy.ndarray": PickledArray}  # type: Dict[str, Callable[..., Any]]
for _core in ("numpy.core", "numpy._core"):
    ALLOWED[_core + ".multiarray._reconstruct"] = PickledArray
    ALLOWED[_core + ".multiarray.scalar"] = _scalar
    ALLOWED[_core + ".numeric._frombuffer"] = _from_buffer
