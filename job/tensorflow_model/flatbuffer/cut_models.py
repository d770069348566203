"""Parts of a .tflite as models of their own: one operator, or all but one; or all of it, and what is inside as outputs."""
from typing import Collection, Optional, Sequence

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile


def with_one_operator(file: TFLiteFile, number: int, inputs: Sequence[int]) -> TFLiteFile:
    """Takes the tensors `inputs`, gives what that operator makes of them."""
    operator = file.operators[number]
    return _cut(file, [operator], inputs, operator.outputs)


def without_operator(file: TFLiteFile, number: int) -> TFLiteFile:
    """The same model, which is given, behind its own inputs, what that operator would make."""
    kept = file.operators[:number] + file.operators[number + 1:]
    return _cut(file, kept, file.inputs + file.operators[number].outputs, file.outputs)


def with_inner_outputs(file: TFLiteFile, names: Optional[Collection[str]] = None) -> TFLiteFile:
    """The same model, tensors of the same indices, but what its operators make, or the named part of it, is output too.

    The interpreter reuses the memory of inner tensors: only what is an output can be read after a run.
    """
    inner = [index for operator in file.operators for index in operator.outputs if index not in file.outputs]
    added = tuple(index for index in inner if names is None or file.tensors[index].name in names)
    return file._replace(outputs=file.outputs + added)


def _cut(file: TFLiteFile, operators: Sequence[Operator], inputs: Sequence[int], outputs: Sequence[int]) -> TFLiteFile:
    return file._replace(operators=tuple(operators), inputs=tuple(inputs), outputs=tuple(outputs)).without_unused()
