"""Which operators have kernels of 8 bits that are right in TensorFlow Lite 1.14 and in current runtimes, and their versions.

All others stay float. So do, of these: a mean over other axes than both of a map; arithmetic that broadcasts along other axes
than the last; squares, of which small ones would be nothing, and dividing by them everything; a SOFTMAX inside a network,
whose 256 steps are too few to weigh many parts; a LOG_SOFTMAX, whose steps are a sixteenth and end at -16; layers whose
weights are computed, and depthwise convolutions of two or three channels, of which 1.14 reads no file, or of more than 2048,
which it never ends; layers that make one channel of 65,536 places, two of twice as many and so on, of which it makes something
else; pads of what is no map, or with a number that the tensor's range need not hold.
"""
from job.tensorflow_model.flatbuffer.tflite_file import DEPTHWISE, LAYERS, QUANTIZE, Operator, TFLiteFile
from job.tensorflow_model.quantised.int8_scales import Scale
from job.tensorflow_model.quantised.ranges import LOWEST
from job.values import Shape, elements

ARITHMETIC = ("ADD", "SUB", "MUL")
MOVES = (  # what they make has the scale of what they read
    "AVERAGE_POOL_2D", "BATCH_TO_SPACE_ND", "GATHER", "MAX_POOL_2D", "PAD", "PADV2", "RESHAPE", "RESIZE_BILINEAR", "SLICE",
    "SPACE_TO_BATCH_ND", "SPACE_TO_DEPTH", "SPLIT", "SQUEEZE", "STRIDED_SLICE", "TRANSPOSE")
OF_ONE_SCALE = {"LOGISTIC": Scale(1 / 256, -128), "SOFTMAX": Scale(1 / 256, -128),
                "TANH": Scale(1 / 128, 0)}
VERSIONS = {"CONV_2D": 3, DEPTHWISE: 3, "FULLY_CONNECTED": 4, "RESHAPE": 1, "SQUEEZE": 1, QUANTIZE: 1}
USUAL_VERSION = 2  # of what is not named above
FEWEST = 1024  # elements of weights: in 8 bits, hardly anything is gained of fewer
_REFUSED = (2, 3)  # scales of channels: 1.14 wants more of them than the number of their axis
_MOST_CHANNELS = 2048  # room for one pixel's sums: with more, a depthwise convolution of 1.14 never ends
_MANY_PLACES = 2 ** 16  # for each channel that a layer makes
_MAP, _BOTH = 4, (1, 2)  # axes of a map, and those of its height and width


def has_kernel(file: TFLiteFile, operator: Operator) -> bool:
    """Of an operator of the file, for tensors of whatever scales."""
    if operator.name in LAYERS:
        made = file.tensors[operator.outputs[0]].shape
        return len(operator.inputs) == 3 and all(_is_constant(file, index) for index in operator.inputs[1:]) and (
            has_depthwise_kernel(made[-1]) if operator.name == DEPTHWISE else _is_wide_enough(made))
    if operator.name in ARITHMETIC:
        return len(set(operator.inputs)) > 1 and _broadcasts_plainly(*(file.tensors[index].shape for index in operator.inputs))
    if operator.name == "MEAN":
        return _is_of_maps(file, operator)
    if operator.name in ("PAD", "PADV2"):
        least = file.tensors[operator.inputs[2]].values().tolist() == [LOWEST] if operator.name == "PADV2" else True
        return least and len(file.tensors[operator.outputs[0]].shape) == _MAP
    if operator.name == "SOFTMAX":
        return operator.outputs[0] in file.outputs
    return operator.name in MOVES or operator.name in OF_ONE_SCALE or operator.name in ("CONCATENATION", "ARG_MAX")


def looks_up(file: TFLiteFile, operator: Operator) -> bool:
    """Rows of a table that is part of the network, such as of words: of a small one hardly anything would be gained."""
    return operator.name == "GATHER" and file.tensors[operator.inputs[0]].dtype == "float32" and _is_constant(
        file, operator.inputs[0]) and file.tensors[operator.inputs[0]].values().size >= FEWEST


def has_depthwise_kernel(channels: int) -> bool:
    """A depthwise convolution that makes so many."""
    return channels not in _REFUSED and channels <= _MOST_CHANNELS


def _is_wide_enough(made: Shape) -> bool:
    """What a layer that sums over channels makes."""
    return elements(made[:-1]) < _MANY_PLACES * made[-1]


def _is_constant(file: TFLiteFile, index: int) -> bool:
    return index >= 0 and len(file.tensors[index].content) > 0


def _is_of_maps(file: TFLiteFile, operator: Operator) -> bool:
    shape = file.tensors[operator.inputs[0]].shape
    axes = tuple(sorted(file.tensors[operator.inputs[1]].values() % len(shape)))
    return len(shape) == _MAP and axes == _BOTH and (shape[0] == 1 or operator.keeps_axes())


def _broadcasts_plainly(left: Shape, right: Shape) -> bool:
    """Shapes that are the same, or one of which has a number a channel, or one number."""
    shorter, longer = sorted((_without_leading_ones(left), _without_leading_ones(right)), key=len)
    return shorter in (longer, longer[-1:], ())


def _without_leading_ones(shape: Shape) -> Shape:
    ones = next((place for place, size in enumerate(shape) if size != 1), len(shape))
    return shape[ones:]
