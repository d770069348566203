"""Which architecture a checkpoint's tensors are those of, by their keys and shapes alone."""
from collections import OrderedDict
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

from job.architectures.keys import OPTIONAL
from job.architectures.recognition.fingerprints import Fingerprint, fingerprints
from job.architectures.recognition.matching import Fit, fit_of, without_heads
from job.architectures.registry import Architecture, Shapes, every
from job.checkpoint.prefixes import Stripped, namings
from job.checkpoint.reading import Checkpoint

NEAR = 0.1  # of closeness: less in common says nothing
MOST_NEAR = 3


class Part(NamedTuple):
    key: str  # what all its keys begin with
    architecture: str


class Recognition(NamedTuple):
    tensors: int  # of the checkpoint
    exact: Tuple[Fit, ...]  # one where it is recognised, several where they are alike in all that tensors tell
    near: Tuple[Fit, ...]  # the closest first, where none fits
    parts: Tuple[Part, ...] = ()  # that are each all of one, where the whole is none: a student beside its teacher


def recognition_of(checkpoint: Checkpoint) -> Recognition:
    """By each of the names that the tensors may have, the likeliest first."""
    count = len(checkpoint.tensors)
    exact = _exact(checkpoint.namings)
    if exact:
        return Recognition(count, exact, ())
    near = [fit for shapes in map(_shapes, checkpoint.namings) for fit in _fits(shapes, _may_be_near)]
    return Recognition(count, (), _nearest(near), _parts(checkpoint.namings))


def _exact(namings: Sequence[Stripped]) -> Tuple[Fit, ...]:
    each = (tuple(fit for fit in _fits(_shapes(naming), _may_be_exact) if fit.exact) for naming in namings)
    return next(filter(None, each), ())


def _parts(whole: Sequence[Stripped]) -> Tuple[Part, ...]:
    """Of the naming in which there are any: those of a first name, as it stands in the file."""
    for naming in whole:
        under = {}  # type: Dict[str, Dict[str, Any]]
        for key, array in naming.tensors.items():
            name, _, rest = key.partition(".")
            under.setdefault(name, {})[rest] = array
        found = tuple(Part(naming.prefix + name, fit.architecture.name) for name, tensors in under.items()
                      for fit in _exact(namings(tensors)))
        if found:
            return found
    return ()


def _shapes(naming: Stripped) -> Shapes:
    return {key: tuple(array.shape) for key, array in naming.tensors.items() if not key.endswith(OPTIONAL)}


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
