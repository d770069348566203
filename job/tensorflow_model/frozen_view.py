"""A frozen graph with its indexes: who makes a tensor, how many read it, and its whole shape."""
from typing import Dict, Mapping, Optional, Sequence

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from job.tensorflow_model.graph import Variable
from job.tensorflow_model.nodes import node, of_shape, of_type
from job.values import Shape


class FrozenView:
    """Shapes are inferred at the first question: many graphs need none."""

    def __init__(self, nodes: GraphDef, variables: Sequence[Variable]) -> None:
        self._nodes, self._variables = nodes, variables
        self._by_name = {each.name: each for each in nodes.node}  # type: Mapping[str, NodeDef]
        self._readers = {}  # type: Dict[str, int]
        for name in (name for each in nodes.node for name in each.input):
            self._readers[name] = self._readers.get(name, 0) + 1
        self._outputs = {each.input[0] for each in nodes.node if each.op == "Identity" and not self.readers(each.name)}
        self._graph = None  # type: Optional[tf.Graph]

    def maker(self, name: str) -> Optional[NodeDef]:
        """None of a variable."""
        return self._by_name.get(name.partition(":")[0])

    def is_output(self, name: str) -> bool:
        return name in self._outputs

    def readers(self, name: str) -> int:
        return self._readers.get(name, 0)

    def is_constant(self, name: str) -> bool:
        maker = self.maker(name)
        return (maker is None or maker.op == "Const"
                or maker.op in ("Identity", "Pad", "Reshape") and self.is_constant(maker.input[0]))

    def shape(self, name: str) -> Shape:
        if self._graph is None:
            self._graph = _imported(self._nodes, self._variables)
        output = name if ":" in name else name + ":0"
        return tuple(self._graph.get_tensor_by_name(output).shape.as_list())


def _imported(nodes: GraphDef, variables: Sequence[Variable]) -> tf.Graph:
    whole = GraphDef(versions=nodes.versions)
    whole.node.extend(node(each.name, "Placeholder", dtype=of_type(tf.float32.as_datatype_enum),
                           shape=of_shape(each.value.shape)) for each in variables)
    whole.node.extend(nodes.node)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(whole, name="")
    return graph
