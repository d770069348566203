"""The registry of architectures: name -> how to build it and what to feed it, or why it cannot be converted."""
import difflib
import functools
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

from job.errors import UnsupportedModel, UsageError
from job.values import Shape

Renaming = Tuple[str, str]  # a regular expression and what replaces it in a key of the checkpoint
Shapes = Mapping[str, Shape]  # of a checkpoint's tensors, by key
ArchArgs = Dict[str, Any]


def nothing_inferred(shapes: Shapes) -> ArchArgs:
    return {}


class Refusal(NamedTuple):
    reason: str  # what in it cannot be converted
    hint: str  # what its user may do instead


class Architecture(NamedTuple):
    name: str
    family: str
    summary: str  # one line for `architectures`
    build: Callable[..., Any]  # (**arch_args) -> torch.nn.Module
    input_shape: Shape  # the default, with a batch of one, as PyTorch orders it
    renamings: Tuple[Renaming, ...] = ()  # older or other names of the same keys
    infer: Callable[[Shapes], ArchArgs] = nothing_inferred  # arch_args that the checkpoint itself tells
    auxiliary: Tuple[str, ...] = ()  # prefixes of the keys of heads that only training needs
    published: Mapping[str, ArchArgs] = {}  # by the SHA-256 that published files have in their name
    variants: Tuple[ArchArgs, ...] = ()  # other arguments that networks are trained with, and told by their tensors
    untold: Mapping[str, str] = {}  # an argument that no weights tell -> what to say where it is not given
    refusal: Optional[Refusal] = None  # of a network that is known, and recognised, and cannot be converted


_ARCHITECTURES = {}  # type: Dict[str, Architecture]


def architecture(
    name: str,
    input_shape: Shape,
    family: str,
    summary: str,
    renamings: Sequence[Renaming] = (),
    infer: Callable[[Shapes], ArchArgs] = nothing_inferred,
    **more: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated builder under a name, with `more` of an Architecture's fields.

    A name taken twice is a bug and raises ValueError.
    """

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        if name in _ARCHITECTURES:
            raise ValueError("architecture {} is registered twice".format(name))
        _ARCHITECTURES[name] = Architecture(
            name, family, summary, build, tuple(input_shape), tuple(renamings), infer, **more
        )
        return build

    return register


def members(rows: Mapping[str, Any], input_shape: Shape, family: str, summary: str,
            **more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated builder under each name, with that name's row as its first argument.

    The summary may show the row: "{:g} times as wide".
    """

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        for name, row in rows.items():
            architecture(name, input_shape, family, summary.format(row), **more)(functools.partial(build, row))
        return build

    return register


def every() -> Tuple[Architecture, ...]:
    """Each that is known, the refused among them, family by family in the order of their registration."""
    return tuple(_ARCHITECTURES.values())


def table() -> Tuple[Architecture, ...]:
    """Each that can be converted."""
    return tuple(each for each in every() if each.refusal is None)


def refused() -> Tuple[Architecture, ...]:
    return tuple(each for each in every() if each.refusal is not None)


def names() -> Tuple[str, ...]:
    """Of each that can be converted."""
    return tuple(each.name for each in table())


def find(name: str) -> Architecture:
    """The architecture of that name, or UsageError with the names that come nearest; UnsupportedModel if refused."""
    if name in _ARCHITECTURES:
        return not_refused(_ARCHITECTURES[name])
    near = difflib.get_close_matches(str(name), names(), n=3, cutoff=0.5)
    listed = "the command `architectures` lists them"
    raise UsageError(
        "no architecture is called {!r}".format(name),
        hint="did you mean {}? {}".format(" or ".join(near), listed) if near else listed,
    )


def not_refused(architecture: Architecture) -> Architecture:
    """The same, or UnsupportedModel with what in it cannot be converted."""
    if architecture.refusal is not None:
        reason, hint = architecture.refusal
        raise UnsupportedModel(["{}: {}".format(architecture.name, reason)], hint=hint)
    return architecture


def default_input_shape(name: str) -> Shape:
    return find(name).input_shape


def classes_of(head: str) -> Callable[[Shapes], ArchArgs]:
    """An `infer` that reads the number of classes off the weight of the last layer."""

    def infer(shapes: Shapes) -> ArchArgs:
        shape = shapes.get(head, ())
        return {"num_classes": shape[0]} if shape else {}

    return infer
