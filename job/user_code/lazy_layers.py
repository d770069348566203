"""Lazy layers: how wide their input is the checkpoint tells, or the first input where the code itself asks them before."""
from typing import Any, Mapping, Optional

import torch
from torch import nn

from job.user_code.meaning import add


class _Lazy:
    """Made for an input of one channel, until it is told; then it is a layer as any other, as PyTorch has it."""

    whole = nn.Module  # type: Any
    counted = "num_features"  # what the layer calls the width of its input

    def __init__(self, *given: Any, **named: Any) -> None:
        groups = named.get("groups", 1)
        super().__init__(groups, *given, **named)
        self._said = given, named

    def forward(self, *given: Any, **named: Any) -> torch.Tensor:
        _widen(self, self._of_input(given[0] if given else named["input"]))
        return self.forward(*given, **named)

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *others: Any) -> None:
        _widen(self, self._of_weights(state_dict, prefix))
        self._load_from_state_dict(state_dict, prefix, *others)

    def _of_input(self, x: torch.Tensor) -> int:
        return int(x.shape[1])

    def _of_weights(self, tensors: Mapping[str, Any], prefix: str) -> int:
        """Where they say nothing, there is nothing as wide either."""
        held = (tensors.get(prefix + name) for name in ("weight", "running_mean"))
        return next((int(each.shape[0]) for each in held if each is not None), 1)


class _LazyLinear(_Lazy):
    counted = "in_features"

    def _of_input(self, x: torch.Tensor) -> int:
        return int(x.shape[-1])

    def _of_weights(self, tensors: Mapping[str, Any], prefix: str) -> int:
        weight = tensors.get(prefix + "weight")
        return 1 if weight is None else int(weight.shape[-1])


class _LazyConvolution(_Lazy):
    counted = "in_channels"

    def _of_input(self, x: torch.Tensor) -> int:
        return int(x.shape[-1 - len(self.kernel_size)])

    def _of_weights(self, tensors: Mapping[str, Any], prefix: str) -> int:
        weight = tensors.get(prefix + "weight")
        return self.groups if weight is None else int(weight.shape[0] if self.transposed else weight.shape[1] * self.groups)


def widened(module: nn.Module, tensors: Mapping[str, Any]) -> nn.Module:
    """With every lazy layer as wide as what it is to hold."""
    for name, layer in module.named_modules():
        if isinstance(layer, _Lazy):
            _widen(layer, layer._of_weights(tensors, name + "." if name else ""))
    return module


def _widen(layer: Any, width: int) -> None:
    given, named = vars(layer).pop("_said")
    made = layer.whole(width, *given, **named)
    for held, tensors in ((layer._parameters, made._parameters), (layer._buffers, made._buffers)):
        for name, tensor in tensors.items():
            if tensor is not None:
                held[name].data = tensor.data  # the tensor itself others may hold too
    setattr(layer, layer.counted, width)
    layer.__class__ = layer.whole


def _lazy(whole: Any, kind: Optional[Any] = None) -> Any:
    return type("Lazy" + whole.__name__, (kind or _Lazy, whole), {"whole": whole, "__module__": __name__})


_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
LAYERS = [_lazy(nn.Linear, _LazyLinear)] + [_lazy(each, _LazyConvolution) for each in _CONVOLUTIONS] + list(map(_lazy, _NORMS))


def provide() -> None:
    """Where PyTorch has them now."""
    add(nn, {each.__name__: each for each in LAYERS})
