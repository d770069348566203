"""Weights that training keeps in parts: weight norm, spectral norm and pruning, as old and new PyTorch name them.

A module of torch 1.1 that has the norm itself gets the parts by its own names; one that has not gets the whole.
"""
from collections import Counter, OrderedDict
from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch


def _by_length(direction: np.ndarray, length: np.ndarray, _: torch.nn.Module) -> np.ndarray:
    """g v / |v|, the norm over all axes but that of g."""
    _check(length.ndim == 0 or length.ndim == direction.ndim
           and all(one in (1, size) for one, size in zip(length.shape, direction.shape)))
    axes = tuple(axis for axis in range(direction.ndim) if length.ndim == 0 or length.shape[axis] == 1)
    return direction * (length / np.sqrt(np.sum(np.square(direction), axis=axes, keepdims=True)))


def _by_sigma(weight: np.ndarray, left: np.ndarray, right: np.ndarray, owner: torch.nn.Module) -> np.ndarray:
    """w / (u' W v), W of a row for each output channel."""
    transposed = isinstance(owner, torch.nn.modules.conv._ConvTransposeMixin)
    rows = np.moveaxis(weight, 1, 0) if transposed else weight
    _check(left.shape == rows.shape[:1] and right.ndim == 1 and 0 < left.size * right.size == weight.size)
    return weight / left.dot(rows.reshape(len(left), -1).dot(right))


def _by_mask(weight: np.ndarray, mask: np.ndarray, _: torch.nn.Module) -> np.ndarray:
    _check(weight.shape == mask.shape)
    return weight * mask


def _check(fits: bool) -> None:
    """Parts that do not belong together stay as they are, to be named."""
    if not fits:
        raise ValueError("parts of other shapes")


class _Form(NamedTuple):
    what: str
    parts: Tuple[str, ...]  # of the parameter {}, as torch 1.1's hooks name them
    new: Tuple[str, ...]    # as torch.nn.utils.parametrizations does
    whole: Callable[..., np.ndarray]


_PLACE = "parametrizations.{}."
_FORMS = (
    _Form("weight norm", ("{}_v", "{}_g"), (_PLACE + "original1", _PLACE + "original0"), _by_length),
    _Form("spectral norm", ("{}_orig", "{}_u", "{}_v"), (_PLACE + "original", _PLACE + "0._u", _PLACE + "0._v"), _by_sigma),
    _Form("pruning", ("{}_orig", "{}_mask"), (), _by_mask),
)


def as_the_module_keeps_them(
    tensors: Mapping[str, np.ndarray], module: torch.nn.Module
) -> Tuple[Mapping[str, np.ndarray], Tuple[str, ...]]:
    """The tensors with parts renamed or made whole where the module needs it, and notes of what was made whole."""
    wanted, owners = module.state_dict(), dict(module.named_modules())
    result, made = OrderedDict(tensors), Counter()  # type: OrderedDict[str, np.ndarray], Counter[str]
    for layer, parameter in _parametrised(tensors):
        key = _key(layer, parameter)
        for form in _FORMS:
            old, new = (tuple(_key(layer, name.format(parameter)) for name in names) for names in (form.parts, form.new))
            found = next((keys for keys in (old, new) if keys and all(part in result for part in keys)), ())
            if found and found == new and old[0] in wanted:
                result.update(zip(old, [result.pop(part) for part in new]))
            elif found and found[0] not in wanted and key in wanted and key not in result:
                whole = _whole(form, [result[part] for part in found], owners.get(layer, module))
                if whole is not None:
                    result[key] = whole
                    made[form.what] += 1
                    for part in found:
                        del result[part]
    return result, tuple("{} of {} weights was worked into them".format(what, count) for what, count in made.items())


def _whole(form: _Form, parts: Sequence[np.ndarray], owner: torch.nn.Module) -> Optional[np.ndarray]:
    """None of parts that do not belong together."""
    try:
        with np.errstate(all="ignore"):
            return form.whole(*(np.asarray(part, np.float64) for part in parts), owner).astype(np.float32)
    except ValueError:
        return None


def _key(layer: str, name: str) -> str:
    return "{}.{}".format(layer, name) if layer else name


def _parametrised(tensors: Mapping[str, Any]) -> Sequence[Tuple[str, str]]:
    """Layer and parameter of each first part that a form could have."""
    found = OrderedDict()  # type: OrderedDict[Tuple[str, str], None]
    for key in tensors:
        layer, dot, rest = ("." + key).rpartition(".parametrizations.")
        if dot and "." in rest:
            found[layer[1:], rest.partition(".")[0]] = None
        layer, _, name = key.rpartition(".")
        for ending in ("_v", "_orig"):
            if name.endswith(ending):
                found[layer, name[:-len(ending)]] = None
    return tuple(found)
