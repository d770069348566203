"""How much noise each layer of a quantised .tflite adds: what it makes, beside what the float32 layer makes of the same.

The same are the very inputs that the quantised layer had, noise and all, so that what a layer inherits is not counted as its
own. A QUANTIZE is held to what it was given; a DEQUANTIZE changes nothing. How much of it reaches an output is seen by
adding it, and nothing else, to what that layer makes in the float32 network.
"""
from typing import Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from job.parity.metrics import snr_db
from job.tensorflow_model.flatbuffer.cut_models import with_additions, with_one_operator
from job.tensorflow_model.flatbuffer.tflite_file import QUANTIZE, Operator, Tensor, TFLiteFile
from job.tensorflow_model.quantised.int8_writing import INT8
from job.tensorflow_model.runners import InnerTensors
from job.values import LayerNoise

MOST_FOLLOWED = 128  # layers whose noise is followed to the outputs, each at the cost of a forward
_AT_ONCE = 2 ** 26   # bytes of noise that one model has inputs for
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
    heard = _all_heard(network, added[:MOST_FOLLOWED]) + [None] * len(added[MOST_FOLLOWED:])
    layers = [LayerNoise(each.tensor, each.operator, each.snr_db, each.own_snr_db, output_snr_db)
              for each, output_snr_db in zip(added, heard)]
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
        expected = _expected(network, name, file, operator, values)
        if expected is not None and name in network.values and made.dtype == np.float32:
            yield _Added(name, operator.name, snr_db(network.values[name], made), snr_db(expected, made), made - expected)


def _expected(network: _Network, name: str, file: TFLiteFile, operator: Operator, values: Values) -> Optional[np.ndarray]:
    """What the float32 file's operator makes of the inputs of `file`'s; None where it has no such operator."""
    if operator.name == QUANTIZE:
        return values.get(operator.inputs[0])
    theirs = network.file.operators[network.makers[name]] if name in network.makers else None
    if theirs is None or theirs.name != operator.name:
        return None
    if _is_same(file, operator, network.file, theirs):
        return values[operator.outputs[0]]
    given = {index: values[ours] for index, ours in zip(theirs.inputs, operator.inputs)
             if index >= 0 and ours in values and not len(network.file.tensors[index].content)}
    alone = with_one_operator(network.file, network.makers[name], list(given))
    return _outputs(alone, list(given.values()))[network.file.tensors[theirs.outputs[0]].name]


def _is_same(file: TFLiteFile, operator: Operator, other_file: TFLiteFile, other: Operator) -> bool:
    """Whether two operators of one name make the same of the same inputs, since they have the same types and constants."""
    return (operator.options, operator.activation) == (other.options, other.activation) and all(
        ours == theirs if min(ours, theirs) < 0 else _is_alike(file.tensors[ours], other_file.tensors[theirs])
        for ours, theirs in zip(operator.inputs + operator.outputs, other.inputs + other.outputs))


def _is_alike(one: Tensor, other: Tensor) -> bool:
    return one.dtype == other.dtype and one.scale == other.scale and one.content == other.content


def _all_heard(network: _Network, followed: Sequence[_Added]) -> List[float]:
    """The lowest signal to noise of an output for each, where the noise of no other layer is."""
    return [lowest for some in _portions(followed) for lowest in _heard(network, some)]


def _portions(followed: Sequence[_Added]) -> Iterator[Sequence[_Added]]:
    """To write a model for each would take longer than to run it."""
    portion, size = [], 0  # type: List[_Added], int
    for each in followed:
        if portion and size + each.noise.nbytes > _AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(each)
        size += each.noise.nbytes
    if portion:
        yield portion


def _heard(network: _Network, added: Sequence[_Added]) -> Iterator[float]:
    none = {each.tensor: np.zeros_like(each.noise) for each in added if each.tensor in network.makers}
    names = [network.file.tensors[index].name for index in network.file.outputs]
    model = InnerTensors(with_additions(network.file, list(none)), ())
    for each in added:
        noise = dict(none, **{each.tensor: each.noise}) if each.tensor in none else none
        inputs = network.inputs if each.tensor in none else _with_noise(network, each)
        outputs = {name: value for _, name, value in model.values(list(inputs) + list(noise.values()))}
        yield min(snr_db(network.values[name], outputs[name]) for name in names)


def _with_noise(network: _Network, added: _Added) -> List[np.ndarray]:
    """Inputs of the network, one of them with its noise."""
    names = [network.file.tensors[index].name for index in network.file.inputs]
    return [value + added.noise if name == added.tensor else value for name, value in zip(names, network.inputs)]


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
