"""Which architecture a checkpoint's tensors are those of, by their keys and shapes alone."""
from collections import OrderedDict
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

from job.architectures.keys import OPTIONAL
from job.architectures.recognition.fingerprints import Fingerprint, fingerprints
from job.architectures.recognition.matching import Fit, fit_of, without_heads
from job.architectures.registry import Architecture, Shapes, every
from job.checkpoint.reading import Checkpoint

NEAR = 0.1  # of closeness: less in common says nothing
MOST_NEAR = 3


class Recognition(NamedTuple):
    tensors: int  # of the checkpoint
    exact: Tuple[Fit, ...]  # one where it is recognised, several where they are alike in all that tensors tell
    near: Tuple[Fit, ...]  # the closest first, where none fits


def recognition_of(checkpoint: Checkpoint) -> Recognition:
    """By the keys without what wrappers put before them, or where none fits as they were saved."""
    count, namings = len(checkpoint.tensors), _namings(checkpoint)
    for shapes in namings:
        exact = tuple(fit for fit in _fits(shapes, _may_be_exact) if fit.exact)
        if exact:
            return Recognition(count, exact, ())
    return Recognition(count, (), _nearest([fit for shapes in namings for fit in _fits(shapes, _may_be_near)]))


def _namings(checkpoint: Checkpoint) -> Sequence[Shapes]:
    same = list(checkpoint.tensors) == list(checkpoint.as_saved)
    return [{key: tuple(array.shape) for key, array in tensors.items() if not key.endswith(OPTIONAL)}
            for tensors in ((checkpoint.tensors,) if same else (checkpoint.tensors, checkpoint.as_saved))]


def _fits(shapes: Shapes, worth_a_look: Callable[[Fingerprint, Architecture, Shapes], bool]) -> List[Fit]:
    known = {architecture.name: architecture for architecture in every()}
    pairs = [(each, known[each.architecture]) for each in fingerprints() if each.architecture in known]
    return [fit_of(each, architecture, shapes) for each, architecture in pairs
            if worth_a_look(each, architecture, shapes)]


def _may_be_exact(fingerprint: Fingerprint, architecture: Architecture, shapes: Shapes) -> bool:
    return (_may_be_near(fingerprint, architecture, shapes)
            and len(without_heads(architecture, shapes)) == len(fingerprint.tensors))


def _may_be_near(fingerprint: Fingerprint, architecture: Architecture, shapes: Shapes) -> bool:
    """Unless there are so many tensors that hardly any could be its own."""
    return NEAR * len(shapes) < 2 * len(fingerprint.tensors)


def _nearest(fits: Sequence[Fit]) -> Tuple[Fit, ...]:
    """The best of each architecture, while it is not much further off than the first."""
    best = OrderedDict()  # type: Dict[str, Fit]
    for fit in sorted(fits, key=lambda fit: -fit.closeness):
        best.setdefault(fit.architecture.name, fit)
    nearest = tuple(best.values())[:MOST_NEAR]
    return tuple(fit for fit in nearest if fit.closeness >= max(NEAR, nearest[0].closeness / 2))
