"""Bytes -> protobuf's messages, where they may be anything."""
import warnings
from typing import Any

from google.protobuf.message import DecodeError

from job.onnx_model.reading.tensors import bad


def parsed(kind: Any, data: bytes, what: str) -> Any:
    """A message of that class, from its first to its last byte."""
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            message = kind.FromString(data)
    except DecodeError as error:
        raise bad("{}, or not a whole one".format(what)) from error
    if said:  # protobuf goes on where bytes are left over
        raise bad("{}: {}".format(what, said[0].message))
    return message
