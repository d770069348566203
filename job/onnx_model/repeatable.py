"""How a network behaves when it is asked again: one that answers otherwise cannot be converted, nor compared."""
import random
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch

from job.onnx_model.buffers import kept_buffers
from job.onnx_model.outputs import FlatOutputs, described
from job.onnx_model.trace import Inputs, forward, random_places, trace
from job.user_code.failure import BadModelCode

_ROUNDING = 1e-5  # of the output's range: what sums in another order may differ by
_MORE_DRAWS = 7  # of random numbers, where any are drawn: a dropout of few values may drop the same twice
_OF_BATCH = 1e-3  # of the output's range: less than arithmetic with the size of a batch makes


class Repeated(NamedTuple):
    notes: Tuple[str, ...]  # on buffers that the forward changes, which keep the checkpoint's values
    computes_with_batch: bool


def asked_again(module: FlatOutputs, inputs: Inputs) -> Repeated:
    """Mostly a forward and one of a batch of two show it all; else it is looked into. Raises as check_repeatable()."""
    notes = _notes_of_two_alike(module, inputs)
    if notes is not None:
        return Repeated(notes, False)
    return Repeated(check_repeatable(module, inputs), computes_with_batch(module, inputs))


def _notes_of_two_alike(module: FlatOutputs, inputs: Inputs) -> Optional[Tuple[str, ...]]:
    """None unless both members of a batch of two are answered as one alone was before, and nothing was drawn for it."""
    before = _random_states()
    try:
        with kept_buffers(module.network) as changed:
            alone, together = forward(module, inputs), forward(module, _twice(inputs))
    except BadModelCode:
        return None
    alike = len(alone) == len(together) and all(
        one.ndim and _alike(np.concatenate([one, one]), two, _ROUNDING) for one, two in zip(alone, together))
    return _notes(changed) if alike and _random_states() == before else None


def check_repeatable(module: FlatOutputs, inputs: Inputs) -> Tuple[str, ...]:
    """The notes of Repeated. BadModelCode says what differs and, where it can be told, why."""
    before = _random_states()
    with kept_buffers(module.network) as changed:
        first, others = forward(module, inputs), [forward(module, inputs)]
        drawn = [name for name, state in _random_states().items() if state != before[name]]
        others += [forward(module, inputs) for _ in range(_MORE_DRAWS if drawn else 0)]
    differing = [difference for difference in (_difference(module, first, other) for other in others) if difference]
    if differing:
        raise BadModelCode(
            "the network is not deterministic: asked the same again, its answers differ ({}){}".format(
                differing[0], "".join("; " + reason for reason in _reasons(module, inputs, drawn, changed))),
            hint="in eval mode a network must draw no random numbers (F.dropout needs training=self.training) and "
                 "keep nothing from one forward for the next", stage="onnx")
    return _notes(changed)


def _notes(changed: Sequence[str]) -> Tuple[str, ...]:
    return tuple("the forward changes the buffer {}: what is published has the checkpoint's value".format(name)
                 for name in changed)


def _difference(module: FlatOutputs, first: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> str:
    if len(first) != len(other):
        return "{} outputs, then {}".format(len(first), len(other))
    return ", ".join(described(path) for path, one, two in zip(module.paths, first, other)
                     if not _alike(one, two, _ROUNDING))


def computes_with_batch(module: FlatOutputs, inputs: Inputs) -> bool:
    """Whether two in one batch are answered otherwise than one; what ties its shapes to a batch does not count."""
    if len({tuple(x.shape[:1]) for x in inputs}) > 1:
        return False
    try:
        with kept_buffers(module.network):
            alone, together = forward(module, inputs), forward(module, _twice(inputs))
    except BadModelCode:
        return False
    return any(not _alike(np.concatenate([one, one]), two, _OF_BATCH) for one, two in zip(alone, together)
               if one.ndim and two.shape == (2 * one.shape[0],) + one.shape[1:])


def _twice(inputs: Inputs) -> Inputs:
    return tuple(torch.cat([x, x]) for x in inputs)


def _reasons(module: FlatOutputs, inputs: Inputs, drawn: Sequence[str], changed: Sequence[str]) -> List[str]:
    reasons = ["{} draws random numbers".format(place) for place in
               (random_places(trace(module, inputs).graph) if "PyTorch" in drawn else ())]
    if drawn and not reasons:
        reasons.append("it draws random numbers from {}".format(" and ".join(drawn)))
    return reasons + ["it changes the buffer {}".format(name) for name in changed]


def _random_states() -> Dict[str, Any]:
    return {"PyTorch": torch.get_rng_state().numpy().tobytes(), "numpy": str(np.random.get_state()),
            "Python": random.getstate()}


def _alike(one: np.ndarray, other: np.ndarray, limit: float) -> bool:
    """Whether two answers differ by no more than a part of their range; whole numbers by nothing."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind != "f":
        return np.array_equal(one, other)
    finite = one[np.isfinite(one)]
    return np.allclose(one, other, rtol=0, atol=limit * np.ptp(finite) if finite.size else 0, equal_nan=True)
