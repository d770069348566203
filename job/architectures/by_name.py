"""From a checkpoint and the name of its architecture to its module: what the file tells, and what it need not hold."""
from typing import Any, Mapping, NamedTuple, Tuple

import numpy as np
import torch

from job.architectures.build import build
from job.architectures.keys import new_name
from job.architectures.load import as_the_module_names_them, load_weights
from job.architectures.registry import Architecture, ArchArgs
from job.checkpoint.reading import Checkpoint

Tensors = Mapping[str, np.ndarray]


class Named(NamedTuple):
    module: torch.nn.Module  # with the checkpoint's weights
    arch_args: ArchArgs  # that it was built with
    notes: Tuple[str, ...]  # on what was inferred or left out


def module_by_name(architecture: Architecture, checkpoint: Checkpoint, given: ArchArgs) -> Named:
    """What is `given` wins over what is inferred."""
    told = next(filter(None, (inferred_arch_args(architecture, each.tensors) for each in checkpoint.namings)), {})
    published = published_arch_args(architecture, checkpoint.sha256)
    arch_args = dict(told, **dict(published, **given))
    module = build(architecture.name, arch_args)
    saved, notes = as_the_module_names_them(module, checkpoint)
    tensors = without_auxiliary_heads(architecture, saved, module.state_dict())
    notes += tuple("{}: set, since this is the published file".format(name) for name in published if name not in given)
    notes += tuple(say for name, say in architecture.untold.items() if name not in arch_args)
    left_out = len(saved) - len(tensors)
    if left_out:
        notes += ("{} tensors of heads that only training needs were left out".format(left_out),)
    return Named(module, arch_args, notes + load_weights(module, tensors, architecture.renamings))


def inferred_arch_args(architecture: Architecture, tensors: Tensors) -> ArchArgs:
    """What the keys and shapes tell of the arguments: the number of classes."""
    shapes = {new_name(key, architecture.renamings): array.shape for key, array in tensors.items()}
    shapes.update((key, array.shape) for key, array in tensors.items())
    return architecture.infer(shapes)


def published_arch_args(architecture: Architecture, sha256: str) -> ArchArgs:
    """What is known of a published file by its digest."""
    return next((args for start, args in architecture.published.items() if sha256.startswith(start)), {})


def without_auxiliary_heads(architecture: Architecture, tensors: Tensors, wanted: Mapping[str, Any]) -> Tensors:
    """The tensors, less those of heads that only training needs and that the module was built without."""
    absent = tuple(
        prefix for prefix in architecture.auxiliary if not any(key.startswith(prefix) for key in wanted)
    )
    return {key: array for key, array in tensors.items() if not key.startswith(absent)} if absent else tensors
