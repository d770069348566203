"""Mutants that no test can kill, each with the reason."""
from typing import List, NamedTuple, Optional, Sequence

from tests.mutation.mutants import Mutant


class Equivalent(NamedTuple):
    module: str  # of job/keras_model, or of another folder of job, which it begins with
    function: str
    mutator: str
    change: str  # as scripts/mutate shows it, or a part of that
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        place = self.file, self.function, self.mutator
        return place == (mutant.file, mutant.function, mutant.mutator) and self.change in mutant.change

    @property
    def file(self) -> str:
        return "job/{}.py".format(self.module if "/" in self.module else "keras_model/" + self.module)


OPSETS = "onnx_model/opsets/"
PASSES = "onnx_model/passes/"
DOUBLE = "the other operand is in double precision, and numpy takes this one to it"
COVERED = "ONNX's own count of windows with ceil_mode reaches over all of the padding that is given"
SIXTY_FOUR = "they are of 64 bits already"
TRUTH = "a truth value is zero or one: any limit between tells them apart"
TIED = "only where the batch is tied, and then -1 stands for its size"
SMALL = "32 or 64 bits: the same choice, in a smaller file"
SPARES = "it spares a layer of a Reshape to the shape that is there already, which toco drops"
ONES = "toco itself makes a Reshape of a Transpose that moves axes of one only"
LEFT = "numpy takes any negative number for the size that is left"
QUICK = "a move that joins nothing is in no shortest way: it is left out to be quick"
SOONER = "the same moves, found a round later or sooner"
BOTH = "both sides have it, and are compared with each other only"
ALIKE = "neighbours are compared with each other only"

