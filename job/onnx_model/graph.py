"""An ONNX graph as an immutable value, and the one way to rewrite it."""
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from job.values import Shape

Op = Callable[..., Any]  # (operator, *inputs, **attributes) -> its output; an array among the inputs is a constant


class Node(NamedTuple):
    op: str
    inputs: Tuple[str, ...]  # '' is an absent optional input
    outputs: Tuple[str, ...]
    attributes: Mapping[str, Any] = {}
    layer: str = ""  # the path of the PyTorch module it comes from

    @property
    def output(self) -> str:
        return self.outputs[0]

    @property
    def place(self) -> str:
        """Where a user finds it."""
        return self.layer or self.output


class Graph(NamedTuple):
    """Nodes in topological order; every tensor has one name, and a shape where it is known."""

    nodes: Tuple[Node, ...]
    inputs: Tuple[str, ...]
    outputs: Tuple[str, ...]
    constants: Mapping[str, np.ndarray]
    shapes: Mapping[str, Shape]
    dtypes: Mapping[str, str] = {}  # numpy's names; float32 where nothing else is said


class Rewrite(NamedTuple):
    """What takes a node's place: nodes that still produce every output of it.

    The nodes it makes superfluous may stay: what nothing reads is dropped after each sweep.
    """

    nodes: Tuple[Node, ...]
    constants: Mapping[str, np.ndarray] = {}
    shapes: Mapping[str, Shape] = {}


class View:
    """A graph with its indexes: who makes a tensor, who uses it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._makers = {name: node for node in graph.nodes for name in node.outputs}
        self._uses = {}  # type: Dict[str, List[Node]]
        for node in graph.nodes:
            for name in node.inputs:
                self._uses.setdefault(name, []).append(node)

    def maker(self, name: str) -> Optional[Node]:
        return self._makers.get(name)

    def sole_maker(self, name: str, *ops: str) -> Optional[Node]:
        """The maker of a tensor that nothing but one input reads, if it is one of these operators."""
        maker = self._makers.get(name)
        if maker is None or maker.op not in ops or name in self.graph.outputs:
            return None
        return maker if len(self._uses.get(name, ())) == 1 else None

    def users(self, name: str) -> Tuple[Node, ...]:
        return tuple(self._uses.get(name, ()))

    def constant(self, name: str) -> Optional[np.ndarray]:
        return self.graph.constants.get(name)

    def shape(self, name: str) -> Optional[Shape]:
        value = self.graph.constants.get(name)
        return tuple(value.shape) if value is not None else self.graph.shapes.get(name)

    def dtype(self, name: str) -> str:
        value = self.graph.constants.get(name)
        return value.dtype.name if value is not None else self.graph.dtypes.get(name, "float32")


Rule = Callable[[Node, View], Optional[Rewrite]]


def rewritten(graph: Graph, rule: Rule) -> Graph:
    """Applies a rule to every node, again and again, until it fires nowhere."""
    while True:
        changed = swept(graph, rule)
        if changed is graph:
            return graph
        graph = without_dead_nodes(changed)


def swept(graph: Graph, rule: Rule) -> Graph:
    """Applies a rule to every node once; the very same graph where it fires nowhere."""
    view = View(graph)
    nodes = []  # type: List[Node]
    constants, shapes = dict(graph.constants), dict(graph.shapes)
    fired = False
    for node in graph.nodes:
        rewrite = rule(node, view)
        if rewrite is None:
            nodes.append(node)
            continue
        nodes.extend(rewrite.nodes)
        constants.update(rewrite.constants)
        shapes.update(rewrite.shapes)
        fired = True
    return graph._replace(nodes=tuple(nodes), constants=constants, shapes=shapes) if fired else graph


class FreeNames:
    """Names that are unlike those taken, and unlike each other."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._numbers = {}  # type: Dict[str, int]  # up to this one a name is taken: a thousand may be called alike

    def free(self, base: str) -> str:
        """The name, with a number where it is taken; it is taken from then on."""
        name, number = base, self._numbers.get(base, 1)
        while name in self._taken:
            number += 1
            name = "{}_{}".format(base, number)
        self._taken.add(name)
        self._numbers[base] = number
        return name


def renamed(graph: Graph, names: Mapping[str, str]) -> Graph:
    """The same graph with tensors called otherwise."""
    def new(name: str) -> str:
        return names.get(name, name)

    return Graph(
        tuple(node._replace(inputs=tuple(map(new, node.inputs)), outputs=tuple(map(new, node.outputs)))
              for node in graph.nodes),
        tuple(map(new, graph.inputs)), tuple(map(new, graph.outputs)),
        {new(name): value for name, value in graph.constants.items()},
        {new(name): shape for name, shape in graph.shapes.items()},
        {new(name): dtype for name, dtype in graph.dtypes.items()})


def all_nodes(graph: Graph) -> Iterator[Node]:
    """Those of the graphs that nodes have themselves too."""
    for node in graph.nodes:
        yield node
        for value in node.attributes.values():
            if isinstance(value, Graph):
                yield from all_nodes(value)


def without_dead_nodes(graph: Graph) -> Graph:
    """Leaves what an output needs, and nothing else."""
    needed = set(graph.outputs)
    alive = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            needed.update(node.inputs)
            alive.append(node)
    kept = {name: value for name, value in graph.constants.items() if name in needed}
    return graph._replace(nodes=tuple(reversed(alive)), constants=kept)


def replaced_uses(nodes: Iterable[Node], names: Mapping[str, str]) -> Tuple[Node, ...]:
    """The nodes, reading other tensors."""
    return tuple(node._replace(inputs=tuple(names.get(name, name) for name in node.inputs))
                 for node in nodes)


def without(attributes: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The attributes but those of these names."""
    return {name: value for name, value in attributes.items() if name not in names}
