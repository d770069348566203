"""The int8 file of a plan: a QUANTIZE where float32 enters an operator of 8 bits, a DEQUANTIZE where one of float reads it.

    before: x -> CONV_2D -> y -> EXP -> z
    after:  x -> QUANTIZE -> x_int8 -> CONV_2D -> y_int8 -> DEQUANTIZE -> y -> EXP -> z

Each is made once, before the first that reads it, and called as in the float32 file; what has both forms is, in 8 bits, called
NAME_int8.
"""
from typing import Dict, List, Optional, Set, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import (
    CODE_VERSION, GRAPH_OPERATORS, LAYERS, MODEL_DESCRIPTION, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS,
    OPERATOR_CODE, OPERATOR_OPTIONS, OPERATOR_OPTIONS_KIND, Operator, TFLiteFile, constant_values,
)
from job.tensorflow_model.flatbuffer.writing import NewFile, NewOperator, NewTensor, tflite_bytes
from job.tensorflow_model.quantised.int8_operators import ARITHMETIC, USUAL_VERSION, VERSIONS
from job.tensorflow_model.quantised.int8_plan import Plan, constant_scale
from job.tensorflow_model.quantised.int8_scales import Scale, layer_numbers, numbers_in

INT8 = "_int8"  # put to the name of what has a float form too
_INTO, _BACK = "QUANTIZE", "DEQUANTIZE"
_CHANNELS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3}  # axis of the weights that has scales of its own

Key = Tuple[int, Optional[Scale]]  # a tensor of the float32 file, as float or in a scale


def int8_file(float32: bytes, file: TFLiteFile, plan: Plan) -> bytes:
    writing = _Writing(float32, file, plan)
    for number, operator in enumerate(file.operators):
        writing.add(number, operator)
    outputs = tuple(writing.as_float(index) for index in file.outputs)
    inputs = tuple(writing.as_float(index) for index in file.inputs)
    description = root_table(float32).text(MODEL_DESCRIPTION)
    return tflite_bytes(NewFile(writing.tensors, writing.operators, inputs, outputs, description))


class _Writing:
    """The file as far as it is written. Tensors are asked for by their index in the float32 file."""

    def __init__(self, float32: bytes, file: TFLiteFile, plan: Plan) -> None:
        self._float32, self._file, self._plan = float32, file, plan
        self.tensors, self.operators = [], []  # type: List[NewTensor], List[NewOperator]
        self._places = {}  # type: Dict[Key, int]
        self._has_float_form = _with_float_form(file, plan)
        model = root_table(float32)
        self._tables = model.element(MODEL_SUBGRAPHS, 0).tables(GRAPH_OPERATORS)
        self._versions = [code.number(CODE_VERSION, "i", 1) for code in model.tables(MODEL_OPERATOR_CODES)]

    def add(self, number: int, operator: Operator) -> None:
        table = self._tables[number]
        version = self._versions[table.number(OPERATOR_CODE, "I")]
        if number in self._plan.operators:
            version = VERSIONS.get(operator.name, USUAL_VERSION)
            inputs = self._layer_inputs(operator) if operator.name in LAYERS else self._inputs(operator)
            outputs = tuple(self._new(index, self._plan.scales.get(index)) for index in operator.outputs)
        else:
            inputs = tuple(self.as_float(index) if index >= 0 else index for index in operator.inputs)
            outputs = tuple(self._new(index, None) for index in operator.outputs)
        self.operators.append(NewOperator(operator.name, version, inputs, outputs, table.table(OPERATOR_OPTIONS),
                                          table.number(OPERATOR_OPTIONS_KIND, "B")))

    def as_float(self, index: int) -> int:
        """As the float32 file has it: float32, or another type that is not quantised."""
        place = self._places.get((index, None))
        if place is not None:
            return place
        scale = self._plan.scales.get(index)
        made = self._places.get((index, scale)) if scale else None
        place = self._new(index, None)
        if made is not None:
            self.operators.append(NewOperator(_BACK, USUAL_VERSION, (made,), (place,)))
        return place

    def _as_int8(self, index: int, scale: Scale) -> int:
        place = self._places.get((index, scale))
        if place is not None:
            return place
        own = self._plan.scales.get(index)
        if own is None:  # a constant
            values = constant_values(self._float32, index, "<f4")
            tensor = self._file.tensors[index]
            return self._append(NewTensor(tensor.name, "int8", tensor.shape or (1,), numbers_in(scale, values).tobytes(),
                                          (scale.step,), scale.zero_point), (index, scale))
        source = self.as_float(index) if scale == own else self._as_int8(index, own)
        place = self._new(index, scale)
        self.operators.append(NewOperator(_INTO, VERSIONS[_INTO], (source,), (place,)))
        return place

    def _inputs(self, operator: Operator) -> Tuple[int, ...]:
        """Each in a scale of its own; where the kernel knows one scale only, in that."""
        made = self._plan.scales.get(operator.outputs[0])
        places = []
        for index in operator.inputs:
            if index < 0 or self._file.tensors[index].dtype != "float32":
                places.append(self.as_float(index) if index >= 0 else index)
            elif operator.name == "CONCATENATION":
                places.append(self._as_int8(index, made))
            elif index in self._plan.scales:
                places.append(self._as_int8(index, self._plan.scales[index]))
            else:
                own = operator.name in ARITHMETIC
                places.append(self._as_int8(index, constant_scale(self._float32, index) if own else made))
        return tuple(places)

    def _layer_inputs(self, operator: Operator) -> Tuple[int, ...]:
        x, weights, bias = operator.inputs
        scale, made = self._plan.scales[x], self._plan.scales[operator.outputs[0]]
        tensors = self._file.tensors
        values = constant_values(self._float32, weights, "<f4").reshape(tensors[weights].shape)
        axis = _CHANNELS.get(operator.name)
        along = [other for other in range(values.ndim) if other != axis]
        layer = layer_numbers(values, constant_values(self._float32, bias, "<f4"), along, scale.step, made.step)
        steps = layer.steps * np.float32(scale.step)
        return (self._as_int8(x, scale),
                self._append(NewTensor(tensors[weights].name, "int8", tensors[weights].shape, layer.weights.tobytes(),
                                       tuple(layer.steps.tolist()), axis=axis if axis and layer.steps.size > 1 else 0)),
                self._append(NewTensor(tensors[bias].name, "int32", tensors[bias].shape, layer.biases.tobytes(),
                                       tuple(steps.tolist()))))

    def _new(self, index: int, scale: Optional[Scale]) -> int:
        """A tensor of the float32 file in one of its forms."""
        tensor = self._file.tensors[index]
        if scale is None:
            content = constant_values(self._float32, index, "u1").tobytes()
            return self._append(NewTensor(tensor.name, tensor.dtype, tensor.shape, content), (index, None))
        name = tensor.name + (INT8 if index in self._has_float_form else "")
        if scale != self._plan.scales[index]:
            name += "_{}".format(len(self.tensors))
        return self._append(NewTensor(name, "int8", tensor.shape, b"", (scale.step,), scale.zero_point), (index, scale))

    def _append(self, tensor: NewTensor, key: Optional[Key] = None) -> int:
        self.tensors.append(tensor)
        if key is not None:
            self._places[key] = len(self.tensors) - 1
        return len(self.tensors) - 1


def _with_float_form(file: TFLiteFile, plan: Plan) -> Set[int]:
    """Inputs, outputs, and what operators of float read or make."""
    found = set(file.inputs + file.outputs)
    for number, operator in enumerate(file.operators):
        if number not in plan.operators:
            found.update(operator.inputs + operator.outputs)
    return found
