"""From a checkpoint's file and the settings to a module that is ready to be exported."""
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import torch

from job.architectures.by_name import module_by_name
from job.architectures.load import as_the_module_names_them, load_weights
from job.architectures.recognition import note_of, recognised, recognition_of
from job.architectures.registry import find
from job.architectures.user_code import build_from_code
from job.checkpoint.reading import read_checkpoint
from job.values import CheckpointFacts, Shape


class LoadedModule(NamedTuple):
    module: torch.nn.Module  # in eval mode, every weight the checkpoint's
    facts: CheckpointFacts
    default_input_shape: Optional[Shape]  # None where only the user can know: with --model-code
    refuse_writes: Callable[[], None]  # EnvironmentFailed once someone wrote to the file that it was loaded from


def load_module(checkpoint_path: Path, settings: Any) -> LoadedModule:
    """Read the checkpoint and load it into the module that the settings name, or that its tensors are recognised as.

    Of the settings it reads arch, arch_args, weights_key, trust_pickle and model_code, a pair of file and factory or None.
    BadCheckpoint when the file is bad, when no one architecture is named or recognised, or when keys differ.
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
        fit = recognised(recognition_of(checkpoint))
        name, shape = fit.architecture.name, fit.input_shape
        module, notes = module_by_name(fit.architecture, checkpoint, dict(fit.arch_args, **arch_args))
        notes = (note_of(fit),) + notes
    parameters = sum(parameter.requires_grad_(False).numel() for parameter in module.parameters())
    facts = CheckpointFacts(checkpoint.sha256, checkpoint.format, name, parameters, checkpoint.notes + notes,
                            checkpoint.stamps)
    return LoadedModule(module, facts, shape, checkpoint.refuse_writes)
