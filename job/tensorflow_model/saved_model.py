"""Writes a SavedModel: one copy of the network, its variables, and what restores them."""
from pathlib import Path
from typing import Any, List, Sequence

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.types_pb2 import DT_FLOAT
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef, SignatureDef, TensorInfo
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.python.framework.meta_graph import stripped_op_list_for_graph
from tensorflow.python.ops.gen_io_ops import save_v2

from job.determinism import canonical_bytes
from job.tensorflow_model.file_errors import file_errors_as_oserrors
from job.tensorflow_model.graph import VARIABLE, KerasGraph, Network, Variable, lean_network
from job.tensorflow_model.nodes import node, of_text, of_type
from job.tensorflow_model.restore import saver_def, saver_nodes, variable_def
from job.tensorflow_model.shared_variables import with_shared_variables


def write_saved_model(model: KerasGraph, folder: Path) -> None:
    """Makes folder/saved_model.pb and folder/variables/, if there are any: tag `serve`, signature `serving_default`.

    The graph is written from its definition and the variables from numpy: nothing needs to have run.
    """
    network = with_shared_variables(lean_network(model))
    folder.mkdir(parents=True)
    if network.variables:
        (folder / "variables").mkdir()
        _write_variables(model.graph, network.variables, folder / "variables" / "variables")
    described = SavedModel(saved_model_schema_version=1, meta_graphs=[_meta_graph(model, network)])
    (folder / "saved_model.pb").write_bytes(canonical_bytes(described))


def _write_variables(graph: Any, variables: Sequence[Variable], prefix: Path) -> None:
    """Values are fed to the network's own reads: a placeholder for each would take longer to make than all else here."""
    with graph.as_default(), tf.compat.v1.Session() as session:
        reads = [graph.get_tensor_by_name(variable.read + ":0") for variable in variables]
        save = save_v2(str(prefix), [variable.name for variable in variables], [""] * len(variables), reads)
        with file_errors_as_oserrors():
            session.run(save, {read: variable.value for read, variable in zip(reads, variables)})


def _meta_graph(model: KerasGraph, network: Network) -> MetaGraphDef:
    graph_def = GraphDef(versions=network.graph_def.versions)
    graph_def.node.extend(_with_resource_variables(network))
    if network.variables:  # else all that it computes with is a constant
        graph_def.node.extend(saver_nodes(network.variables))
    meta = MetaGraphDef(graph_def=graph_def, saver_def=saver_def() if network.variables else None)
    meta.meta_info_def.tags.append(tf.saved_model.SERVING)
    meta.meta_info_def.tensorflow_version = tf.__version__
    meta.meta_info_def.stripped_op_list.MergeFrom(stripped_op_list_for_graph(graph_def))
    meta.signature_def[tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY].CopyFrom(_signature(model))
    variables = [canonical_bytes(variable_def(variable)) for variable in network.variables]
    for collection in (tf.compat.v1.GraphKeys.GLOBAL_VARIABLES, tf.compat.v1.GraphKeys.TRAINABLE_VARIABLES):
        meta.collection_def[collection].bytes_list.value.extend(variables)
    return meta


def _with_resource_variables(network: Network) -> List[NodeDef]:
    """VariableV2 -> Identity becomes VarHandleOp -> ReadVariableOp, under the same names.

    TensorFlow 2 has no other kind, and `load_v2` finds no other kind.
    """
    names = {variable.name for variable in network.variables}
    float32 = of_type(DT_FLOAT)
    changed = []
    for each in network.graph_def.node:
        if each.op == VARIABLE:
            each = node(each.name, "VarHandleOp", dtype=float32, shape=each.attr["shape"],
                        container=of_text(""), shared_name=of_text(each.name))
        elif each.op == "Identity" and each.input[0] in names:
            each = node(each.name, "ReadVariableOp", each.input, dtype=float32)
        changed.append(each)
    return changed


def _signature(model: KerasGraph) -> SignatureDef:
    signature = SignatureDef(method_name=tf.saved_model.PREDICT_METHOD_NAME)
    for tensors, described in ((model.inputs, signature.inputs), (model.outputs, signature.outputs)):
        for tensor in tensors:
            described[tensor.op.name].CopyFrom(_tensor_info(tensor))
    return signature


def _tensor_info(tensor: Any) -> TensorInfo:
    return TensorInfo(
        name=tensor.name, dtype=tensor.dtype.as_datatype_enum, tensor_shape=tensor.shape.as_proto())
