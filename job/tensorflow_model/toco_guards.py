"""Keeps toco 1.14 from moves that it gets wrong; a Pad of nothing stops it, since it moves nothing past one. It leaves the
file when toco is done: see job.tensorflow_model.plumbing.

Reshape, Transpose: where the Reshape only moves axes of one, toco swaps the two, and takes the new permutation from
memory that it has not written.

    before: x [4,6] -> Reshape [1,4,6] -> Relu -> Transpose -> y
    after:  x -> Reshape -> Relu -> Pad of nothing -> Transpose -> y

A MatMul is a Transpose of its right side too: TensorFlow Lite wants that the other way round.

Reshape, arithmetic with a constant: where the constant's shape is the end of the Reshape's new shape, toco swaps the
two, without asking for the shape before, which may be one of more axes than TensorFlow Lite has arithmetic for. It is
made longer, if that shows toco that it is not; else it is padded, in a row where it has more axes than a Pad takes.

    before: x [1,12] -> Reshape [1,3,4] -> Add constant [4] -> y
    after:  x -> Reshape -> Add constant [1,1,4] -> y

Reshape, Reshape: where the second one alone reads the first, toco leaves the first out, even where it is an output of
the network. The second one reads what the first does, as toco has it in the end; or else something padded.

Arithmetic with one number, a layer: toco folds the number into the weights of the layer, even where the result is an
output of the network, which then nothing makes. As an output it is padded.

Concat of one tensor, arithmetic: toco takes it for a broadcast, and leaves it out. One of its parts is padded.

Here every shape is known, as the .tflite will have it: of a batch of one, far more Reshapes move axes of one only.
"""
from typing import Iterator, List, Sequence, Tuple

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from job.axes import MOST_AXES
from job.tensorflow_model.frozen_view import FrozenView
from job.tensorflow_model.graph import Variable
from job.tensorflow_model.nodes import int_constant, node, of_type, replaced, reshape
from job.values import Shape

RESHAPES = ("Reshape", "ExpandDims", "Squeeze")
ARITHMETIC = ("Add", "Mul", "Sub", "RealDiv", "Maximum", "Minimum", "Less", "LessEqual", "Greater", "GreaterEqual")
FOLDED = ("Add", "Mul", "Sub", "RealDiv")  # into a layer
SWAPPED = ARITHMETIC + (  # with a Reshape before them
    "Identity", "Cast", "Ceil", "Exp", "Floor", "Neg", "Relu", "Relu6", "Round", "Tanh", "Sqrt", "Square")


def guarded(nodes: GraphDef, variables: Sequence[Variable]) -> GraphDef:
    """The same network; nodes of known shapes only."""
    view = FrozenView(nodes, variables)
    return replaced(nodes, {each.name: change for each in nodes.node for change in [_change(each, view)] if change})


def _change(each: NodeDef, view: FrozenView) -> List[NodeDef]:
    """What takes the node's place; nothing where it may stay."""
    if each.op == "Transpose" and _follows_moved_ones(each.input[0], view):
        return _padded_input(each, 0, view)
    if each.op == "MatMul" and not each.attr["transpose_b"].b and _follows_moved_ones(each.input[1], view):
        return _padded_input(each, 1, view)
    if each.op == "Reshape" and _unreshaped(each.input[0], view) != each.input[0]:
        return [_with_input(each, 0, _unreshaped(each.input[0], view))]
    if each.op == "Reshape" and view.is_output(_unnamed(each.input[0], view)) and any(_before_reshapes(each.input[0], view)):
        return _padded_input(each, 0, view)
    if each.op == "ConcatV2" and len(each.input) > 2 and len({_unmoved(name, view) for name in each.input[:-1]}) == 1:
        return _padded_input(each, 0, view)
    if each.op == "Identity" and not view.readers(each.name) and _is_also_folded(each.input[0], view):
        nothing, pad, _ = _padded_input(each, 0, view)
        pad.name = each.name
        return [nothing, pad]
    if each.op in ARITHMETIC:
        constants = [view.is_constant(name) for name in each.input]
        if constants.count(True) == 1:
            return _beside_constant(each, constants.index(True), view)
    return []


def _is_also_folded(name: str, view: FrozenView) -> bool:
    """Whether arithmetic with one number made it, and another reads it besides."""
    maker = view.maker(name)
    return (maker is not None and maker.op in FOLDED and view.readers(name) > 1
            and any(view.is_constant(each) and set(view.shape(each)) <= {1} for each in maker.input))


