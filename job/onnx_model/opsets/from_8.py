"""Opset 8 -> 9: Upsample reads its scales from an input; BatchNormalization is over channels always."""
import numpy as np

from job.errors import UnsupportedModel
from job.onnx_model.graph import Node, Rewrite, View, without
from job.onnx_model.opsets.registry import upgrades


@upgrades(8, "Upsample")
def scales_input(node: Node, view: View) -> Rewrite:
    name = node.output + ".scales"
    return Rewrite((node._replace(inputs=node.inputs + (name,), attributes=without(node.attributes, "scales")),),
                   {name: np.array(node.attributes["scales"], np.float32)})


@upgrades(8, "BatchNormalization")
def over_channels(node: Node, view: View) -> Rewrite:
    if not node.attributes.get("spatial", 1) and len(view.shape(node.inputs[0]) or ()) != 2:
        raise UnsupportedModel(["BatchNormalization attribute spatial=0 at {}".format(node.layer)])
    return Rewrite((node._replace(attributes=without(node.attributes, "spatial")),))
