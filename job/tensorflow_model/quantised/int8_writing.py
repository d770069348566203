"""The int8 file of a plan: a QUANTIZE where float32 enters an operator of 8 bits, a DEQUANTIZE where one of float reads it.

    before: x -> CONV_2D -> y -> EXP -> z
    after:  x -> QUANTIZE -> x_int8 -> CONV_2D -> y_int8 -> DEQUANTIZE -> y -> EXP -> z

Each is made once, before the first that reads it, and called as in the float32 file; what has both forms is, in 8 bits, called
NAME_int8.
"""
from typing import Dict, List, Optional, Set, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import DEPTHWISE, DEQUANTIZE, LAYERS, QUANTIZE, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_operators import ARITHMETIC, USUAL_VERSION, VERSIONS
from job.tensorflow_model.quantised.int8_plan import Plan, constant_scale
from job.tensorflow_model.quantised.int8_scales import Scale, layer_numbers, numbers_in

INT8 = "_int8"  # put to the name of what has a float form too
_CHANNELS = {"CONV_2D": 0, DEPTHWISE: 3}  # axis of the weights that has scales of its own

Key = Tuple[int, Optional[Scale]]  # a tensor of the float32 file, as float or in a scale


def int8_file(file: TFLiteFile, plan: Plan) -> TFLiteFile:
    """`file` is the float32 one that the plan is of."""
    writing = _Writing(file, plan)
    for number, operator in enumerate(file.operators):
        writing.add(number, operator)
    outputs = tuple(writing.as_float(index) for index in file.outputs)
    inputs = tuple(writing.as_float(index) for index in file.inputs)
    written = TFLiteFile(tuple(writing.tensors), tuple(writing.operators), inputs, outputs, file.description)
    return written.without_unused()


class _Writing:
    """The file as far as it is written. Tensors are asked for by their index in the float32 file."""

    def __init__(self, file: TFLiteFile, plan: Plan) -> None:
        self._file, self._plan = file, plan
        self.tensors, self.operators = [], []  # type: List[Tensor], List[Operator]
        self._places = {}  # type: Dict[Key, int]
        self._weights = {}  # type: Dict[Tuple[int, bytes], int]  # of layers, with the steps that they are in
        self._has_float_form = _with_float_form(file, plan)

    def add(self, number: int, operator: Operator) -> None:
        version = operator.version
        if number in self._plan.operators:
            version = VERSIONS.get(operator.name, USUAL_VERSION)
            inputs = self._layer_inputs(operator) if operator.name in LAYERS else self._inputs(operator)
            outputs = tuple(self._new(index, self._plan.scales.get(index)) for index in operator.outputs)
        else:
            inputs = tuple(self.as_float(index) if index >= 0 else index for index in operator.inputs)
            outputs = tuple(self._new(index, None) for index in operator.outputs)
        self.operators.append(operator._replace(inputs=inputs, outputs=outputs, version=version))

    def as_float(self, index: int) -> int:
        """As the float32 file has it: float32, or another type that is not quantised."""
        place = self._places.get((index, None))
        if place is not None:
            return place
        scale = self._plan.scales.get(index)
        made = self._places.get((index, scale)) if scale else None
        place = self._new(index, None)
        if made is not None:
            self.operators.append(Operator(DEQUANTIZE, (made,), (place,), version=USUAL_VERSION))
        return place

    def _as_int8(self, index: int, scale: Scale) -> int:
        place = self._places.get((index, scale))
        if place is not None:
            return place
        own = self._plan.scales.get(index)
        if own is None:  # a constant
            tensor = self._file.tensors[index]
            return self._append(Tensor(tensor.name, "int8", tensor.shape or (1,), (scale.step,), (scale.zero_point,),
                                       content=numbers_in(scale, tensor.values()).tobytes()), (index, scale))
        source = self.as_float(index) if scale == own else self._as_int8(index, own)
        place = self._new(index, scale)
        self.operators.append(Operator(QUANTIZE, (source,), (place,), version=VERSIONS[QUANTIZE]))
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
                places.append(self._as_int8(index, constant_scale(self._file.tensors[index]) if own else made))
        return tuple(places)

    def _layer_inputs(self, operator: Operator) -> Tuple[int, ...]:
        x, weights, bias = operator.inputs
        scale, made = self._plan.scales[x], self._plan.scales[operator.outputs[0]]
        tensors = self._file.tensors
        values = tensors[weights].values().reshape(tensors[weights].shape)
        axis = _CHANNELS.get(operator.name)
        along = [other for other in range(values.ndim) if other != axis]
        layer = layer_numbers(values, tensors[bias].values(), along, scale.step, made.step)
        steps = layer.steps * np.float32(scale.step)
        x_place, key = self._as_int8(x, scale), (weights, layer.steps.tobytes())
        if key not in self._weights:
            self._weights[key] = self._append(tensors[weights]._replace(
                dtype="int8", scale=tuple(layer.steps.tolist()), zero_point=(0,) * layer.steps.size,
                axis=axis if axis and layer.steps.size > 1 else 0, content=layer.weights.tobytes()))
        return (x_place, self._weights[key],
                self._append(tensors[bias]._replace(
                    dtype="int32", scale=tuple(steps.tolist()), zero_point=(0,) * steps.size, content=layer.biases.tobytes())))

    def _new(self, index: int, scale: Optional[Scale]) -> int:
        """A tensor of the float32 file in one of its forms."""
        tensor = self._file.tensors[index]
        if scale is None:
            return self._append(tensor, (index, None))
        name = tensor.name + (INT8 if index in self._has_float_form else "")
        if scale != self._plan.scales[index]:
            name += "_{}".format(len(self.tensors))
        return self._append(Tensor(name, "int8", tensor.shape, (scale.step,), (scale.zero_point,)), (index, scale))

    def _append(self, tensor: Tensor, key: Optional[Key] = None) -> int:
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
