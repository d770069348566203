"""torch.nn.utils.parametrize and .parametrizations: a weight that is computed from what the checkpoint holds.

    layer.weight                              <- Python that runs whenever it is asked for
    layer.parametrizations.weight.original    <- what is trained; original0, original1, ... where it is several
    layer.parametrizations.weight.0           <- a module, with weights of its own or none
"""
import contextlib
from typing import Any, Iterator, Optional

import torch
from torch import nn

from job.user_code.not_here import NotHere


class ParametrizationList(nn.ModuleList):
    def __init__(self, modules: Any, original: torch.Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        for module in reversed(list(self)):
            original = module.right_inverse(original) if hasattr(module, "right_inverse") else original
        self.is_tensor = isinstance(original, torch.Tensor)
        self.ntensors = 1 if self.is_tensor else len(original)
        for name, tensor in zip(self._names(), [original] if self.is_tensor else original):
            kept = tensor.detach() if isinstance(tensor, nn.Parameter) else tensor
            self.register_parameter(name, nn.Parameter(kept))

    def _names(self) -> Any:
        return ["original"] if self.is_tensor else ["original{}".format(number) for number in range(self.ntensors)]

    def forward(self) -> torch.Tensor:
        parts = [getattr(self, name) for name in self._names()]
        if not len(self):
            return parts[0]
        made = self[0](*parts)
        for module in list(self)[1:]:
            made = module(made)
        return made


def register_parametrization(module: nn.Module, tensor_name: str, parametrization: nn.Module, *,
                             unsafe: bool = False) -> nn.Module:
    with torch.no_grad():
        if is_parametrized(module, tensor_name):
            held = module.parametrizations[tensor_name]
            if hasattr(parametrization, "right_inverse"):
                raise NotHere("a second parametrization of a weight that has a right_inverse, which is not known here")
            held.append(parametrization)
            return module
        held = ParametrizationList([parametrization], getattr(module, tensor_name))
    del module._parameters[tensor_name]
    if not is_parametrized(module):
        module.add_module("parametrizations", nn.ModuleDict())
        kind = type(module)
        module.__class__ = type("Parametrized" + kind.__name__, (kind,), {"__module__": kind.__module__})
    module.parametrizations[tensor_name] = held
    setattr(type(module), tensor_name, property(lambda self: self.parametrizations[tensor_name]()))
    return module


def is_parametrized(module: nn.Module, tensor_name: Optional[str] = None) -> bool:
    held = module._modules.get("parametrizations")
    return held is not None and (tensor_name is None or tensor_name in held)


@contextlib.contextmanager
def cached() -> Iterator[None]:
    """Computed anew all the same, which gives the same."""
    yield


def weight_norm(module: nn.Module, name: str = "weight", dim: Optional[int] = 0) -> nn.Module:
    """PyTorch 1.1's own; a checkpoint's names are turned into its names where it is loaded."""
    return nn.utils.weight_norm(module, name, dim)


def spectral_norm(module: nn.Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: Optional[int] = None) -> nn.Module:
    """As weight_norm."""
    return nn.utils.spectral_norm(module, name, n_power_iterations, eps, dim)


OF_ANY = {each.__name__: each for each in (ParametrizationList, cached, is_parametrized, register_parametrization)}
OF_NORMS = {each.__name__: each for each in (spectral_norm, weight_norm)}
