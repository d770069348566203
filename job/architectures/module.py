"""From a checkpoint's file and the settings to a module that is ready to be exported."""
from pathlib import Path
from typing import Callable, NamedTuple, Optional, Tuple

import torch

from job.architectures.by_name import module_by_name
from job.architectures.load import as_the_module_names_them, load_weights
from job.architectures.recognition import note_of, recognised, recognition_of
from job.architectures.registry import ArchArgs, Architecture, find
from job.checkpoint.reading import Checkpoint, read_checkpoint
from job.settings.settings import Settings
from job.user_code.factory import build_from_code
from job.user_code.lazy_layers import widened
from job.user_code.meaning import mean_as_saved, mean_as_written
from job.values import CheckpointFacts, Shape


class LoadedModule(NamedTuple):
    module: torch.nn.Module  # in eval mode, every weight the checkpoint's
    facts: CheckpointFacts
    default_input_shape: Optional[Shape]  # None where only the user can know: with --model-code
    refuse_writes: Callable[[], None]  # EnvironmentFailed once someone wrote to the file that it was loaded from
    built_from: Optional[str]  # what decides all of it but its weights; None where a user's code may decide by anything


def load_module(checkpoint_path: Path, settings: Settings) -> LoadedModule:
    """Read the checkpoint and load it into the module that the settings name, or that its tensors are recognised as.

    Of the settings it reads arch, arch_args, weights_key, trust_pickle and model_code, a pair of file and factory or None.
    BadCheckpoint when the file is bad, when no one architecture is named or recognised, or when keys differ.
    """
    checkpoint = read_checkpoint(checkpoint_path, settings.weights_key, settings.trust_pickle)
    arch_args = dict(settings.arch_args or {})
    if settings.model_code:
        file, factory = settings.model_code
        name, shape, built_from = "{}:{}".format(Path(file).name, factory), None, None
        mean_as_saved(checkpoint.format)
        module = build_from_code(Path(file), factory, arch_args)
        tensors, notes = as_the_module_names_them(module, checkpoint)
        notes += load_weights(widened(module, tensors), tensors)
    else:
        mean_as_written()
        architecture, told, shape, noted = _asked_for(settings.arch, checkpoint)
        module, arch_args, notes = module_by_name(architecture, checkpoint, dict(told, **arch_args))
        name, built_from, notes = architecture.name, repr((architecture.name, arch_args)), noted + notes
    parameters = sum(parameter.requires_grad_(False).numel() for parameter in module.parameters())
    facts = CheckpointFacts(checkpoint.sha256, checkpoint.format, name, parameters, checkpoint.notes + notes,
                            checkpoint.stamps)
    return LoadedModule(module, facts, shape, checkpoint.refuse_writes, built_from)


def _asked_for(name: str, checkpoint: Checkpoint) -> Tuple[Architecture, ArchArgs, Shape, Tuple[str, ...]]:
    """The architecture of that name, or the one recognised; what is told of its arguments, its input, and notes."""
    if name:
        architecture = find(name)
        return architecture, {}, architecture.input_shape, ()
    fit = recognised(recognition_of(checkpoint))
    return fit.architecture, fit.arch_args, fit.input_shape, (note_of(fit),)
