"""Whether an operator means the same in two opsets."""
from typing import Optional

from job.onnx_model.opsets.newer.registry import rule_of
from job.onnx_model.protobuf import OPSET
from job.onnx_model.schemas import since


def means_alike(op: str, one: Optional[int], other: int) -> bool:
    """In whatever form it stands there: None is no opset, of which nothing is known."""
    return one is not None and _meaning(op, one) == _meaning(op, other)


def _meaning(op: str, opset: int) -> Optional[int]:
    """The opset that brought it: after the canonical one those that the rules tell apart."""
    rule = rule_of(op, opset) if opset > OPSET else None
    return rule.since if rule else since(op, min(opset, OPSET))
