"""Every tensor of a file under a name that is free and that TensorFlow allows."""
import re
from typing import Iterable, Sequence

from job.errors import BadCheckpoint
from job.onnx_model.graph import FreeNames, Graph, Node, renamed
from job.onnx_model.reading.tensors import bad

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9]+")
_LONGEST = 80


def check_order(graph: Graph) -> None:
    """Raises BadCheckpoint unless every tensor is made once, and before it is read."""
    made = set(graph.inputs) | set(graph.constants)
    for node in graph.nodes:
        missing = [name for name in node.inputs if name and name not in made]
        if missing:
            raise _bad_at(node, "reads {}, which nothing before it makes".format(missing[0]))
        again = [name for name in node.outputs if name in made]
        if again:
            raise _bad_at(node, "makes {}, which is there already".format(again[0]))
        made.update(filter(None, node.outputs))
    missing = [name for name in graph.outputs if name not in made]
    if missing:
        raise bad("the output {} is made by nothing".format(missing[0]))


def _bad_at(node: Node, what: str) -> BadCheckpoint:
    return bad("{} at {} {}".format(node.op, node.place, what))


def published_name(name: str, unused: FreeNames) -> str:
    """A free name of letters, digits and underscores: passes put a point in the names that they make."""
    return unused.free(_NOT_ALLOWED.sub("_", name).strip("_")[:_LONGEST].strip("_") or "tensor")


def named(graph: Graph, input_names: Sequence[str], output_names: Sequence[str]) -> Graph:
    """Inputs and outputs as published, each output by an Identity of its own; all else nearly as in the file."""
    unused = FreeNames([*input_names, *output_names])
    names = dict(zip(graph.inputs, input_names))
    for name in _all_names(graph):
        if name and name not in names:
            names[name] = published_name(name, unused)
    layers = tuple(node._replace(layer=_layer(node)) for node in graph.nodes)
    graph = renamed(graph._replace(nodes=layers), names)
    ends = tuple(Node("Identity", (made,), (name,), {}, "output " + name)
                 for made, name in zip(graph.outputs, output_names))
    return graph._replace(nodes=graph.nodes + ends, outputs=tuple(output_names))


def _layer(node: Node) -> str:
    """The node's own name, else its first output's."""
    written = node.layer or next(filter(None, node.outputs), "")
    return _NOT_ALLOWED.sub("_", written).strip("_")[:_LONGEST] or node.op


def _all_names(graph: Graph) -> Iterable[str]:
    yield from graph.inputs
    yield from graph.constants
    for node in graph.nodes:
        yield from node.outputs
