"""What onnx 1.5 itself knows of operators: opsets up to the canonical one."""
from typing import List, Optional

import onnx
from onnx import checker, defs

from job.onnx_model.graph import Node
from job.onnx_model.protobuf import proto_of


_COUNTS = ("dilations", "kernel_shape", "strides")  # by which inference divides, and dies of a zero


def is_known(op: str, opset: int) -> bool:
    return since(op, opset) is not None


def since(op: str, opset: int) -> Optional[int]:
    """The opset that says it as that one does; None for what it does not have."""
    try:
        schema = defs.get_schema(op, opset, "")
    except RuntimeError:  # onnx's SchemaError
        return None
    return None if schema.deprecated else schema.since_version


def fault_of(proto: onnx.NodeProto, opset: int) -> str:
    """Why it is no node of that opset, '' if it is one."""
    for item in proto.attribute:
        if item.name in _COUNTS and any(count < 1 for count in item.ints):
            return "{} of {}".format(item.name, list(item.ints))
    context = checker.C.CheckerContext()
    context.ir_version, context.opset_imports = onnx.IR_VERSION, {"": opset, "ai.onnx": opset}
    try:
        checker.check_node(proto, context)
    except checker.ValidationError as error:
        return str(error).split("\n")[0]
    return ""


def problems_of(node: Node, opset: int) -> List[str]:
    fault = fault_of(proto_of(node), opset)
    return ["{} at {}: {}".format(node.op, node.place, fault)] if fault else []