def _unmoved(name: str, view: FrozenView) -> str:
    """The tensor that this one is, under another name."""
    maker = view.maker(name)
    if maker is None or maker.op not in ("Identity",) + RESHAPES or view.shape(maker.input[0]) != view.shape(name):
        return name
    return _unmoved(maker.input[0], view)


def _unreshaped(name: str, view: FrozenView) -> str:
    maker = view.maker(_unnamed(name, view))
    return name if maker is None or maker.op != "Reshape" else _unreshaped(maker.input[0], view)


def _unnamed(name: str, view: FrozenView) -> str:
    """What toco makes of a tensor behind Identities."""
    maker = view.maker(name)
    return name if maker is None or maker.op != "Identity" else _unnamed(maker.input[0], view)


def _follows_moved_ones(name: str, view: FrozenView) -> bool:
    return any(_without_ones(view.shape(before)) == _without_ones(view.shape(name))
               for before in _before_reshapes(name, view))


def _beside_constant(each: NodeDef, place: int, view: FrozenView) -> List[NodeDef]:
    constant, computed = view.maker(each.input[place]), each.input[1 - place]
    moved_to = [view.shape(before) for before in _before_reshapes(computed, view)]
    if constant is None or constant.op != "Const" or not moved_to:
        return []
    shape, wanted = view.shape(constant.name), view.shape(computed)
    if not _is_end(shape, wanted) or all(_is_end(shape, before) and len(before) <= MOST_AXES for before in moved_to):
        return []
    longer = (1,) * (len(wanted) - len(shape)) + shape
    if not _is_end(longer, wanted):
        made = _reshape(each, "longer", constant.name, longer)
        return made + [_with_input(each, place, made[-1].name)]
    if len(wanted) <= MOST_AXES:
        return _padded_input(each, place, view)
    row = _reshape(each, "row", constant.name, (-1,))
    pad = _padding(each, row[-1].name, 1)
    back = _reshape(each, "back", pad[-1].name, shape)
    return row + pad + back + [_with_input(each, place, back[-1].name)]


def _before_reshapes(name: str, view: FrozenView) -> Iterator[str]:
    """What stands before the Reshapes that toco may swap with what reads `name`."""
    while True:
        maker = view.maker(name)
        if maker is None or maker.op not in RESHAPES + SWAPPED + ("Transpose",):
            return
        computed = [each for each in maker.input if not view.is_constant(each)]
        if len(computed) != 1 or maker.op == "Transpose" and not _moves_ones_only(maker, view):
            return
        name = computed[0]
        if maker.op in RESHAPES + ("Transpose",):
            yield name


def _moves_ones_only(transpose: NodeDef, view: FrozenView) -> bool:
    """Then toco makes a Reshape of it."""
    permutation = tf.make_ndarray(view.maker(transpose.input[1]).attr["value"].tensor)
    before = view.shape(transpose.input[0])
    kept = [axis for axis in permutation if before[axis] != 1]
    return kept == sorted(kept)


def _padded_input(each: NodeDef, place: int, view: FrozenView) -> List[NodeDef]:
    pad = _padding(each, each.input[place], len(view.shape(each.input[place])))
    return pad + [_with_input(each, place, pad[-1].name)]


def _padding(each: NodeDef, name: str, rank: int) -> List[NodeDef]:
    """A Pad of nothing that `each` will read, the last of these."""
    nothing = int_constant(each.name + "/guard/paddings", (0, 0) * rank, (rank, 2))
    return [nothing, node(each.name + "/guard", "Pad", (name, nothing.name), T=each.attr["T"],
                          Tpaddings=of_type(tf.int32.as_datatype_enum))]


def _reshape(each: NodeDef, purpose: str, name: str, shape: Shape) -> List[NodeDef]:
    """A Reshape that `each` will read, the last of these."""
    return reshape("{}/{}".format(each.name, purpose), name, shape, each.attr["T"])


def _with_input(each: NodeDef, place: int, name: str) -> NodeDef:
    changed = NodeDef()
    changed.CopyFrom(each)
    changed.input[place] = name
    return changed


def _without_ones(shape: Shape) -> Tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _is_end(end: Shape, shape: Shape) -> bool:
    return len(end) <= len(shape) and tuple(end) == tuple(shape[len(shape) - len(end):])
