"""What a SavedModel needs to restore its variables and to save them again, the same for every run."""
from typing import List, Sequence

from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.types_pb2 import DT_FLOAT, DT_STRING
from tensorflow.core.framework.variable_pb2 import VariableDef
from tensorflow.core.protobuf.saver_pb2 import SaverDef

from job.tensorflow_model.graph import Variable
from job.tensorflow_model.nodes import node, of_shape, of_type, of_types, string_constant

FILENAME = "save/filename"
SAVED = "save/saved"
RESTORED = "save/restored"


def saver_def() -> SaverDef:
    return SaverDef(
        filename_tensor_name=FILENAME + ":0", save_tensor_name=SAVED + ":0", restore_op_name=RESTORED,
        max_to_keep=5, keep_checkpoint_every_n_hours=10000.0, version=SaverDef.V2)


def saver_nodes(variables: Sequence[Variable]) -> List[NodeDef]:
    """One file for all variables: RestoreV2 and an assignment each, SaveV2 of what the network reads."""
    string, names = of_type(DT_STRING), [variable.name for variable in variables]
    dtypes = of_types([DT_FLOAT] * len(variables))
    keys = [FILENAME, "save/tensor_names", "save/slices"]
    assignments = [
        node(_assignment(variable), "AssignVariableOp", [variable.name, _output("save/values", index)],
             dtype=of_type(DT_FLOAT))
        for index, variable in enumerate(variables)]
    return [
        string_constant("save/default", ["model"], shape=[]),
        node(FILENAME, "PlaceholderWithDefault", ["save/default"], dtype=string, shape=of_shape([])),
        string_constant("save/tensor_names", names, shape=[len(names)]),
        string_constant("save/slices", [""] * len(names), shape=[len(names)]),
        node("save/write", "SaveV2", keys + [variable.read for variable in variables], dtypes=dtypes),
        node(SAVED, "Identity", [FILENAME, "^save/write"], T=string),
        node("save/values", "RestoreV2", keys, dtypes=dtypes),
        *assignments,
        node(RESTORED, "NoOp", ["^" + assignment.name for assignment in assignments]),
    ]


def variable_def(variable: Variable) -> VariableDef:
    """The entry of a variables collection; the only initialiser there is is the restored value."""
    return VariableDef(variable_name=variable.name + ":0", snapshot_name=variable.read + ":0",
                       initializer_name=_assignment(variable), trainable=True, is_resource=True)


def _assignment(variable: Variable) -> str:
    return "save/assign/" + variable.name


def _output(name: str, index: int) -> str:
    return "{}:{}".format(name, index) if index else name
