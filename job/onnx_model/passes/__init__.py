"""The passes that turn any exported graph into the canonical one that the converters take.

Each pass is one file with one function Graph -> Graph; applied twice it changes nothing more.
"""
from typing import Callable, Mapping, NamedTuple, Tuple

from job.onnx_model.decompositions import DECOMPOSITIONS
from job.onnx_model.graph import Graph
from job.onnx_model.passes.batch_norm_to_affine import batch_norm_to_affine
from job.onnx_model.passes.cut_into_window import cut_into_window
from job.onnx_model.passes.decompose import decompose
from job.onnx_model.passes.division_to_multiplication import division_to_multiplication
from job.onnx_model.passes.flatten_channels_last import flatten_channels_last
from job.onnx_model.passes.drop_empty_parts import drop_empty_parts
from job.onnx_model.passes.expand_by_arithmetic import expand_by_arithmetic
from job.onnx_model.passes.explicit_windows import explicit_windows
from job.onnx_model.passes.fold_affine import fold_affine
from job.onnx_model.passes.fold_affine_ahead import fold_affine_ahead
from job.onnx_model.passes.fold_constants import fold_constants
from job.onnx_model.passes.gemm_to_matmul import gemm_to_matmul
from job.onnx_model.passes.free_batch import free_batch
from job.onnx_model.passes.global_pool_to_mean import global_pool_to_mean
from job.onnx_model.passes.group_norm_of_channels import group_norm_of_channels
from job.onnx_model.passes.indices_as_fractions import indices_as_fractions
from job.onnx_model.passes.infer_shapes import infer_shapes
from job.onnx_model.passes.join_picks import join_picks
from job.onnx_model.passes.join_slices import join_slices
from job.onnx_model.passes.keep_axis_of_pick import keep_axis_of_pick
from job.onnx_model.passes.linear_by_parts import linear_by_parts
from job.onnx_model.passes.linear_resize import linear_resize
from job.onnx_model.passes.linear_to_convolution import linear_to_convolution
from job.onnx_model.passes.linear_to_gemm import linear_to_gemm
from job.onnx_model.passes.lower_computed_convolutions import lower_computed_convolutions
from job.onnx_model.passes.lower_reshapes import lower_reshapes
from job.onnx_model.passes.lower_volume_convolutions import lower_volume_convolutions
from job.onnx_model.passes.lower_volume_pools import lower_volume_pools
from job.onnx_model.passes.means_in_turn import means_in_turn
from job.onnx_model.passes.merge_reshapes import merge_reshapes
from job.onnx_model.passes.moves_to_picks import moves_to_picks
from job.onnx_model.passes.operands_in_pairs import operands_in_pairs
from job.onnx_model.passes.products_of_stacks import products_of_stacks
from job.onnx_model.passes.raise_rank import raise_rank
from job.onnx_model.passes.pick_before_transpose import pick_before_transpose
from job.onnx_model.passes.pad_into_window import pad_into_window
from job.onnx_model.passes.raise_reshapes import raise_reshapes
from job.onnx_model.passes.remove_casts import remove_casts
from job.onnx_model.passes.remove_identities import remove_identities
from job.onnx_model.passes.rows_as_maps import rows_as_maps
from job.onnx_model.passes.scale_into_linear import scale_into_linear
from job.onnx_model.passes.shuffle_to_gather import shuffle_to_gather
from job.onnx_model.passes.split_to_slice import split_to_slice
from job.onnx_model.passes.trim_pool_pads import trim_pool_pads
from job.onnx_model.passes.truth_as_numbers import truth_as_numbers
from job.onnx_model.passes.unpool_to_choice import unpool_to_choice
from job.onnx_model.passes.whole_sequences import whole_sequences

