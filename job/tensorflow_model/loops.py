"""Loops of a network over the steps of a sequence: in a graph for toco, which knows none, operators of names of their own
stand in their places.

    before: given [T*N, gates H] -> Enter, Switch, ... Exit -> Identity
    after:  given -> loop/0/0 -> Identity
"""
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.types_pb2 import DT_FLOAT

from job.recurrence import Recurrence
from job.tensorflow_model.nodes import ancestors, node, of_shape, of_shapes, of_type, of_types, replaced
from job.values import Shape


class Loop(NamedTuple):
    name: str                 # of the layer
    given: str                # the tensor that all steps read, [T*N, gates H]
    first: Tuple[str, ...]    # those of the first states, [N,H]; none where they are zeros
    made: Tuple[str, ...]     # Identities of the hidden states, [T*N,H], and the last of each state, [N,H]
    weights: Tuple[str, ...]  # variables, as job.recurrence orders them
    recurrence: Recurrence

    def shape(self, place: int) -> Shape:
        """Of what it makes."""
        spec = self.recurrence
        return (spec.batch if place else spec.length * spec.batch, spec.hidden)


def stand_in(number: int, place: int) -> str:
    """The name of the operator that makes the loop's `made[place]`."""
    return "loop/{}/{}".format(number, place)


def without_loops(nodes: GraphDef, loops: Sequence[Loop], ends: Sequence[str]) -> GraphDef:
    """A Placeholder of a known shape where a loop made something; nothing of what the loops alone need. `ends`: the network's."""
    if not loops:
        return nodes
    made = {name: loop.shape(place) for loop in loops for place, name in enumerate(loop.made)}
    cut = [node(each.name, "Placeholder", dtype=of_type(DT_FLOAT), shape=of_shape(made[each.name])) if each.name in made
           else each for each in nodes.node]
    reads = {each.name: each.input for each in cut}  # type: Dict[str, Sequence[str]]
    reads.update((name, (loop.given,) + loop.first) for loop in loops for name in loop.made)
    needed = ancestors(reads, ends)
    result = GraphDef(versions=nodes.versions)
    result.node.extend(each for each in cut if each.name in needed)
    return result


def with_stand_ins(nodes: GraphDef, loops: Sequence[Loop]) -> GraphDef:
    """Toco's custom operators in the place of these Placeholders."""
    return replaced(nodes, {name: each for number, loop in enumerate(loops) for name, each in _stand_ins(number, loop)})


def _stand_ins(number: int, loop: Loop) -> Iterator[Tuple[str, List[NodeDef]]]:
    for place, name in enumerate(loop.made):
        whole = stand_in(number, place)
        yield name, [node(whole, whole, (loop.given,) + loop.first, _output_types=of_types([DT_FLOAT]),
                          _output_shapes=of_shapes([loop.shape(place)])),
                     node(name, "Identity", [whole], T=of_type(DT_FLOAT))]
