"""What a user says of the network's inputs and outputs, their shapes, types and names -> the checked value.

As in job.settings.setting_values: a reader raises Refused with what is wrong and what is allowed.
"""
import re
from typing import Any, Mapping, NamedTuple, Optional, Tuple

from job.settings.setting_values import SIZE, Refused, no_repeat
from job.values import Shape, elements

INPUT_TYPES = ("float32", "int64", "int32")  # that PyTorch computes with and TensorFlow Lite takes

_TENSOR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,99}$")


class InputShape(NamedTuple):
    name: Optional[str]  # where the user named it
    shape: Shape  # as PyTorch has it
    dtype: str = "float32"


def input_shapes(value: Any) -> Tuple[InputShape, ...]:
    """``1,3,224,224``, ``a:1,3,8,8;b:1,4:int64``, a list of numbers, a list of such lists, or a mapping of either."""
    if isinstance(value, str):
        shapes = [_named_shape(part) for part in value.split(";")]
    elif isinstance(value, Mapping):
        shapes = [_named_shape("{}:{}".format(name, sizes)) if isinstance(sizes, str)
                  else InputShape(_tensor_name(name), _shape(sizes)) for name, sizes in value.items()]
    elif isinstance(value, list) and value and all(isinstance(each, list) for each in value):
        shapes = [InputShape(None, _shape(sizes)) for sizes in value]
    else:
        shapes = [InputShape(None, _shape(value))]
    named = [shape.name for shape in shapes if shape.name]
    if named and len(named) != len(shapes):
        raise Refused("some inputs are named and some are not", "name all or none: a:1,3,8,8;b:1,4")
    no_repeat(named)
    return tuple(shapes)


def tensor_names(value: Any) -> Tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        raise Refused("not a list of names", "names between commas, such as image_array")
    names = [_tensor_name(word.strip() if isinstance(word, str) else word) for word in words]
    no_repeat(names)
    return tuple(names)


def _named_shape(part: str) -> InputShape:
    """``name:1,4:int64``, of which name and type may be left out."""
    words = [word.strip() for word in part.split(":")]
    dtype = words.pop() if len(words) > 1 and words[-1][:1].isalpha() else "float32"
    if dtype not in INPUT_TYPES:
        raise Refused("{!r} is no type of an input".format(dtype), ", ".join(INPUT_TYPES))
    if len(words) > 2:
        raise Refused("not a shape", "NAME:SIZES:TYPE, such as ids:1,16:int64; in a name, _ stands for : and its like")
    name = _tensor_name(words[0]) if len(words) == 2 else None
    sizes = words[-1]
    if sizes[:1] + sizes[-1:] in ("[]", "()"):  # as Python writes it
        sizes = sizes[1:-1]
    return InputShape(name, _shape(sizes.split(",")), dtype)


def _shape(sizes: Any) -> Shape:
    allowed = "1 to 5 whole numbers above zero as PyTorch orders them, such as 1,3,224,224"
    if not isinstance(sizes, (list, tuple)) or not 1 <= len(sizes) <= 5:
        raise Refused("not a shape", allowed)
    words = [str(size).strip() for size in sizes]
    wrong = [word for word in words if not SIZE.match(word)]
    if wrong:
        raise Refused("{!r} is no size".format(wrong[0]), allowed)
    shape = tuple(int(word) for word in words)
    if elements(shape) >= 1 << 29:
        raise Refused("more than 2 GiB in one input", allowed)
    return shape


def _tensor_name(word: Any) -> str:
    if not isinstance(word, str) or not _TENSOR_NAME.match(word):
        raise Refused("{!r} cannot be a tensor's name".format(word),
                      "letters, digits, _ and ., a letter or digit first, at most 100; _ stands for what else a file has")
    return word
