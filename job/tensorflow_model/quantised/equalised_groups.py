"""Which tensors of a float32 .tflite may take one scale for each channel together, and what layers make and read them.

    conv -> a [8] -> ADD -> c [8] ----> CONCATENATION -> e [12] -> conv
    conv -> b [8] -> ADD    conv -> d [4] -> CONCATENATION

All five are a group of 12 channels: a, b and c are its first 8, d is what follows.
"""
from typing import Dict, List, Mapping, NamedTuple, Optional, Set, Tuple

from job.tensorflow_model.flatbuffer.tflite_file import DEPTHWISE, KEEP_SCALE, LAYERS, WEIGHTS, Operator, TFLiteFile

RELU6 = "RELU6"
_HOMOGENEOUS = ("NONE", "RELU")  # activations: of s * x, for a positive s, they make s times what they make of x


class Group(NamedTuple):
    tensors: Mapping[int, slice]  # the group's channels that they are
    makers: Tuple[Operator, ...]
    readers: Tuple[Operator, ...]


def groups_of(file: TFLiteFile) -> List[Group]:
    """Layers in them have weights and biases of their own."""
    owned, touching = _owned(file), _touching(file)
    groups = (_group(file, starts, owned, touching) for starts in _joined(file))
    return [group for group in groups if group is not None]


def _joined(file: TFLiteFile) -> List[Dict[int, int]]:
    """What operators make, together with what they pass on to each other: the first channel of each tensor.

    Without those that would be several channels at once.
    """
    groups = {index: {index: 0} for operator in file.operators for index in operator.outputs}
    torn = set()  # type: Set[int]
    for operator in file.operators:
        for index, start in _passed(file, operator):
            ours, theirs = groups[operator.outputs[0]], groups.setdefault(index, {index: 0})
            shift = ours[operator.outputs[0]] + start - theirs[index]
            if ours is theirs and shift:
                torn.add(index)
            ours.update({each: place + shift for each, place in theirs.items()})
            groups.update((each, ours) for each in theirs)
    return [group for group in {id(group): group for group in groups.values()}.values() if not torn.intersection(group)]


def _passed(file: TFLiteFile, operator: Operator) -> List[Tuple[int, int]]:
    """The inputs that an operator passes on channel by channel, and where in its output the first channel of each goes."""
    shapes = [file.tensors[index].shape for index in operator.inputs]
    if operator.activation not in _HOMOGENEOUS:
        return []
    if operator.name in KEEP_SCALE:
        return [(operator.inputs[0], 0)]
    if operator.name == "ADD" and shapes[0] == shapes[1]:
        return [(index, 0) for index in operator.inputs]
    if operator.name == "CONCATENATION" and len({shape[:-1] for shape in shapes}) == 1:
        return [(index, sum(shape[-1] for shape in shapes[:place])) for place, index in enumerate(operator.inputs)]
    return []


def _touching(file: TFLiteFile) -> Mapping[int, List[int]]:
    """By a tensor's index, the numbers of the operators that make or read it."""
    found = {}  # type: Dict[int, List[int]]
    for number, operator in enumerate(file.operators):
        for index in operator.inputs + operator.outputs:
            found.setdefault(index, []).append(number)
    return found


def _group(file: TFLiteFile, starts: Mapping[int, int], owned: Set[int], touching: Mapping[int, List[int]]) -> Optional[Group]:
    """None where something else makes or reads one of them."""
    tensors = set(starts)
    makers, readers, made = [], [], set()  # type: List[Operator], List[Operator], Set[int]
    for operator in (file.operators[number] for number in sorted({each for index in tensors for each in touching[index]})):
        makes, reads = tensors.intersection(operator.outputs), tensors.intersection(operator.inputs)
        made |= makes
        if operator.name not in LAYERS and bool(makes) == bool(reads):
            continue
        if (makes or reads) and (operator.name not in LAYERS or not owned.issuperset(operator.inputs[WEIGHTS:])):
            return None
        makers += [operator] if makes else []
        readers += [operator] if reads else []  # a layer whose answer is joined to what it reads is both
    whole = made == tensors and not tensors.intersection(file.outputs) and makers and readers
    fits = (all(operator.activation in _HOMOGENEOUS + (RELU6,) for operator in makers)
            and all(reads_channels(file, operator) for operator in readers))
    return Group(_slices(file, starts), tuple(makers), tuple(readers)) if whole and fits else None


def _slices(file: TFLiteFile, starts: Mapping[int, int]) -> Mapping[int, slice]:
    least = min(starts.values())
    return {index: slice(start - least, start - least + file.tensors[index].shape[-1]) for index, start in sorted(starts.items())}


def reads_channels(file: TFLiteFile, layer: Operator) -> bool:
    """Not so a fully connected layer that reads all of a map at once."""
    return layer.name == DEPTHWISE or (
        file.tensors[layer.inputs[WEIGHTS]].shape[-1] == file.tensors[layer.inputs[0]].shape[-1])


def _owned(file: TFLiteFile) -> Set[int]:
    """Constants that one operator reads; and zeros, which no scale changes."""
    return {index for index, times in file.times_read().items()
            if len(file.tensors[index].content) and (times == 1 or not file.tensors[index].values().any())}
