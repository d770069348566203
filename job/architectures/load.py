"""A checkpoint's arrays into a module: strictly, so that no value but the checkpoint's is left."""
from typing import Any, Mapping, Sequence, Tuple

import numpy as np
import torch

from job.architectures.keys import (
    OPTIONAL, describe, hint_for, hint_of_parts, mismatch_of, parts_with, renamed_where_needed,
)
from job.architectures.parametrised import as_the_module_keeps_them
from job.architectures.registry import Renaming
from job.checkpoint.reading import Checkpoint
from job.errors import BadCheckpoint


def as_the_module_names_them(
    module: torch.nn.Module, checkpoint: Checkpoint
) -> Tuple[Mapping[str, np.ndarray], Tuple[str, ...]]:
    """The tensors by those of their names of which the module itself has most; and notes.

    BadCheckpoint where it has all of them in a part alone.
    """
    keys = module.state_dict()
    best = max(checkpoint.namings, key=lambda naming: sum(key in keys for key in naming.tensors))
    if not all(key in best.tensors or key.endswith(OPTIONAL) for key in keys):
        parts = parts_with((best.prefix + key for key in best.tensors), keys)
        if parts:
            raise BadCheckpoint("the checkpoint has the model's keys under {}, and more beside".format(" and ".join(parts)),
                                hint=hint_of_parts(parts))
    return best.tensors, best.notes


def load_weights(
    module: torch.nn.Module, tensors: Mapping[str, np.ndarray], renamings: Sequence[Renaming] = ()
) -> Tuple[str, ...]:
    """Set every parameter and buffer of the module, without copying, and say in notes what was adapted.

    BadCheckpoint names every key that is missing, unexpected or has another shape, all at once.
    """
    slots = module.state_dict(keep_vars=True)
    tensors, notes = as_the_module_keeps_them(tensors, module)
    weights = renamed_where_needed(tensors, slots, renamings)
    found = {key: array.shape for key, array in weights.items()}
    wanted = {key: tuple(slot.shape) for key, slot in slots.items()}
    mismatch = mismatch_of(found, wanted)
    if mismatch:
        raise BadCheckpoint(
            "the checkpoint's keys do not match the model:\n  " + describe(mismatch, found, wanted),
            hint=hint_for(mismatch),
        )
    for key, slot in slots.items():
        if key in weights:
            slot.data = torch.from_numpy(_as_dtype(key, weights[key], slot.detach().numpy().dtype))
        else:
            slot.data = torch.zeros_like(slot.data)
    return notes + _notes(tensors, weights, slots)


def _notes(
    tensors: Mapping[str, Any], weights: Mapping[str, Any], slots: Mapping[str, Any]
) -> Tuple[str, ...]:
    renamed = sum(key not in tensors for key in weights)
    absent = sum(key not in weights for key in slots)
    notes = ["{} keys have an older or another name and were renamed".format(renamed)] if renamed else []
    if absent:
        notes.append("{} {} counters are absent; only training reads them".format(absent, OPTIONAL))
    return tuple(notes)


def _as_dtype(key: str, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The array in the model's dtype, if that changes no value. One of half precision becomes float32 here."""
    array = np.asarray(array)
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):
        cast = array.astype(dtype)
    if not np.array_equal(cast.astype(array.dtype), array):
        raise BadCheckpoint(
            "{} is {} in the checkpoint, {} in the model, and its values do not fit".format(
                key, array.dtype, dtype
            ),
            hint="save the state dict in the model's own types",
        )
    return cast
