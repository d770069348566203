"""Which operators convert, with which attributes: `@converts` on a converter is all it takes."""
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

from job.values import Shape


class Operator(NamedTuple):
    """A node of the graph as its converter sees it."""

    op: str
    name: str  # of its first output, unique: the name of the Keras layer
    attributes: Mapping[str, Any]
    input_shapes: Tuple[Optional[Shape], ...]  # in ONNX's order
    output_shapes: Tuple[Optional[Shape], ...]
    input_dtypes: Tuple[Optional[str], ...] = ()  # numpy's names

    @property
    def input_shape(self) -> Shape:
        return self.input_shapes[0]

    @property
    def output_shape(self) -> Shape:
        return self.output_shapes[0]


Check = Callable[[Any], bool]


class Converter(NamedTuple):
    """A converter and what it can take."""

    convert: Callable[..., Any]          # (operator, *inputs) -> Activation, or a tuple of them
    attributes: Mapping[str, Optional[Check]]  # every attribute it reads; None: any value
    constants: Tuple[int, ...]           # the inputs that must be constants
    ranks: Tuple[int, ...]               # of the first input; (): any
    refuse: Optional[Callable[[Operator], Optional[str]]]  # what else stands in the way, in words; its docstring: when


CONVERTERS = {}  # type: Dict[str, Converter]


def converts(*ops: str, attributes: Mapping[str, Optional[Check]] = {}, constants: Tuple[int, ...] = (),
             ranks: Tuple[int, ...] = (), refuse: Optional[Callable[[Operator], Optional[str]]] = None):
    """Registers a converter for the operators; an attribute that is not named is refused by preflight."""
    def register(convert: Callable[..., Any]) -> Callable[..., Any]:
        for op in ops:
            if op in CONVERTERS:
                raise ValueError("two converters for {}".format(op))
            CONVERTERS[op] = Converter(convert, attributes, constants, ranks, refuse)
        return convert
    return register


class Values:
    """A check that says itself what it allows, in words that are the values' own unless others are given."""

    def __init__(self, allowed: Sequence[Any], words: Sequence[str] = (), each: bool = False) -> None:
        self.allowed, self.words, self.each = allowed, words or tuple(map(str, allowed)), each

    def __call__(self, value: Any) -> bool:
        return all(one in self.allowed for one in value) if self.each else value in self.allowed

    def __str__(self) -> str:
        return " or ".join(self.words)


def only(*values: Any) -> Check:
    return Values(values)


def only_each(*values: Any) -> Check:
    """Of an attribute that is a list."""
    return Values(values, each=True)


def only_called(names: Mapping[Any, str]) -> Check:
    """Of values that say nothing without their names."""
    return Values(tuple(names), tuple("{} ({})".format(value, name) for value, name in names.items()))
