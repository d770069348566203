"""A .tflite changed so that what is inside can be seen and moved: one operator alone; inner tensors as outputs; more of
what is given added to them."""
from typing import Collection, Dict, List, Optional, Sequence

from job.tensorflow_model.flatbuffer.options import KINDS, new_options
from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile


def with_one_operator(file: TFLiteFile, number: int, inputs: Sequence[int]) -> TFLiteFile:
    """Takes the tensors `inputs`, gives what that operator makes of them."""
    operator = file.operators[number]
    return file._replace(operators=(operator,), inputs=tuple(inputs), outputs=operator.outputs).without_unused()


def with_additions(file: TFLiteFile, names: Sequence[str]) -> TFLiteFile:
    """The same model, which is given, behind its own inputs, what is to be added to each of the named tensors that operators
    make. They are of float32."""
    tensors, operators, given = list(file.tensors), [], {}  # type: List[Tensor], List[Operator], Dict[str, int]
    wanted = {index for index, tensor in enumerate(tensors) if tensor.name in set(names)}

    def another(index: int, ending: str) -> int:
        tensors.append(Tensor(tensors[index].name + ending, "float32", tensors[index].shape))
        return len(tensors) - 1

    for operator in file.operators:
        before = {index: another(index, "/before") for index in operator.outputs if index in wanted}
        operators.append(operator._replace(outputs=tuple(before.get(index, index) for index in operator.outputs)))
        for index, made in before.items():
            added = given[tensors[index].name] = another(index, "/added")
            operators.append(Operator("ADD", (made, added), (index,), options=new_options(()), options_kind=KINDS["ADD"]))
    inputs = file.inputs + tuple(given[name] for name in names)
    return file._replace(tensors=tuple(tensors), operators=tuple(operators), inputs=inputs)


def with_inner_outputs(file: TFLiteFile, names: Optional[Collection[str]] = None) -> TFLiteFile:
    """The same model, tensors of the same indices, but what its operators make, or the named part of it, is output too.

    The interpreter reuses the memory of inner tensors: only what is an output can be read after a run.
    """
    inner = [index for operator in file.operators for index in operator.outputs if index not in file.outputs]
    added = tuple(index for index in inner if names is None or file.tensors[index].name in names)
    return file._replace(outputs=file.outputs + added)
