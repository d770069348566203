"""What modules can do since 1.1: buffers that no checkpoint holds, and marks that change no answer."""
from collections import OrderedDict
from typing import Any, Callable, Mapping, Optional

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from job.user_code.complex_numbers import Complex
from job.user_code.meaning import add, replace
from job.user_code.not_here import NotHere
from job.user_code.without_compiler import mark

_HOOKS_OF_TRAINING = ("register_full_backward_hook", "register_full_backward_pre_hook")
_NAMES = "_non_persistent_buffers_set"  # as today's PyTorch calls it


def provide() -> None:
    """In the places of PyTorch's own."""
    replace(nn.Module, "register_buffer", _register_buffer)
    replace(nn.Module, "state_dict", _state_dict)
    replace(nn.Module, "_load_from_state_dict", _load)
    replace(nn.Module, "to", _to)
    add(nn.Module, dict({each.__name__: each for each in (get_buffer, get_parameter, get_submodule)},
                        register_module=nn.Module.add_module, requires_grad_=_requires_grad,
                        **dict.fromkeys(_HOOKS_OF_TRAINING, _hooked)))
    add(torch, {"inference_mode": _inference_mode, "compile": mark})


def _register_buffer(of_1_1: Callable[..., Any], module: nn.Module, name: str, tensor: Optional[torch.Tensor],
                     persistent: bool = True) -> None:
    if isinstance(tensor, Complex):
        if persistent:
            raise NotHere("a buffer of complex numbers, {!r}, is read from no checkpoint: say persistent=False".format(name))
        vars(module)[name] = tensor
        return
    of_1_1(module, name, tensor)
    names = vars(module).setdefault(_NAMES, set())
    (names.discard if persistent else names.add)(name)


def _state_dict(of_1_1: Callable[..., Any], module: nn.Module, destination: Any = None, prefix: str = "",
                keep_vars: bool = False) -> Any:
    """That of each part, for which it is called too."""
    made = of_1_1(module, destination, prefix, keep_vars)
    for name in vars(module).get(_NAMES, ()):
        made.pop(prefix + name, None)
    return made


def _load(of_1_1: Callable[..., Any], module: nn.Module, state_dict: Any, prefix: str, local_metadata: Any, strict: bool,
          missing_keys: Any, *others: Any) -> None:
    """What the checkpoint is not to hold is not missing."""
    of_1_1(module, state_dict, prefix, local_metadata, strict, missing_keys, *others)
    aside = {prefix + name for name in vars(module).get(_NAMES, ())}
    missing_keys[:] = [key for key in missing_keys if key not in aside]


def get_submodule(module: nn.Module, target: str) -> nn.Module:
    """By its dotted name, itself by none."""
    for name in target.split(".") if target else ():
        if not isinstance(module._modules.get(name), nn.Module):
            raise AttributeError("{} has no attribute `{}`".format(type(module).__name__, name))
        module = module._modules[name]
    return module


def get_parameter(module: nn.Module, target: str) -> nn.Parameter:
    owner, _, name = target.rpartition(".")
    return _held(get_submodule(module, owner)._parameters, name)


def get_buffer(module: nn.Module, target: str) -> torch.Tensor:
    owner, _, name = target.rpartition(".")
    return _held(get_submodule(module, owner)._buffers, name)


def _held(tensors: Mapping[str, Any], name: str) -> Any:
    if tensors.get(name) is None:
        raise AttributeError("there is no tensor `{}`".format(name))
    return tensors[name]


def _to(of_1_1: Callable[..., nn.Module], module: nn.Module, *given: Any, memory_format: Any = None, **named: Any) -> nn.Module:
    """How it lies in memory changes no value."""
    return of_1_1(module, *given, **named) if given or named else module


def _hooked(module: nn.Module, hook: Any, prepend: bool = False) -> RemovableHandle:
    """Never run: nothing is trained here."""
    return RemovableHandle(OrderedDict())


def _requires_grad(module: nn.Module, requires_grad: bool = True) -> nn.Module:
    for parameter in module.parameters():
        parameter.requires_grad_(requires_grad)
    return module


def _inference_mode(mode: Any = True) -> Any:
    """A context or a decorator, with brackets or without."""
    if callable(mode):
        return torch.no_grad()(mode)
    return torch.no_grad() if mode else torch.enable_grad()