EQUIVALENT = (
    Equivalent("activation", "Activation.remade", "condition", "(backend.int_shape(numbers) == target) -> False", SPARES),
    Equivalent("activation", "in_order", "condition", "(x.order == order) -> False", SPARES),
    Equivalent("activation", "in_order", "condition", "_moves_only_ones(x, permutation) -> False", ONES),
    Equivalent("activation", "_moves_only_ones", "condition", "(shape[axis] != 1) -> True", ONES),
    Equivalent("activation", "_as_number", "number", "0.5", TRUTH),
    Equivalent("comparison", "where.select", "number", "0.5", TRUTH),
    Equivalent("comparison", "_in_rows", "number", "-1 -> -2", LEFT),
    Equivalent("before_ones", "_with_blocks", "number", "-1 -> -2", LEFT),
    Equivalent("constants", "beside", "number", "-1 -> -2", LEFT),
    Equivalent("axis_blocks", "_moves", "keyword", "lru_cache", "a cache of another size gives the same answers"),
    Equivalent("axis_blocks", "_within", "number", "(count <= 1) -> (count <= 2)", SOONER),
    Equivalent("axis_blocks", "_within", "number", "(count - 1) -> (count - 2)", SOONER),
    Equivalent("axis_blocks", "_joining", "condition", "(len(_blocks(move.after, target)) < len(blocks)) -> True", QUICK),
    Equivalent("axis_blocks", "_joining", "comparison", "(len(_blocks(move.after, target)) < len(blocks))", QUICK),
    Equivalent("elementwise", "common_order", "number", "(size or 1) -> (size or 2)",
               "an open batch is one of every operand, so that it decides nothing"),
    Equivalent("walk", "_shown", "number", "[:1] -> value.reshape(-1)[:2]", "onnx2keras reads no number of them"),
    Equivalent("walk", "_shown", "number", "-1 -> -2", LEFT),
    Equivalent("walk", "_input_of_another_batch", "condition", "-> batch != batches[0]",
               "preflight refuses an input without axes"),
    Equivalent("preflight", "operator_of", "condition", "name -> True", "what is left out has no shape in any graph"),
    Equivalent("few_axes", "reduced", "comparison", "(place in places)", ALIKE),
    Equivalent("reshape_groups", "_Sizes.__init__", "number", "(shape, 0, 0, 2)", BOTH),
    Equivalent("reshape_groups", "_Sizes.close", "number", "(self.end, 2)", BOTH),
    Equivalent("reshape_groups", "groups_of", "comparison", "(left.product <= right.product)", "where it is asked they differ"),
    Equivalent("few_axes", "blocks_broadcast_alike", "comparison", "size == 1", ALIKE),
    Equivalent("few_axes", "constant_in_blocks", "comparison", "size == 1", ALIKE),
    Equivalent("gathering", "_fixed", "call", "astype", SMALL),
    Equivalent("shaping", "_repeated.repeated", "keyword", "dtype=np.int32", SMALL),
    Equivalent("shaping", "reshape", "condition", "(free and not axis) -> not axis", TIED),
    Equivalent("shaping", "_laid", "condition", "groups -> True", "there are none of one number only, which lies in every order"),
    Equivalent(PASSES + "batch_norm_to_affine", "_rule", "call", "gamma.astype(np.float64)", DOUBLE),
    Equivalent(PASSES + "batch_norm_to_affine", "_rule", "number", "(-1) -> (-2)", LEFT),
    Equivalent(PASSES + "division_to_multiplication", "_rule", "condition", "-> ....dtype != np.float32)",
               "the reciprocal of zero is none that is taken"),
    Equivalent(PASSES + "division_to_multiplication", "_rule", "call", "divisor.astype(np.float64)",
               "a quotient in single precision is rounded once too"),
    Equivalent(PASSES + "division_to_multiplication", "_rule", "comparison", ">= normal.max",
               "it is the reciprocal of no number of single precision"),
    Equivalent(PASSES + "flatten_channels_last", "_rule", "condition", "(shape is None or flat !=",
               "a matrix counts as one pixel"),
    Equivalent(PASSES + "fold_affine", "per_channel", "call", "-> ...pe(-1), (channels,))",
               "what is made of it is in double precision, or of one operation, which is rounded once"),
    Equivalent(PASSES + "free_batch", "free_batch", "number", "(0,) -> (1,)", "preflight refuses an input without axes"),
    Equivalent(PASSES + "explicit_windows", "_ends", "condition", "node.attributes.get('pads')", COVERED),
    Equivalent(PASSES + "explicit_windows", "_ends", "attribute", "node.attributes.get('pads')", COVERED),
    Equivalent(PASSES + "explicit_windows", "_ends", "number", "(0,)", COVERED),
    Equivalent(PASSES + "explicit_windows", "_ends", "number", "len(pads) // 2", COVERED),
    Equivalent(PASSES + "fold_affine", "per_channel", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "fold_affine", "_folded", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "fold_affine", "_folded", "call", "view.constant(layer.inputs[2]).astype(np.float64)", DOUBLE),
    Equivalent(PASSES + "fold_affine_ahead", "_scaled", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "fold_affine_ahead", "_swapped", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "fold_constants", "fold_constants", "condition", "pending -> True", "of nothing, nothing is worked out"),
    Equivalent(PASSES + "fold_constants", "_evaluated", "condition", "(name in wanted) -> True", "what nothing reads is dropped"),
    Equivalent(PASSES + "free_batch", "_rule", "call", "astype(np.int64)", SIXTY_FOUR),
    Equivalent(PASSES + "gemm_to_matmul", "_rule", "number", "node.inputs[1:4]", "a Gemm of opset 10 has three inputs"),
    Equivalent(PASSES + "gemm_to_matmul", "_rule", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "linear_resize", "_along", "number", "(-1) -> (-2)", LEFT),
    Equivalent(PASSES + "linear_to_gemm", "_plain_gemm", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "lower_volume_convolutions", "_flat_kernel", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "merge_reshapes", "_rule", "condition", "-> view.sole_maker(node.inputs[0], 'ReduceMean')",
               "sole_maker() asks for the operator too"),
    Equivalent(PASSES + "moves_to_picks", "_windows", "number", "-1 -> -2", LEFT),
    Equivalent(PASSES + "moves_to_picks", "_windows", "call", "astype(np.int64)", SIXTY_FOUR),
    Equivalent(PASSES + "moves_to_picks", "_one_by_one", "keyword", "axis=0", "it is ONNX's own default"),
    Equivalent(PASSES + "linear_to_gemm", "_plain_gemm", "attribute", "attributes['alpha']", "one times a weight is the weight"),
    Equivalent(PASSES + "raise_reshapes", "_convolution", "number", "(1, 1) -> (2, 1)", "of a map of one pixel"),
    Equivalent(PASSES + "raise_reshapes", "_convolution", "number", "(1, 1) -> (1, 2)", "of a map of one pixel"),
    Equivalent(PASSES + "shuffle_to_gather", "_rule", "condition",
               "-> grouped != (before[0], grouped[1], grouped[2]) + before[2:]", "a Reshape keeps the number of elements"),
    Equivalent(PASSES + "split_to_slice", "_rule", "arithmetic", "-> axis", "a Slice counts axes from the end too"),
    Equivalent(PASSES + "trim_pool_pads", "_rule", "condition", "-> node.attributes.get('count_include_pad', 0)",
               "a MaxPool has no such attribute"),
    Equivalent(OPSETS + "from_6", "in_inference", "number", "node.attributes.get('is_test', 2)", "only zero is asked for"),
    Equivalent(OPSETS + "from_8", "over_channels", "number", "node.attributes.get('spatial', 2)", "only zero is asked for"),
    Equivalent(OPSETS + "from_9", "_with_inputs", "number", "node.inputs[:2]", "in opset 9 they have one input"),
)  # type: Sequence[Equivalent]


def explanation(mutant: Mutant) -> Optional[str]:
    return next((each.reason for each in EQUIVALENT if each.covers(mutant)), None)


def unused(survivors: Sequence[Mutant]) -> List[Equivalent]:
    """What explains none of the survivors of a complete check."""
    return [each for each in EQUIVALENT if not any(map(each.covers, survivors))]
