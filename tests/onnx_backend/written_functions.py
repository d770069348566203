"""Functions as the bytes that ONNX 1.5 has no message for, also such as no exporter writes."""
from typing import Any, Mapping, Sequence

import onnx
from onnx import helper

from tests.onnx_backend.small_models import model


def field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)


def called(op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(op, inputs, outputs, domain="of.here", **attributes)


def function(name: str, inputs: Sequence[str], outputs: Sequence[str], nodes: Sequence[onnx.NodeProto], opset: int = 21,
             attributes: Sequence[str] = (), domain: str = "of.here", imports: Sequence[Mapping] = ()) -> bytes:
    """`imports` are in place of its opset."""
    texts = [(1, [name]), (10, [domain]), (4, inputs), (5, outputs), (6, attributes)]
    written = [field(number, text.encode("utf-8")) for number, each in texts for text in each]
    written += [field(7, node.SerializeToString()) for node in nodes]
    sets = [onnx.OperatorSetIdProto(**each) for each in imports or [{"domain": "", "version": opset}]]
    return b"".join(written + [field(9, each.SerializeToString()) for each in sets])


def with_functions(nodes: Sequence[onnx.NodeProto], *functions: bytes, opset: int = 21, **others: Any) -> bytes:
    """A model x [2,5] -> y of these nodes."""
    made = model(nodes, {"x": (2, 5)}, ["y"], opset, **others)
    return made.SerializeToString() + b"".join(field(25, each) for each in functions)
