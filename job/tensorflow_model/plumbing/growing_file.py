"""A file to which operators and tensors are added one after another."""
from typing import Dict, List, Mapping, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.options import KINDS, reshape_options
from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile


class GrowingFile:
    """Tensors keep their indices; operators are added anew."""

    def __init__(self, file: TFLiteFile) -> None:
        self.tensors = list(file.tensors)
        self._file, self._operators = file, []  # type: TFLiteFile, List[Operator]
        self._names = {tensor.name for tensor in file.tensors}
        self._numbers = {}  # type: Dict[str, int]

    def add(self, operator: Operator) -> None:
        self._operators.append(operator)

    def rename(self, others: Mapping[int, int]) -> None:
        """Operators so far make and read `others` in the place of some tensors."""
        if others:
            self._operators = [each._replace(inputs=tuple(others.get(index, index) for index in each.inputs),
                                             outputs=tuple(others.get(index, index) for index in each.outputs))
                               for each in self._operators]

    def constant(self, value: np.ndarray, name: str = "constant") -> int:
        return self._tensor(Tensor(name, value.dtype.name, value.shape, content=value.tobytes()))

    def made(self, name: str, shape: Tuple[int, ...]) -> int:
        """A tensor of float32 that an operator is to make."""
        return self._tensor(Tensor(name, "float32", shape))

    def reshaped(self, index: int, shape: Tuple[int, ...]) -> int:
        """A RESHAPE of a tensor; the index of what it makes."""
        tensor = self.tensors[index]
        made = self._tensor(Tensor(tensor.name, tensor.dtype, shape))
        self._reshape(index, made)
        return made

    def reshaped_back(self, made: int, shape: Tuple[int, ...]) -> int:
        """What the last operator makes, made in that shape, and a RESHAPE of it; the index of what the operator makes now."""
        tensor = self.tensors[made]
        before = self._tensor(Tensor(tensor.name, tensor.dtype, shape))
        self._operators[-1] = self._operators[-1]._replace(outputs=(before,))
        self._reshape(before, made)
        return before

    def give_shape(self, index: int, shape: Tuple[int, ...]) -> None:
        self.tensors[index] = self.tensors[index]._replace(shape=shape)

    def file(self) -> TFLiteFile:
        return self._file._replace(tensors=tuple(self.tensors), operators=tuple(self._operators))

    def _reshape(self, source: int, made: int) -> None:
        shape = self.tensors[made].shape
        self.add(Operator("RESHAPE", (source, self.constant(np.array(shape, np.int32))), (made,),
                          options=reshape_options(shape), options_kind=KINDS["RESHAPE"]))

    def _tensor(self, tensor: Tensor) -> int:
        number, name = self._numbers.get(tensor.name, 1), tensor.name  # up to this one a name is taken
        while name in self._names:
            number += 1
            name = "{}/rows_{}".format(tensor.name, number)
        self._numbers[tensor.name] = number
        self._names.add(name)
        self.tensors.append(tensor._replace(name=name))
        return len(self.tensors) - 1
