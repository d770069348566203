"""Takes the fingerprint of every architecture: job/architectures/recognition/fingerprints.json, by scripts/fingerprints.

Each is built a few times with other arguments: a size that moves with one of them is counted by it.
"""
from collections import OrderedDict
from typing import Any, Iterator, Mapping, Optional

from job.architectures.build import built
from job.architectures.keys import OPTIONAL
from job.architectures.recognition.fingerprints import FILE, Fingerprint, written
from job.architectures.recognition.sizes import Counted, Pattern, Size, Values, with_values
from job.architectures.registry import ArchArgs, Architecture, every
from job.errors import UsageError
from job.values import Shape

Shapes = Mapping[str, Shape]
# Arguments that change sizes alone, where a builder takes them; the last value checks what the others told.
PROBES = OrderedDict([("num_classes", (7, 11, 23)), ("in_channels", (3, 5, 8))])


def main() -> None:
    text = written(taken())
    FILE.write_text(text, encoding="utf-8")
    print("{}: {:,} bytes".format(FILE.name, len(text)))


def taken() -> Iterator[Fingerprint]:
    """Of every architecture as it is built when nothing is said, and of its variants."""
    for architecture in every():
        for variant in ({},) + architecture.variants:
            yield fingerprint_of(architecture, variant)


def fingerprint_of(architecture: Architecture, variant: ArchArgs) -> Fingerprint:
    fixed = dict(architecture.infer({}), **variant)
    counted = [name for name, values in PROBES.items()
               if shapes_of(architecture, dict(fixed, **{name: values[0]})) is not None]
    first, second, last = (OrderedDict((name, PROBES[name][turn]) for name in counted) for turn in range(3))
    base = shapes_of(architecture, dict(fixed, **first))
    moved = {name: shapes_of(architecture, dict(fixed, **dict(first, **{name: second[name]})))
             for name in counted}
    tensors = OrderedDict((key, pattern_of_sizes(key, base, moved, first, second)) for key in base)
    told = {key: with_values(pattern, last) for key, pattern in tensors.items()}
    if told != shapes_of(architecture, dict(fixed, **last)):
        raise ValueError("{}: its sizes do not grow evenly with {}".format(architecture.name, ", ".join(counted)))
    return Fingerprint(architecture.name, variant, tensors)


def pattern_of_sizes(key: str, base: Shapes, moved: Mapping[str, Shapes], first: Values, second: Values) -> Pattern:
    return tuple(size_of(size, {name: shapes[key][axis] for name, shapes in moved.items()}, first, second)
                 for axis, size in enumerate(base[key]))


def size_of(size: int, moved: Values, first: Values, second: Values) -> Size:
    for name, other in moved.items():
        if other != size:
            factor = (other - size) // (second[name] - first[name])
            return Counted(name, factor, size - factor * first[name])
    return size


def shapes_of(architecture: Architecture, arch_args: Mapping[str, Any]) -> Optional[Shapes]:
    """By key, without what only training reads; None where the builder does not take these arguments."""
    try:
        slots = built(architecture, arch_args).state_dict()
    except UsageError:
        return None
    return OrderedDict((key, tuple(slot.shape)) for key, slot in slots.items() if not key.endswith(OPTIONAL))


if __name__ == "__main__":
    main()
