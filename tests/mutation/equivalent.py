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


TRUTH = "a truth value is zero or one: any limit between tells them apart"
TIED = "only where the batch is tied, and then -1 stands for its size"
SMALL = "32 or 64 bits: the same choice, in a smaller file"
SPARES = "it spares a layer of a Reshape to the shape that is there already, which toco drops"
ONES = "toco itself makes a Reshape of a Transpose that moves axes of one only"
ALIKE = "neighbours are compared with each other only"

EQUIVALENT = (
    Equivalent("activation", "Activation.remade", "condition", "(backend.int_shape(numbers) == target) -> False", SPARES),
    Equivalent("activation", "in_order", "condition", "(x.order == order) -> False", SPARES),
    Equivalent("activation", "in_order", "condition", "_moves_only_ones(x, permutation) -> False", ONES),
    Equivalent("activation", "_moves_only_ones", "condition", "(shape[axis] != 1) -> True", ONES),
    Equivalent("activation", "_as_number", "number", "0.5", TRUTH),
    Equivalent("comparison", "where.select", "number", "0.5", TRUTH),
    Equivalent("comparison", "_in_rows", "number", "-1 -> -2", "numpy takes any negative number for the size that is left"),
    Equivalent("axis_blocks", "_joining", "condition", "(len(_blocks(move.after, target)) < len(blocks)) -> True",
               "a move that joins nothing is in no shortest way: it is left out to be quick"),
    Equivalent("walk", "keras_model_from_onnx", "number", "[:1] -> value.reshape(-1)[:2]", "onnx2keras reads no number of them"),
    Equivalent("few_axes", "blocks_broadcast_alike", "comparison", "size == 1", ALIKE),
    Equivalent("few_axes", "constant_in_blocks", "comparison", "size == 1", ALIKE),
    Equivalent("gathering", "_fixed", "call", "astype", SMALL),
    Equivalent("shaping", "_repeated.repeated", "keyword", "dtype=np.int32", SMALL),
    Equivalent("shaping", "reshape", "condition", "(free and not axis) -> not axis", TIED),
)  # type: Sequence[Equivalent]


def explanation(mutant: Mutant) -> Optional[str]:
    return next((each.reason for each in EQUIVALENT if each.covers(mutant)), None)


def unused(survivors: Sequence[Mutant]) -> List[Equivalent]:
    """What explains none of the survivors of a complete check."""
    return [each for each in EQUIVALENT if not any(map(each.covers, survivors))]
