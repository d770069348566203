"""Whether each operator of an int8 file computes what its float32 original makes of the very same inputs.

Each is allowed the rounding of its output and of its weights, and no more: a wrong kernel, scale or constant shows at once,
however much noise the network has.
"""
from typing import Dict, Iterator, List, Mapping, Optional, Sequence

import numpy as np

from job.tensorflow_model.flatbuffer.cut_models import with_one_operator
from job.tensorflow_model.flatbuffer.tflite_file import LAYERS, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.layer_noise import plain_name, values_of
from job.tensorflow_model.runners import InnerTensors

STEPS = 2.5  # of the output's scale
OF_LARGEST = 1e-4  # of what an operator of float reads or makes
LEAST, MOST = -128, 127

Values = Mapping[int, np.ndarray]  # by the tensor's index


def wrong_operators(original: TFLiteFile, file: TFLiteFile, inputs: Sequence[np.ndarray]) -> Iterator[str]:
    """`original` is the float32 file that the int8 one was made from: see job.tensorflow_model.quantised.int8_source."""
    makers = {original.tensors[operator.outputs[0]].name: number for number, operator in enumerate(original.operators)}
    values = values_of(file, inputs)
    for operator in file.operators:
        expected = _expected(original, operator, file, makers, values)
        for index, wanted in zip(operator.outputs, expected or ()):
            excess = _excess(file, operator, file.tensors[index], values[index], wanted, values)
            if excess > 1:
                yield "{} {}: its error is {:.3g} times what is allowed".format(operator.name, file.tensors[index].name, excess)


def _expected(original: TFLiteFile, operator: Operator, file: TFLiteFile, makers: Mapping[str, int],
              values: Values) -> Optional[List[np.ndarray]]:
    """None where the float32 file has no such operator."""
    if operator.name in ("QUANTIZE", "DEQUANTIZE"):
        return [values[operator.inputs[0]]]
    number = makers.get(plain_name(file.tensors[operator.outputs[0]].name))
    theirs = None if number is None else original.operators[number]
    if theirs is None or theirs.name != operator.name:
        return None
    given = {}  # type: Dict[int, np.ndarray]
    for index, ours in zip(theirs.inputs, operator.inputs):
        if index >= 0 and ours in values and not len(original.tensors[index].content):
            given[index] = values[ours].astype(original.tensors[index].dtype)
    alone = with_one_operator(original, number, list(given))
    made = {name: value for _, name, value in InnerTensors(alone, ()).values(list(given.values()))}
    return [made[original.tensors[index].name] for index in theirs.outputs]


def _excess(file: TFLiteFile, operator: Operator, tensor: Tensor, value: np.ndarray, wanted: np.ndarray,
            values: Values) -> float:
    """The largest error, as a multiple of what rounding makes. Whole numbers and truth values may not differ."""
    if wanted.dtype != np.float32:
        return 2.0 * float(np.any(value != wanted))
    if tensor.dtype != "int8":
        read = [np.abs(values[index]).max() for index in operator.inputs if index in values and values[index].size]
        allowed = OF_LARGEST * max([np.abs(wanted).max()] + read) + 1e-9
        return float((np.abs(value - wanted) / allowed).max())
    step, zero_point = tensor.scale[0], tensor.zero_point[0]
    wanted = np.clip(wanted, (LEAST - zero_point) * step, (MOST - zero_point) * step)
    return float((np.abs(value - wanted) / (STEPS * step + _of_weights(file, operator, values))).max())


def _of_weights(file: TFLiteFile, operator: Operator, values: Values) -> float:
    """Half a step for each, of which signs are random."""
    if operator.name not in LAYERS:
        return 0.0
    weights = file.tensors[operator.inputs[1]]
    count = np.prod(weights.shape[1:3] if operator.name == "DEPTHWISE_CONV_2D" else weights.shape[1:])
    return float(max(weights.scale) * np.sqrt(count) * np.abs(values[operator.inputs[0]]).max())
