"""The registry of architectures: name -> how to build it and what to feed it, or why it cannot be converted."""
import difflib
import functools
from typing import Any, Callable, Dict, Mapping, NamedTuple, Sequence, Tuple

from job.errors import UnsupportedModel, UsageError
from job.values import Shape

Renaming = Tuple[str, str]  # a regular expression and what replaces it in a key of the checkpoint
Shapes = Mapping[str, Shape]  # of a checkpoint's tensors, by key
ArchArgs = Dict[str, Any]


def nothing_inferred(shapes: Shapes) -> ArchArgs:
    return {}


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


class RefusedArchitecture(NamedTuple):
    name: str
    family: str
    reason: str  # what in it cannot be converted
    hint: str  # what its user may do instead


_ARCHITECTURES = {}  # type: Dict[str, Architecture]
_REFUSED = {}  # type: Dict[str, RefusedArchitecture]


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
        _refuse_taken(name)
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


def refuse(name: str, family: str, reason: str, hint: str) -> None:
    """Register a name that is known, and cannot be converted."""
    _refuse_taken(name)
    _REFUSED[name] = RefusedArchitecture(name, family, reason, hint)


def _refuse_taken(name: str) -> None:
    if name in _ARCHITECTURES or name in _REFUSED:
        raise ValueError("architecture {} is registered twice".format(name))


def names() -> Tuple[str, ...]:
    return tuple(_ARCHITECTURES)


def refused() -> Tuple[RefusedArchitecture, ...]:
    return tuple(_REFUSED.values())


def table() -> Tuple[Architecture, ...]:
    """Every architecture, family by family in the order of their registration."""
    return tuple(_ARCHITECTURES.values())


def find(name: str) -> Architecture:
    """The architecture of that name, or UsageError with the names that come nearest; UnsupportedModel if refused."""
    if name in _ARCHITECTURES:
        return _ARCHITECTURES[name]
    if name in _REFUSED:
        raise UnsupportedModel(["{}: {}".format(name, _REFUSED[name].reason)], hint=_REFUSED[name].hint)
    near = difflib.get_close_matches(str(name), _ARCHITECTURES, n=3, cutoff=0.5)
    every = "the command `architectures` lists them"
    raise UsageError(
        "no architecture is called {!r}".format(name),
        hint="did you mean {}? {}".format(" or ".join(near), every) if near else every,
    )


def default_input_shape(name: str) -> Shape:
    return find(name).input_shape


def classes_of(head: str) -> Callable[[Shapes], ArchArgs]:
    """An `infer` that reads the number of classes off the weight of the last layer."""

    def infer(shapes: Shapes) -> ArchArgs:
        shape = shapes.get(head, ())
        return {"num_classes": shape[0]} if shape else {}

    return infer
