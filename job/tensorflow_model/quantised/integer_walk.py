"""What the operators of an int8 file make of samples, one operator after another, all samples at each.

Whole numbers alone: what is computed in float would carry a processor's last bits, and neither it nor what is behind it is known.
"""
from typing import Iterator, List, Optional, Sequence

import numpy as np

from job.tensorflow_model.flatbuffer.cut_models import with_one_operator
from job.tensorflow_model.flatbuffer.tflite_file import QUANTIZE, Operator, TFLiteFile
from job.tensorflow_model.quantised.integer_layers import IntegerLayer
from job.tensorflow_model.quantised.ranges import Sample
from job.tensorflow_model.runners import InnerTensors


class IntegerWalk:
    def __init__(self, file: TFLiteFile, samples: Sequence[Sample]) -> None:
        self._file = file
        self._values = dict(zip(file.inputs, zip(*samples)))  # by the tensor's index, one a sample
        self._unread = file.times_read()  # by the operators to come

    def knows(self, operator: Operator) -> bool:
        """All that it reads, and it computes in whole numbers."""
        tensors = self._file.tensors
        read = [index for index in operator.inputs if index >= 0 and not len(tensors[index].content)]
        floats = any(tensors[index].dtype == "float32" for index in read + list(operator.outputs))
        return all(index in self._values for index in read) and (operator.name == QUANTIZE or not floats)

    def read(self, operator: Operator) -> Sequence[np.ndarray]:
        """By a layer: the codes of its input, one array a sample."""
        return self._values[operator.inputs[0]]

    def go_through(self, number: int, layer: Optional[IntegerLayer]) -> None:
        """`layer` is that operator, where it is one. What no operator behind it reads is forgotten."""
        operator = self._file.operators[number]
        if layer:
            self._values[operator.outputs[0]] = tuple(layer.made(codes) for codes in self.read(operator))
        elif self.knows(operator):
            self._values.update(zip(operator.outputs, zip(*self._made(number))))
        self._unread.subtract(operator.inputs)
        for index in operator.inputs:
            if not self._unread[index]:
                self._values.pop(index, None)

    def _made(self, number: int) -> Iterator[List[np.ndarray]]:
        given = [index for index in dict.fromkeys(self._file.operators[number].inputs) if index in self._values]
        alone = InnerTensors(with_one_operator(self._file, number, given), ())
        for sample in zip(*(self._values[index] for index in given)):
            yield [value for _, _, value in alone.values(sample)]
