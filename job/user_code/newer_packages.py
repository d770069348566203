"""Packages that PyTorch has since 1.1, as code imports them on its way to what converts.

On the CPU, autocast for GPUs changes nothing; nor does what only training asks of them.
"""
import contextlib
import sys
import types
from typing import Any

import torch
import torch.utils.checkpoint

from job.user_code import fourier, newer_linalg, newer_special, parametrizations
from job.user_code.meaning import add, replace
from job.user_code.not_here import NotHere
from job.user_code.without_compiler import is_scripting, mark


class Autocast(contextlib.ContextDecorator):
    """Half precision, where it is for another device or not enabled; RuntimeError where it is for the CPU."""

    def __init__(self, device_type: str = "cuda", dtype: Any = None, enabled: bool = True, cache_enabled: Any = None) -> None:
        if enabled and device_type == "cpu":
            raise NotHere("autocast on the CPU computes in half precision, which does not convert: say enabled=False")

    def __enter__(self) -> "Autocast":
        return self

    def __exit__(self, *_: Any) -> None:
        pass


class AutocastOfGPU(Autocast):
    """As torch.cuda.amp has it: nothing is said of a device."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled)


class GradScaler:
    """Of training alone: code may import it beside autocast."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise NotHere("GradScaler is for training, and nothing is trained here")


class _Package(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        raise AttributeError("of {} there is no {} here, but {}".format(
            self.__name__, name, ", ".join(sorted(each for each in vars(self) if each[0] != "_")) or "nothing"))

    def __call__(self, *given: Any, **named: Any) -> Any:
        """What PyTorch 1.1 has by that name, as `torch.fft`."""
        return self._of_1_1(*given, **named)


_OF_BOTH = {"custom_fwd": mark, "custom_bwd": mark, "GradScaler": GradScaler}
_PACKAGES = {
    "torch.amp": dict(_OF_BOTH, autocast=Autocast), "torch.cuda.amp": dict(_OF_BOTH, autocast=AutocastOfGPU),
    "torch.compiler": {"disable": mark, "is_compiling": is_scripting, "is_dynamo_compiling": is_scripting},
    "torch.backends.mps": {"is_available": is_scripting, "is_built": is_scripting},
    "torch.nn.utils.parametrize": parametrizations.OF_ANY, "torch.nn.utils.parametrizations": parametrizations.OF_NORMS,
    "torch.linalg": newer_linalg.FUNCTIONS, "torch.special": newer_special.FUNCTIONS,
    "torch.fft": fourier.FUNCTIONS,
}


def _not_recomputed(of_1_1: Any, function: Any, *given: Any, use_reentrant: Any = None, preserve_rng_state: bool = True,
                    **named: Any) -> Any:
    return function(*given, **named)


def _asserted(condition: Any, message: str) -> None:
    assert condition, message


def provide() -> None:
    """Puts each where PyTorch has it now."""
    for name, values in _PACKAGES.items():
        if name in sys.modules:
            continue
        package = sys.modules[name] = _Package(name)
        vars(package).update(values)
        parent, _, last = name.rpartition(".")
        there = getattr(sys.modules[parent], last, None)
        if not isinstance(there, types.ModuleType):
            vars(package).update({"_of_1_1": there} if there else {})
            setattr(sys.modules[parent], last, package)
    add(torch, {"autocast": Autocast, "is_autocast_enabled": lambda *_: False, "_assert": _asserted,
                "set_float32_matmul_precision": lambda precision: None})
    replace(torch.utils.checkpoint, "checkpoint", _not_recomputed)
