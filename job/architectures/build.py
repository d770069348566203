"""From an architecture's name to a module in eval mode whose weights are still to be loaded."""
import contextlib
from typing import Any, Iterator, Mapping

import torch

from job.architectures.keys import arch_args_flag
from job.architectures.registry import Architecture, find
from job.errors import UsageError


def _first_argument(tensor: Any, *args: Any, **kwargs: Any) -> Any:
    return tensor


def _no_modules(module: Any) -> Iterator[Any]:
    return iter(())


@contextlib.contextmanager
def without_initialisation() -> Iterator[None]:
    """Inside, constructors of modules allocate their weights and leave them unset.

    Initialising resnet50 costs 0.3 s, inception_v3 seconds, and every value is replaced at once by
    the checkpoint's. Only for builders of the registry: a user's constructor may keep what it
    initialised outside the state dict, so it always runs as written. The loops with which
    constructors initialise walk `self.modules()`, so that this walks nothing meanwhile.
    """
    init = torch.nn.init
    functions = {name: getattr(init, name) for name in dir(init) if name.endswith("_") and name[0] != "_"}
    modules = torch.nn.Module.modules
    try:
        for name in functions:
            setattr(init, name, _first_argument)
        torch.nn.Module.modules = _no_modules
        yield
    finally:
        torch.nn.Module.modules = modules
        for name, function in functions.items():
            setattr(init, name, function)


def build(name: str, arch_args: Mapping[str, Any]) -> torch.nn.Module:
    """The named architecture in eval mode, **its weights not set**: only `load_weights` may follow.

    UsageError for an unknown name, or for arguments that the builder does not take.
    """
    return built(find(name), arch_args)


def built(architecture: Architecture, arch_args: Mapping[str, Any]) -> torch.nn.Module:
    """As `build` does, refused or not."""
    with without_initialisation():
        try:
            module = architecture.build(**arch_args)
        except (TypeError, ValueError, RuntimeError, AttributeError, ZeroDivisionError) as error:
            raise UsageError(
                "{} cannot be built with {}: {}".format(architecture.name, dict(arch_args), error),
                hint="arguments are its builder's, such as {}".format(arch_args_flag({"num_classes": 10})),
                about=("arch_args",),
            ) from error
    return module.eval()
