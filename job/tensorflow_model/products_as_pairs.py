"""Products of stacks of matrices, as toco is shown them: every pair of numbers multiplied, and sums of these. TensorFlow Lite
1.14 has no such product, and toco 1.14 dies of taking one apart; job.tensorflow_model.matrix_products makes layers of them.

    before: x [3,197,64], y [3,197,64] -> BatchMatMul of y's transposes -> [3,197,197]
    after:  Reshape [3,197,1,64], Reshape [3,1,197,64] -> Mul -> Sum over the last axis
"""
from typing import List, Sequence

import tensorflow as tf
from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from job.tensorflow_model.frozen_view import FrozenView
from job.tensorflow_model.graph import Variable
from job.tensorflow_model.nodes import int_constant, node, of_type, replaced, reshape

_PRODUCT = "BatchMatMulV2"


def with_pairs(nodes: GraphDef, variables: Sequence[Variable]) -> GraphDef:
    """The same network; nodes of known shapes only. Of a stack of weights on the right toco makes layers itself."""
    view = FrozenView(nodes, variables)
    products = [each for each in nodes.node if each.op == _PRODUCT and not view.is_constant(each.input[1])]
    return replaced(nodes, {each.name: _pairs(each, view) for each in products})


def _pairs(product: NodeDef, view: FrozenView) -> List[NodeDef]:
    x, y = (view.shape(name) for name in product.input)
    if product.attr["adj_y"].b:
        shapes, axis = (x[:2] + (1,) + x[2:], y[:1] + (1,) + y[1:]), 3
    else:
        shapes, axis = (x + (1,), y[:1] + (1,) + y[1:]), 2
    left, right = (reshape("{}/{}".format(product.name, side), name, shape, product.attr["T"])
                   for side, name, shape in zip(("left", "right"), product.input, shapes))
    times = node(product.name + "/pairs", "Mul", (left[-1].name, right[-1].name), T=product.attr["T"])
    axes = int_constant(product.name + "/axis", (axis,), (1,))
    total = node(product.name, "Sum", (times.name, axes.name), T=product.attr["T"], keep_dims=AttrValue(b=False),
                 Tidx=of_type(tf.int32.as_datatype_enum))
    return left + right + [times, axes, total]
