"""Functions of a file's own, which ONNX 1.5 has no message for: https://onnx.ai/onnx/api/classes.html#functionproto."""
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

import onnx
from google.protobuf.empty_pb2 import Empty

from job.errors import UnsupportedModel
from job.onnx_model.reading.messages import parsed
from job.onnx_model.reading.tensors import bad
from job.onnx_model.reading.texts import texts

_FUNCTIONS, _OVERLOAD = 25, 8  # fields of a model, and of a node
_NAME, _INPUT, _OUTPUT, _ATTRIBUTE, _NODE, _IMPORT, _DOMAIN, _DEFAULT, _ITS_OVERLOAD = 1, 4, 5, 6, 7, 9, 10, 11, 13
_ONNX = ("", "ai.onnx", "ai.onnx.ml")
_BYTES = 2  # protobuf's wire type of texts and messages

Key = Tuple[str, str, str]  # domain, name and overload


class Function(NamedTuple):
    key: Key
    inputs: Tuple[str, ...]
    outputs: Tuple[str, ...]
    attributes: Tuple[str, ...]  # those that a call may say
    defaults: Mapping[str, onnx.AttributeProto]
    body: onnx.GraphProto  # nothing but its nodes
    opset: Optional[int]  # of ONNX's own operators in it


def key_of(node: onnx.NodeProto) -> Key:
    """Of the function that it calls, if it calls one."""
    return node.domain, node.op_type, _text(_fields(node).get(_OVERLOAD, ()))


def functions_of(model: onnx.ModelProto) -> Dict[Key, Function]:
    found = {}  # type: Dict[Key, Function]
    for data in _fields(model).get(_FUNCTIONS, ()):
        function = _function(_fields(_parsed(Empty, data)))
        if function.key in found:
            raise bad("two functions are called {}".format(told(function.key)))
        found[function.key] = function
    problems = ["a function {} in the place of ONNX's own operators".format(told(key)) for key in found if key[0] in _ONNX]
    if problems:
        raise UnsupportedModel(problems, hint="give it a domain of its own")
    return found


def told(key: Key) -> str:
    return ".".join(filter(None, key))


def _function(fields: Mapping[int, List[bytes]]) -> Function:
    body = onnx.GraphProto()
    for data in fields.get(_NODE, ()):
        body.node.add().CopyFrom(_parsed(onnx.NodeProto, data))
    defaults = [_parsed(onnx.AttributeProto, data) for data in fields.get(_DEFAULT, ())]
    names = [_texts_of(fields.get(number, ())) for number in (_INPUT, _OUTPUT, _ATTRIBUTE)]
    key = tuple(_text(fields.get(number, ())) for number in (_DOMAIN, _NAME, _ITS_OVERLOAD))
    if any(isinstance(text, bytes) for text in texts(body)) or any(item.ref_attr_name for item in defaults):
        raise bad("the function {} holds a name that is not UTF-8, or a default that is none".format(told(key)))
    if any(len(set(each)) < len(each) for each in (names[0], names[2])):
        raise bad("the function {} takes two things of one name".format(told(key)))
    imports = [_parsed(onnx.OperatorSetIdProto, data) for data in fields.get(_IMPORT, ())]
    return Function(key, names[0], names[1], names[2] + tuple(item.name for item in defaults),
                    {item.name: item for item in defaults}, body,
                    next((item.version for item in imports if item.domain in ("", "ai.onnx")), None))


def _parsed(kind: Any, data: bytes) -> Any:
    return parsed(kind, data, "a function in it is none")


def _fields(message: Any) -> Dict[int, List[bytes]]:
    """What a message holds beside the fields that it has names for."""
    found = {}  # type: Dict[int, List[bytes]]
    for field in message.UnknownFields():
        if field.wire_type == _BYTES:
            found.setdefault(field.field_number, []).append(field.data)
    return found


def _texts_of(values: List[bytes]) -> Tuple[str, ...]:
    try:
        return tuple(value.decode("utf-8") for value in values)
    except UnicodeDecodeError as error:
        raise bad("a name of a function in it is not UTF-8") from error


def _text(values: List[bytes]) -> str:
    """The last is what counts."""
    return (_texts_of(values) or ("",))[-1]