PASSES = (
    fold_constants,              # shapes become numbers: every later pass reads them
    infer_shapes,
    group_norm_of_channels,      # before: its InstanceNormalization would be taken apart
    decompose,                   # early: whatever it makes is what every later pass looks for
    whole_sequences,
    operands_in_pairs,
    products_of_stacks,
    explicit_windows,            # before any pass that reads or moves padding
    lower_computed_convolutions,  # after: padding is said by then, and for
    unpool_to_choice,            # a pool too
    moves_to_picks,
    linear_resize,
    indices_as_fractions,
    remove_casts,                # after: it casts there and back
    truth_as_numbers,
    drop_empty_parts,
    remove_identities,           # Dropout and its kin no longer hide a producer from its consumer
    expand_by_arithmetic,
    lower_reshapes,              # Flatten, Squeeze, Unsqueeze: one operator, Reshape, from here on
    linear_by_parts,             # before: what is picked of a layer is the layer's own
    pick_before_transpose,
    keep_axis_of_pick,
    join_picks,                  # after: channels that are picked one by one keep their axis
    shuffle_to_gather,
    split_to_slice,
    join_slices,
    pad_into_window,             # before: a Reshape would stand between
    raise_rank,
    rows_as_maps,                # after: between what it made maps of
    trim_pool_pads,
    global_pool_to_mean,
    batch_norm_to_affine,        # so that one pass folds BatchNorm and hand-written scales alike
    division_to_multiplication,
    scale_into_linear,           # after: a scale may be a division; before: a layer of maps is a convolution from here on
    gemm_to_matmul,
    linear_to_convolution,
    linear_to_gemm,              # before folding, so that a bias added by hand is folded too
    fold_affine,
    fold_affine_ahead,           # after: what the layer before can take is not left for the one after
    cut_into_window,             # after folding: nothing stands between a layer and what is cut off it
    lower_volume_convolutions,   # after folding, which moves scales into their weights as they are
    lower_volume_pools,
    merge_reshapes,
    raise_reshapes,              # squeeze-and-excite: its Linear layers become 1x1 convolutions
    flatten_channels_last,       # late: what is still flattened before a Gemm costs its weights an order
    means_in_turn,               # late: until here a mean over a map is one operator
    free_batch,                  # last: the Reshapes of all passes before
)  # type: Tuple[Callable[[Graph], Graph], ...]

REPLACED = dict({op: each.into for op, each in DECOMPOSITIONS.items()}, **{
    "BatchNormalization": "Mul and Add",
    "Constant": "a constant",
    "ConstantOfShape": "a constant",
    "EyeLike": "a constant",
    "Flatten": "Reshape",
    "GlobalAveragePool": "ReduceMean",
    "MaxUnpool": "Resize and Where, where its indices are of square windows side by side, of a map of its own size",
    "ReverseSequence": "Gather, where the lengths are constants",
    "Scatter": "Gather, where the places are constants",
    "Shape": "a constant",
    "Size": "a constant",
    "Squeeze": "Reshape",
    "Unsqueeze": "Reshape",
    "Upsample": "Resize",
})  # type: Mapping[str, str]
"""Operators that the canonical graph is without, and what they have become."""


class Wider(NamedTuple):
    """Forms of an operator that a pass turns into one that its converter takes."""

    attributes: Tuple[str, ...] = ()  # of any value, or where `except_` says so
    ranks: Tuple[int, ...] = ()
    computed: Tuple[int, ...] = ()    # inputs that need not be constants
    any_shape: bool = False           # what its converter refuses else does not reach it
    except_: str = ""


WIDENED = {
    "AveragePool": Wider(("auto_pad", "ceil_mode"), (3, 5),
                         except_="ceil_mode=1 and count_include_pad=1 where a window ends behind the padding"),
    "Conv": Wider(("auto_pad",), (3, 5), computed=(1, 2), except_="computed weights of ranks 3 and 5, or of several groups "
                                                                  "with several channels each"),
    "ConvTranspose": Wider(("auto_pad", "output_shape"), (3, 5)),
    "Gemm": Wider(("alpha", "beta", "transA", "transB"), computed=(1, 2)),
    "MatMul": Wider(any_shape=True, except_="more than 2^26 products in stacks of more than 4,096 matrices"),
    "MaxPool": Wider(("auto_pad", "ceil_mode", "dilations"), (3, 5)),
    "Pad": Wider(("mode",)),
    "Resize": Wider(ranks=(3, 5), any_shape=True),
}  # type: Mapping[str, Wider]


def canonical(graph: Graph) -> Graph:
    for apply in PASSES:
        graph = apply(graph)
    return graph
