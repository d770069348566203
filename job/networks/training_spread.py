"""Whether inputs are such as a network was trained on, by what its first BatchNorm remembers of those."""
from typing import Any, Callable, List, Optional, Sequence

import numpy as np
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from job.values import TrainingSpread


def training_spread(network: torch.nn.Module, forward: Callable[[Any], Any],
                    probes: Sequence[Any]) -> Optional[TrainingSpread]:
    """How much what reaches the first BatchNorm varies, beside what did in training.

    None where there is no such layer, or none that was trained, and where NaN reaches it: the first stage has words for that.
    """
    reached = []  # type: List[Any]

    def keep(norm: _BatchNorm, inputs: Any) -> None:
        if not reached or norm is reached[0][0]:
            reached.append((norm, np.moveaxis(inputs[0].numpy(), 1, 0).reshape(inputs[0].shape[1], -1).copy()))

    hooks = [module.register_forward_pre_hook(keep) for module in network.modules()
             if isinstance(module, _BatchNorm) and module.running_var is not None]
    for probe in probes:
        forward(probe)
    for hook in hooks:
        hook.remove()
    if not reached or _is_untrained(reached[0][0]):
        return None
    channels = np.concatenate([values for _, values in reached], axis=1)
    spread = channels.var(axis=1, dtype=np.float64) / np.maximum(reached[0][0].running_var.numpy(), np.finfo(np.float32).tiny)
    if not np.isfinite(spread).all():
        return None
    lower, median, upper = np.percentile(spread, [25, 50, 75])
    return TrainingSpread(float(median), float(upper / lower) if lower else float("inf"))


def _is_untrained(norm: _BatchNorm) -> bool:
    return bool((norm.running_mean == 0).all() and (norm.running_var == 1).all())
