"""From a checkpoint's file and the settings to a module that is ready to be exported."""
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional, Tuple

import torch

from job.architectures.build import build
from job.architectures.by_name import Tensors, inferred_arch_args, module_by_name, without_auxiliary_heads
from job.architectures.keys import mismatch_of, renamed_where_needed
from job.architectures.load import as_the_module_names_them, load_weights
from job.architectures.registry import Architecture, find, table
from job.architectures.user_code import build_from_code
from job.checkpoint import Checkpoint, read_checkpoint
from job.errors import BadCheckpoint
from job.values import CheckpointFacts, Shape


class LoadedModule(NamedTuple):
    module: torch.nn.Module  # in eval mode, every weight the checkpoint's
    facts: CheckpointFacts
    default_input_shape: Optional[Shape]  # None where only the user can know: with --model-code
    refuse_writes: Callable[[], None]  # EnvironmentFailed once someone wrote to the file that it was loaded from


def load_module(checkpoint_path: Path, settings: Any) -> LoadedModule:
    """Read the checkpoint and load it into the module that the settings name.

    Of the settings it reads arch, arch_args, weights_key, trust_pickle and model_code, a pair of file and factory or None.
    BadCheckpoint when the file is bad, when nothing names the architecture, or when keys differ.
    """
    checkpoint = read_checkpoint(checkpoint_path, settings.weights_key, settings.trust_pickle)
    arch_args = dict(settings.arch_args or {})
    if settings.model_code:
        file, factory = settings.model_code
        name, shape = "{}:{}".format(Path(file).name, factory), None
        module = build_from_code(Path(file), factory, arch_args)
        tensors, notes = as_the_module_names_them(module, checkpoint)
        notes += load_weights(module, tensors)
    elif settings.arch:
        architecture = find(settings.arch)
        name, shape = architecture.name, architecture.input_shape
        module, notes = module_by_name(architecture, checkpoint, arch_args)
    else:
        raise unnamed(checkpoint)
    parameters = sum(parameter.requires_grad_(False).numel() for parameter in module.parameters())
    facts = CheckpointFacts(checkpoint.sha256, checkpoint.format, name, parameters, checkpoint.notes + notes)
    return LoadedModule(module, facts, shape, checkpoint.refuse_writes)


def unnamed(checkpoint: Checkpoint) -> BadCheckpoint:
    near = nearest_architectures(checkpoint.tensors)
    hint = "name it with --arch=NAME, or give your own module with --model-code=FILE.py:FACTORY"
    return BadCheckpoint(
        "nothing says which architecture these {} tensors belong to".format(len(checkpoint.tensors)),
        hint="{}; nearest by its keys: {}".format(hint, ", ".join(near)) if near else hint,
    )


def nearest_architectures(tensors: Tensors, most: int = 3) -> Tuple[str, ...]:
    """The names of the architectures whose keys and shapes the tensors share most of, the best first."""
    scored = []
    for architecture in table():
        score = _shared(architecture, tensors)
        if score > 0.5:
            scored.append((-score, architecture.name))
    return tuple(name for _, name in sorted(scored)[:most])


def _shared(architecture: Architecture, tensors: Tensors) -> float:
    slots = build(architecture.name, inferred_arch_args(architecture, tensors)).state_dict()
    wanted = {key: tuple(slot.shape) for key, slot in slots.items()}
    tensors = without_auxiliary_heads(architecture, tensors, wanted)
    weights = renamed_where_needed(tensors, wanted, architecture.renamings)
    wrong = mismatch_of({key: array.shape for key, array in weights.items()}, wanted)
    differing = len(wrong.missing) + len(wrong.unexpected) + 2 * len(wrong.misshaped)
    return 1 - differing / (len(wanted) + len(weights))
