"""How well a checkpoint's keys and shapes fit one fingerprint."""
from collections import Counter, OrderedDict
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

from job.architectures.keys import Mismatch, mismatch_of, renamed_where_needed
from job.architectures.recognition.fingerprints import Fingerprint
from job.architectures.recognition.sizes import Pattern, Values, arguments_for, with_values
from job.architectures.registry import ArchArgs, Architecture, Shapes
from job.values import Shape


class Fit(NamedTuple):
    architecture: Architecture
    variant: Mapping[str, Any]  # arguments beside the counted ones
    values: Values  # of the counted arguments, as the tensors tell them
    told_by: Mapping[str, str]  # argument -> the key of the checkpoint's tensor that tells it
    found: Shapes  # the checkpoint's, by the module's keys where one fits; without heads that only training needs
    wanted: Shapes  # the module's
    mismatch: Mismatch
    auxiliary: int  # tensors of heads that only training needs

    @property
    def exact(self) -> bool:
        return not self.mismatch

    @property
    def fitting(self) -> int:
        """Tensors whose key and shape are the architecture's."""
        return len(self.found) - len(self.mismatch.unexpected) - len(self.mismatch.misshaped)

    @property
    def closeness(self) -> float:
        """From 0, nothing in common, to 1."""
        return 2 * self.fitting / ((len(self.found) + len(self.wanted)) or 1)

    @property
    def input_shape(self) -> Shape:
        """The architecture's default, with as many channels as the tensors take."""
        batch, channels = self.architecture.input_shape[:2]
        return (batch, self.values.get("in_channels", channels)) + self.architecture.input_shape[2:]

    @property
    def arch_args(self) -> ArchArgs:
        return dict(self.variant, **self.values)


def fit_of(fingerprint: Fingerprint, architecture: Architecture, shapes: Shapes) -> Fit:
    """The shapes are those of all tensors but the ones that only training reads."""
    own = without_heads(architecture, shapes)
    found = renamed_where_needed(own, fingerprint.tensors, architecture.renamings)
    values, keys = told(fingerprint.tensors, found)
    as_saved = dict(zip(found, own))
    wanted = OrderedDict((key, with_values(pattern, values)) for key, pattern in fingerprint.tensors.items())
    return Fit(architecture, fingerprint.arch_args, values, {name: as_saved[key] for name, key in keys.items()},
               found, wanted, mismatch_of(found, wanted), len(shapes) - len(own))


def without_heads(architecture: Architecture, shapes: Shapes) -> Shapes:
    """Less those of heads that only training needs."""
    if not architecture.auxiliary:
        return shapes
    return OrderedDict((key, shape) for key, shape in shapes.items() if not key.startswith(architecture.auxiliary))


def told(tensors: Mapping[str, Pattern], found: Shapes) -> Tuple[Values, Mapping[str, str]]:
    """What most of the tensors that count an argument say of it, and the first that says so."""
    said = OrderedDict()  # type: Dict[str, List[Tuple[int, str]]]
    for key, pattern in tensors.items():
        for argument, value in (arguments_for(pattern, found.get(key, ())) or {}).items():
            said.setdefault(argument, []).append((value, key))
    values, told_by = {}, {}
    for argument, votes in said.items():
        values[argument] = Counter(value for value, _ in votes).most_common(1)[0][0]
        told_by[argument] = next(key for value, key in votes if value == values[argument])
    return values, told_by
