"""A random network: its steps are drawn one after the other, each from what the ones before have made."""
import random
from typing import List, NamedTuple, Sequence, Tuple

import torch
from torch import nn

import tests.fuzz.whole_blocks  # noqa: F401: registers its drawers
import tests.fuzz.functions  # noqa: F401
import tests.fuzz.heads  # noqa: F401
import tests.fuzz.layers  # noqa: F401
import tests.fuzz.movements  # noqa: F401
from job.values import Shape
from tests.fuzz.draws import Draw, Values, draw
from tests.fuzz.expression import Expression

MOST_ELEMENTS = 20000  # of one tensor
LARGEST, LEAST_SPREAD = 50.0, 1e-2  # of the values a step makes: beyond, float32 itself is the error
TRIES = 300


class Network(nn.Module):
    """Runs its steps in order; a module may stand in several of them."""

    def __init__(self, draws: Sequence[Draw], outputs: Sequence[int]) -> None:
        super().__init__()
        self.modules_used = nn.ModuleList([drawn.module for drawn in draws])
        self.draws, self.outputs = tuple(draws), tuple(outputs)

    def forward(self, *inputs: torch.Tensor) -> Tuple[torch.Tensor, ...]:
        values = list(inputs)
        for module, drawn in zip(self.modules_used, self.draws):
            values.extend(_made(module(*(values[place] for place in drawn.inputs))))
        return tuple(values[place] for place in self.outputs)


class Drawn(NamedTuple):
    network: Network
    shapes: Tuple[Shape, ...]
    lines: Tuple[str, ...]  # what it is made of
    values: int             # inputs, and all that is made of them

    def alive(self) -> Tuple[str, ...]:
        """The lines that the outputs need."""
        needed = {"v{}".format(place) for place in self.network.outputs}
        kept = ["outputs " + ", ".join("v{}".format(place) for place in self.network.outputs)]
        for line in reversed(self.lines):
            made, _, made_from = line.split("  # ")[0].partition(" = ")
            if needed.intersection(made.split(", ")):
                needed.update(made_from.rpartition(" of ")[2].split(", "))
                kept.append(line)
        return tuple(reversed(kept))


def random_network(seed: int) -> Drawn:
    """The network of a seed: 3 to 20 steps, one to three inputs, one to four outputs."""
    r = random.Random(seed)
    torch.manual_seed(seed)
    shapes = _input_shapes(r)
    values = [torch.randn(shape) * 1.5 - 0.3 for shape in shapes]
    lines = ["v{} = input {}".format(place, shape) for place, shape in enumerate(shapes)]
    drawn = []  # type: List[Draw]
    steps = r.randint(3, 20)
    for _ in range(TRIES):
        if len(drawn) < steps:
            _extend(r, drawn, values, lines)
    outputs = _outputs(r, len(shapes), values, drawn)
    return Drawn(Network(drawn, outputs).eval(), shapes, tuple(lines), len(values))


def ending_at(drawn: Drawn, place: int) -> Drawn:
    """The same network with one value as its only output."""
    return drawn._replace(network=Network(drawn.network.draws, [place]).eval())


def _input_shapes(r: random.Random) -> Tuple[Shape, ...]:
    """All sizes of a shape are different; further inputs can be broadcast against the first, or joined to it."""
    rank = r.choice((4, 4, 4, 4, 4, 3, 3, 2, 5))
    batch = r.choice((1, 1, 2, 3))
    first = (batch,) + tuple(r.sample((4, 5, 6, 7, 8) if rank == 5 else (4, 5, 6, 7, 8, 9, 10, 11, 12, 13), rank - 1))
    shapes = [first]
    for _ in range(r.choice((0, 0, 1, 1, 2))):
        sizes = [size if r.random() < 0.7 else r.choice((1, r.randint(4, 9))) for size in first[1:]]
        shapes.append((batch,) + tuple(sizes))
    return tuple(shapes)


def _extend(r: random.Random, drawn: List[Draw], values: List[torch.Tensor], lines: List[str]) -> None:
    """One step more, unless what was drawn does not fit; the latest value is mostly the one to go on from."""
    usable = [place for place, tensor in enumerate(values) if tensor.is_floating_point()]
    place = usable[-1] if r.random() < 0.8 else r.choice(usable)
    step = _again(r, drawn, values) if r.random() < 0.06 else draw(r, Values(values, place))
    if step is None:
        return
    step.module.eval()
    try:
        with torch.no_grad():
            made = _made(step.module(*(values[place] for place in step.inputs)))
    except (RuntimeError, ValueError, IndexError, AssertionError):
        return
    if all(map(_fit, made)):
        names = ", ".join("v{}".format(len(values) + i) for i in range(len(made)))
        lines.append("{} = {} of {}  # {}".format(
            names, " ".join(str(step.module).split()), ", ".join("v{}".format(place) for place in step.inputs),
            ", ".join(str(tuple(tensor.shape)) for tensor in made)))
        drawn.append(step)
        values.extend(made)


def _again(r: random.Random, drawn: Sequence[Draw], values: Sequence[torch.Tensor]):
    """A layer used before, on another tensor of the shape it fits: shared weights."""
    layers = [step for step in drawn if not isinstance(step.module, Expression)]
    if not layers:
        return None
    step = r.choice(layers)
    shape = values[step.inputs[0]].shape
    fitting = [place for place, tensor in enumerate(values) if tensor.shape == shape]
    return Draw(step.module, (r.choice(fitting),))


def _made(result) -> Tuple[torch.Tensor, ...]:
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def _fit(tensor: torch.Tensor) -> bool:
    """Of a size and of values that show an error."""
    if not 2 <= tensor.dim() <= 5 or not 1 < tensor.numel() <= MOST_ELEMENTS:
        return False
    largest, spread = float(tensor.abs().max()), float(tensor.max() - tensor.min())
    if not tensor.is_floating_point():
        return True
    return largest <= LARGEST and spread >= LEAST_SPREAD


def _outputs(r: random.Random, inputs: int, values: Sequence[torch.Tensor], drawn: Sequence[Draw]) -> List[int]:
    """The last value and perhaps others, an input or one of them again: what no output needs is a dead branch."""
    made = range(inputs, len(values))
    outputs = [len(values) - 1]
    outputs += [r.choice(made) for _ in range(r.choice((0, 0, 1, 2)))] if made else []
    if r.random() < 0.1:
        outputs.append(r.randrange(inputs))
    if r.random() < 0.1:
        outputs.append(r.choice(outputs))
    r.shuffle(outputs)
    return outputs
