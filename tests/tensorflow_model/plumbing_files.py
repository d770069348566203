"""Small .tflite files made by hand, and their answers."""
from typing import Any, Sequence, Tuple

import numpy as np
import tensorflow as tf

from job.tensorflow_model.flatbuffer.options import NONE, new_options
from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.plumbing.without_plumbing import without_plumbing

Shape = Tuple[int, ...]
_OPTIONS = {  # a member of the schema's union, and its fields
    "ADD": (11, (0,)), "MUL": (21, (0,)), "SUB": (28, (0,)), "DIV": (29, (0,)), "FULLY_CONNECTED": (8, (0,)),
    "MEAN": (27, (1,)), "SUM": (27, (0,)), "SOFTMAX": (9, (0x3F800000,)),  # beta 1.0
}


class Making:
    """Operators laid one after another; every step returns its output's index. Input 0 is `x`."""

    def __init__(self, *shapes: Shape) -> None:
        self._tensors = [Tensor("x{}".format(number), "float32", shape) for number, shape in enumerate(shapes)]
        self._operators, self._inputs = [], tuple(range(len(shapes)))

    def constant(self, value: Any, dtype: str = "float32") -> int:
        value = np.asarray(value, dtype)
        return self._tensor(value.shape, dtype, value.tobytes())

    def add(self, op: str, shape: Shape, *inputs: int) -> int:
        made = self._tensor(shape, "float32", b"")
        kind, fields = _OPTIONS.get(op, (0, None))
        options = NONE if fields is None else new_options(fields)
        self._operators.append(Operator(op, inputs, (made,), options=options, options_kind=kind))
        return made

    def reshape(self, x: int, *shape: int) -> int:
        return self.add("RESHAPE", shape, x, self.constant(shape, "int32"))

    def transpose(self, x: int, *perm: int) -> int:
        shape = self._tensors[x].shape
        return self.add("TRANSPOSE", tuple(shape[axis] for axis in perm), x, self.constant(perm, "int32"))

    def pad(self, x: int, *pairs: Tuple[int, int]) -> int:
        shape = tuple(size + sum(pair) for size, pair in zip(self._tensors[x].shape, pairs))
        return self.add("PAD", shape, x, self.constant(pairs, "int32"))

    def file(self, *outputs: int) -> TFLiteFile:
        return TFLiteFile(tuple(self._tensors), tuple(self._operators), self._inputs, outputs)

    def _tensor(self, shape: Shape, dtype: str, content: bytes) -> int:
        self._tensors.append(Tensor("t{}".format(len(self._tensors)), dtype, tuple(shape), content=content))
        return len(self._tensors) - 1


def names(file: TFLiteFile) -> Sequence[str]:
    return [operator.name for operator in file.operators]


def answers(file: TFLiteFile) -> Sequence[np.ndarray]:
    content = tflite_bytes(file)  # the interpreter reads it where it is
    interpreter = tf.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    random = np.random.RandomState(3)
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], random.randn(*detail["shape"]).astype(np.float32))
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


def simplified(before: TFLiteFile) -> TFLiteFile:
    """Without its plumbing: answers stay, and twice is once."""
    after = without_plumbing(before)
    assert_same_answers(before, after)
    assert without_plumbing(after) is after
    return after


def assert_same_answers(before: TFLiteFile, after: TFLiteFile) -> None:
    """To the last bit, under the same names."""
    assert [before.tensors[index].name for index in before.outputs] == [after.tensors[index].name for index in after.outputs]
    for expected, value in zip(answers(before), answers(after)):
        assert np.ptp(expected) > 0
        np.testing.assert_array_equal(expected, value)
