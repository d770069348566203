"""Which tensors of a float32 .tflite may take one scale for each channel together, and what layers make and read them.

    conv -> a -> ADD -> c -> conv      a, b and c are a group: a scale of one is that of all
    conv -> b -> ADD
"""
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from job.tensorflow_model.flatbuffer import root_table
from job.tensorflow_model.tflite_file import (
    GRAPH_TENSORS, LAYERS, MODEL_SUBGRAPHS, TENSOR_BUFFER, Operator, TFLiteFile, constant_values, parse_tflite,
)

WEIGHTS, BIAS = 1, 2  # inputs of layers
DEPTHWISE, RELU6 = "DEPTHWISE_CONV_2D", "RELU6"
_PASS_ON = {"PAD": 1, "MAX_POOL_2D": 1, "AVERAGE_POOL_2D": 1, "ADD": 2}  # so many of their inputs, channel by channel
_HOMOGENEOUS = ("NONE", "RELU")  # activations: of s * x, for a positive s, they make s times what they make of x


class Group(NamedTuple):
    tensors: Tuple[int, ...]
    makers: Tuple[Operator, ...]
    readers: Tuple[Operator, ...]


def groups_of(float32: bytes) -> List[Group]:
    """Layers in them have weights and biases of their own."""
    file = parse_tflite(float32)
    owned = _owned(float32, file)
    groups = (_group(file, tensors, owned) for tensors in _joined(file))
    return [group for group in groups if group is not None]


def _joined(file: TFLiteFile) -> List[Set[int]]:
    """What operators make, together with what they pass on to each other."""
    sets = {index: {index} for operator in file.operators for index in operator.outputs}  # type: Dict[int, Set[int]]
    for operator in file.operators:
        if _passes_on(file, operator):
            together = set().union(*(sets.get(index, {index}) for index in _passed(operator)))
            sets.update((index, together) for index in together)
    return list({id(together): together for together in sets.values()}.values())


def _passes_on(file: TFLiteFile, operator: Operator) -> bool:
    """Sums are of tensors of the same shape."""
    return (operator.name in _PASS_ON and operator.activation in _HOMOGENEOUS
            and (operator.name != "ADD" or len({file.tensors[index].shape for index in operator.inputs}) == 1))


def _passed(operator: Operator) -> Tuple[int, ...]:
    return operator.inputs[:_PASS_ON[operator.name]] + operator.outputs


def _group(file: TFLiteFile, tensors: Set[int], owned: Set[int]) -> Optional[Group]:
    """None where something else makes or reads one of them."""
    makers, readers, made = [], [], set()  # type: List[Operator], List[Operator], Set[int]
    for operator in file.operators:
        makes, reads = tensors.intersection(operator.outputs), tensors.intersection(operator.inputs)
        made |= makes
        if bool(makes) == bool(reads):
            continue
        if operator.name not in LAYERS or not owned.issuperset(operator.inputs[WEIGHTS:]):
            return None
        (makers if makes else readers).append(operator)
    whole = made == tensors and not tensors.intersection(file.outputs) and makers and readers
    fits = (all(operator.activation in _HOMOGENEOUS + (RELU6,) for operator in makers)
            and all(_reads_channels(file, operator) for operator in readers))
    return Group(tuple(sorted(tensors)), tuple(makers), tuple(readers)) if whole and fits else None


def _reads_channels(file: TFLiteFile, layer: Operator) -> bool:
    """Not so a fully connected layer that reads all of a map at once."""
    return layer.name == DEPTHWISE or (
        file.tensors[layer.inputs[WEIGHTS]].shape[-1] == file.tensors[layer.inputs[0]].shape[-1])


def _owned(float32: bytes, file: TFLiteFile) -> Set[int]:
    """Constants that one operator reads, from a buffer of their own."""
    tables = root_table(float32).tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_TENSORS)
    buffers = [table.number(TENSOR_BUFFER, "I") for table in tables]
    read = [index for operator in file.operators for index in operator.inputs if index >= 0]
    return {index for index in set(read) if read.count(index) == 1 and buffers.count(buffers[index]) == 1
            and constant_values(float32, index, "u1").size}
