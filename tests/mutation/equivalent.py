"""Mutants that no test can kill, each with the reason."""
from typing import List, NamedTuple, Optional, Sequence

from tests.mutation.mutants import Mutant


class Equivalent(NamedTuple):
    module: str  # of job/keras_model
    function: str
    mutator: str
    change: str  # as scripts/mutate shows it, or a part of that
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        place = self.file, self.function, self.mutator
        return place == (mutant.file, mutant.function, mutant.mutator) and self.change in mutant.change

    @property
    def file(self) -> str:
        return "job/keras_model/{}.py".format(self.module)


ZIP = "zip stops at the shortest"
NO_BIAS = "a layer without a bias takes one array, whatever stands behind it"
TRUTH = "a truth value is zero or one: any limit between tells them apart"
ANY_WAY = "both ways lay the same operators: one is for what the other has no form for"
NUMBERS = "only a later Reshape or product starts from the numbers as they were made; else it starts from the shaped ones"
FLAG = "any number but zero is true"
KERAS = "Keras takes the shape from compute_output_shape"
ONNX = "ONNX itself allows no other"
TIED = "only where the batch is tied, and then -1 stands for its size, and a size that is known is told again"
SMALL = "32 or 64 bits: the same choice, in a smaller file"

EQUIVALENT = (
    Equivalent("conv_layers", "Conv2D.compute_output_shape", "number", "-> input_shape[1:4]", ZIP),
    Equivalent("conv_layers", "ConvTranspose2D.compute_output_shape", "number", "-> input_shape[1:4]", ZIP),
    Equivalent("conv_layers", "ConvTranspose2D.compute_output_shape", "number", "-> self._kernel_shape[:3]", ZIP),
    Equivalent("conv_layers", "ConvTranspose2D.call", "statement", "result.set_shape", KERAS),
    Equivalent("convolution", "conv", "condition", "-> group == operator.input_shape[1]",
               "toco writes a convolution of one channel as a depthwise one itself"),
    Equivalent("convolution", "conv", "comparison", "group > 1",
               "toco writes a convolution of one channel as a depthwise one itself"),
    Equivalent("convolution", "_weights", "condition", "(bias is None) -> False", NO_BIAS),
    Equivalent("linear", "gemm", "condition", "(bias is None) -> False", NO_BIAS),
    Equivalent("linear", "gemm", "keyword", "-> ...)}, constants=(1, 2))", ONNX),
    Equivalent("linear", "_unstacked", "keyword", "root", NUMBERS),
    Equivalent("linear", "_last_axis", "keyword", "root", NUMBERS),
    Equivalent("resizing", "depth_to_space", "keyword", "-> ...={'blocksize': None})", ONNX),
    Equivalent("resizing", "space_to_depth", "keyword", "-> ...={'blocksize': None})", ONNX),
    Equivalent("padding", "window_of", "number", "(0,) * 2", ZIP),
    Equivalent("padding", "padded", "condition", "any(window.end) -> False",
               "without padding SAME and VALID are the same wherever both fit"),
    Equivalent("padding", "explicitly_padded", "condition", "any(window.end) -> False", "toco drops a Pad of nothing"),
    Equivalent("pointwise", "leaky_relu", "comparison", "alpha > 1", "at alpha 1 both forms return what they are given"),
    Equivalent("comparison", "where.select", "number", "0.5", TRUTH),
    Equivalent("comparison", "_constant", "condition", "-> True", "the other constants are of that type already"),
    Equivalent("gathering", "_fixed", "call", "astype", SMALL),
    Equivalent("gathering", "_rows", "condition", "(table.dtype == np.float32) -> False", "a table answers alike as a weight and as a constant"),
    Equivalent("shaping", "_repeated.repeated", "keyword", "dtype=np.int32", SMALL),
    Equivalent("shaping", "_repeated", "call", "sorted(times)", "the places are in order already"),
    Equivalent("shaping", "pad", "arithmetic", "axis - x.rank", "of two pads an axis, counted from the end it is the same"),
    Equivalent("shaping", "pad", "condition", "-> True", "a pad of nothing pads nothing"),
    Equivalent("reduction", "_reduced", "number", "'keepdims', 1", FLAG),
    Equivalent("reduction", "_choice.convert", "number", "'keepdims', 1", FLAG),
    Equivalent("reduction", "_reduced", "condition", "(x.rank <= MOST_AXES) -> True", ANY_WAY),
    Equivalent("reduction", "_over_last", "comparison", "x.rank <", ANY_WAY),
    Equivalent("elementwise", "_keeps_shape", "condition", "(x.rank > MOST_AXES) -> True", ANY_WAY),
    Equivalent("elementwise", "_keeps_shape", "comparison", "x.rank >= MOST_AXES", ANY_WAY),
    Equivalent("elementwise", "_of_fixed_shape.run", "condition", "axis -> True", TIED),
    Equivalent("elementwise", "_of_fixed_shape.run", "condition", "have or size -> size", TIED),
    Equivalent("elementwise", "_applied", "condition", "fixed_by -> True", TIED),
    Equivalent("elementwise", "_on_few_axes", "keyword", "root=numbers", NUMBERS),
    Equivalent("elementwise", "common_order", "condition", "(size or 1) -> 1",
               "of two operands of full rank either order will do: that of the larger one moves fewer elements"),
    Equivalent("comparison", "where", "keyword", "-> Activation(whole, order, fixed_by=fixed_by)", NUMBERS),
    Equivalent("comparison", "_in_rows", "number", "-1 -> -2", "numpy takes any negative number for the size that is left"),
    Equivalent("comparison", "_in_rows", "number", "value.shape.as_list()[2:]",
               "an operand is whole, or one number: any other is refused"),
    Equivalent("shaping", "reshape", "keyword", "root=x.numbers", NUMBERS),
    Equivalent("shaping", "reshape", "condition", "(free and not axis) -> not axis", TIED),
)  # type: Sequence[Equivalent]


def explanation(mutant: Mutant) -> Optional[str]:
    return next((each.reason for each in EQUIVALENT if each.covers(mutant)), None)


def unused(survivors: Sequence[Mutant]) -> List[Equivalent]:
    """What explains none of the survivors of a complete check."""
    return [each for each in EQUIVALENT if not any(map(each.covers, survivors))]
