"""How much noise each layer of a quantised .tflite adds: what it makes, beside what the float32 layer makes of the same.

The same are the very inputs that the quantised layer had, noise and all, so that what a layer inherits is not counted as its
own. A QUANTIZE is held to what it was given; a DEQUANTIZE changes nothing. How much of it reaches an output is seen by
adding it, and nothing else, to what that layer makes in the float32 network.
"""
from typing import Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.parity.metrics import snr_db
from job.tensorflow_model.flatbuffer.cut_models import with_one_operator, without_operator
from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_writing import INT8
from job.tensorflow_model.runners import InnerTensors
from job.values import LayerNoise

MOST_FOLLOWED = 128  # layers whose noise is followed to the outputs, each at the cost of a forward
_INTO = "QUANTIZE"
_OF_8_BITS = ("int8", "uint8")

Values = Mapping[int, np.ndarray]  # by the tensor's index


class _Added(NamedTuple):
    tensor: str  # of the float32 file
    operator: str
    snr_db: float
    own_snr_db: float
    noise: np.ndarray


class _Network(NamedTuple):
    """The float32 file, and what it makes of the inputs."""

    file: TFLiteFile
    inputs: Sequence[np.ndarray]
    values: Mapping[str, np.ndarray]  # by the tensor's name
    makers: Mapping[str, int]  # the operator that makes each


def layer_noise(float32: TFLiteFile, quantised: TFLiteFile, inputs: Sequence[np.ndarray]) -> Tuple[LayerNoise, ...]:
    """Of each operator with a counterpart in the float32 file, the one whose noise is loudest in an output first.

    Layers are called as the tensors that they make.
    """
    network = _network(float32, inputs)
    added = sorted(_all_added(network, quantised), key=lambda each: each.own_snr_db)
    layers = [LayerNoise(each.tensor, each.operator, each.snr_db, each.own_snr_db,
                         _reaching(network, each) if number < MOST_FOLLOWED else None)
              for number, each in enumerate(added)]
    return tuple(sorted(layers, key=lambda layer: (layer.output_snr_db is None, layer.output_snr_db)))


def _network(file: TFLiteFile, inputs: Sequence[np.ndarray]) -> _Network:
    values = {name: value for _, name, value in InnerTensors(file).values(inputs)}
    values.update((file.tensors[index].name, value) for index, value in zip(file.inputs, inputs))
    makers = {file.tensors[index].name: number for number, operator in enumerate(file.operators)
              for index in operator.outputs}
    return _Network(file, inputs, values, makers)


def _all_added(network: _Network, file: TFLiteFile) -> Iterator[_Added]:
    values = values_of(file, network.inputs)
    for operator in file.operators:
        name, made = plain_name(file.tensors[operator.outputs[0]].name), values[operator.outputs[0]]
        expected = _expected(network, name, operator, values)
        if expected is not None and name in network.values and made.dtype == np.float32:
            yield _Added(name, operator.name, snr_db(network.values[name], made), snr_db(expected, made), made - expected)


def _expected(network: _Network, name: str, operator: Operator, values: Values) -> Optional[np.ndarray]:
    """What the float32 file's operator makes of the quantised one's inputs; None where it has no such operator."""
    if operator.name == _INTO:
        return values.get(operator.inputs[0])
    theirs = network.file.operators[network.makers[name]] if name in network.makers else None
    if theirs is None or theirs.name != operator.name:
        return None
    given = {index: values[ours] for index, ours in zip(theirs.inputs, operator.inputs)
             if index >= 0 and ours in values and not len(network.file.tensors[index].content)}
    alone = with_one_operator(network.file, network.makers[name], list(given))
    return _outputs(alone, list(given.values()))[network.file.tensors[theirs.outputs[0]].name]


def _reaching(network: _Network, added: _Added) -> float:
    """The lowest signal to noise of an output, where the noise of no other layer is."""
    changed = network.values[added.tensor] + added.noise
    number = network.makers.get(added.tensor)
    if number is None:  # an input of the network
        inputs = [changed if value is network.values[added.tensor] else value for value in network.inputs]
        outputs = _outputs(network.file, inputs)
    else:
        made = network.file.operators[number].outputs
        beside = [network.values[network.file.tensors[index].name] for index in made]
        beside[[network.file.tensors[index].name for index in made].index(added.tensor)] = changed
        outputs = _outputs(without_operator(network.file, number), list(network.inputs) + beside)
    names = [network.file.tensors[index].name for index in network.file.outputs]
    return min(snr_db(network.values[name], outputs[name]) for name in names)


def _outputs(file: TFLiteFile, inputs: List[np.ndarray]) -> Mapping[str, np.ndarray]:
    """By the tensor's name."""
    return {name: value for _, name, value in InnerTensors(file, ()).values(inputs)}


def values_of(file: TFLiteFile, inputs: Sequence[np.ndarray]) -> Values:
    """What the graph takes and what its operators make, as the floats that it stands for."""
    given = {index: _as_said(file.tensors[index], value) for index, value in zip(file.inputs, inputs)}
    made = {index: _as_float(file.tensors[index], value) for index, _, value in InnerTensors(file).values(inputs)}
    return {**given, **made}


def _as_said(tensor: Tensor, value: np.ndarray) -> np.ndarray:
    """A float input as one of 8 bits says it."""
    if tensor.dtype not in _OF_8_BITS:
        return value
    limits, steps = np.iinfo(tensor.dtype), np.round(value / np.float32(tensor.scale[0])) + tensor.zero_point[0]
    return _as_float(tensor, np.clip(steps, limits.min, limits.max).astype(tensor.dtype))


def _as_float(tensor: Tensor, value: np.ndarray) -> np.ndarray:
    if tensor.dtype not in _OF_8_BITS or not tensor.scale:
        return value
    return (value.astype(np.float32) - np.float32(tensor.zero_point[0])) * np.float32(tensor.scale[0])


def plain_name(name: str) -> str:
    return name[:-len(INT8)] if name.endswith(INT8) else name
