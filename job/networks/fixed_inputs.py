"""Inputs of an .onnx file that always have the same value: constants of the network, and no inputs of what is published."""
from typing import Any, Mapping, NamedTuple, Sequence, Tuple

import numpy as np
import onnx

from job.errors import UsageError
from job.nearest import did_you_mean
from job.networks.onnx_ends import own_names
from job.onnx_model.reading import OnnxFile
from job.onnx_model.reading.inputs import declared_dtype, declared_shape, written
from job.settings.settings import Settings

_ABOUT = ("fixed_inputs",)


class Fixed(NamedTuple):
    file: OnnxFile  # without these inputs
    values: Mapping[str, np.ndarray]  # by their names in the file, of its types

    @property
    def notes(self) -> Tuple[str, ...]:
        return tuple("the input {} always is what --fixed-inputs says: {}".format(
            name, value.item() if value.size == 1 else "{} numbers".format(value.size))
                     for name, value in self.values.items())


def fixed_inputs(file: OnnxFile, settings: Settings) -> Fixed:
    """UsageError where a value is of no input, or not one that its input can have."""
    said = settings.fixed_inputs
    if not said:
        return Fixed(file, {})
    names, items = own_names(file.graph.inputs), {item.name: item for item in file.inputs}
    for name in said:
        if name not in names:
            raise _refused("the file has no input {}".format(name),
                           did_you_mean(name, file.graph.inputs) or "its inputs are {}".format(", ".join(file.graph.inputs)))
    values = {names[name]: _value(name, value, items[names[name]]) for name, value in said.items()}
    left = tuple(item for item in file.inputs if item.name not in values)
    if len(values) < len(said) or not left:
        raise _refused("one input has two values" if left else "no input is left", "leave one out")
    graph = file.graph._replace(inputs=tuple(item.name for item in left), constants=dict(file.graph.constants, **values),
                                dtypes={item.name: file.graph.dtypes[item.name] for item in left})
    return Fixed(file._replace(graph=graph, inputs=left), values)


def refuse_fixed_inputs(settings: Settings, name: str) -> None:
    """Of a checkpoint whose network is code: that can say so itself."""
    if settings.fixed_inputs:
        raise UsageError("--fixed-inputs is for .onnx files, and {} is none".format(name),
                         hint="leave it out: a factory of --model-code can fix what its network takes", about=_ABOUT)


def _value(name: str, said: Any, item: onnx.ValueInfoProto) -> np.ndarray:
    """A single number is for all places of its input."""
    shape, dtype = declared_shape(item), np.dtype(declared_dtype(item))
    try:
        array = np.array(said)
        value = array.astype(dtype)
        fits = (array.dtype.kind == "b") == (dtype.kind == "b") and array.dtype.kind in "bif" and np.isfinite(value).all()
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits or dtype.kind in "iu" and not np.array_equal(value.astype(np.float64), array.astype(np.float64)):
        raise _refused("{!r:.80} is no value of the input {}, which is of {}".format(said, name, dtype), _such_as(shape, dtype))
    if not value.shape and min(shape, default=1) > 0:
        return np.full(shape, value, dtype)
    if len(value.shape) != len(shape) or any(size not in (-1, own) for size, own in zip(shape, value.shape)):
        raise _refused("the value of the input {} has shape {}, in the file it is {}".format(
            name, written(value.shape) or "of one number", written(shape) or "of one number"), _such_as(shape, dtype))
    return value


def _such_as(shape: Sequence[int], dtype: np.dtype) -> str:
    number = {"b": "true", "f": "0.5"}.get(dtype.kind, "16000")
    if min(shape, default=1) > 0:
        return "a number, such as {}, is for all of its places; a list of lists says each".format(number)
    return "say each of its numbers, in {} lists within one another, such as {}".format(
        len(shape), "[" * len(shape) + number + "]" * len(shape))


def _refused(problem: str, hint: str) -> UsageError:
    return UsageError("--fixed-inputs: {}".format(problem), hint=hint, about=_ABOUT)
