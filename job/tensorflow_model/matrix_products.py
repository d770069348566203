"""Products of stacks of matrices, matrix by matrix: toco is shown every pair of numbers multiplied, and a sum of these, since
TensorFlow Lite 1.14 has no product of stacks.

    before: x [3,197,1,64], y [3,1,197,64] -> MUL [3,197,197,64] -> SUM over the last axis [3,197,197]
    after:  x, y [3,197,64] -> UNPACK each -> three FULLY_CONNECTED [197,197] -> PACK [3,197,197]

Of an attention of 197 tokens that takes 1.14 a fiftieth of the time, current runtimes a third, and no room for the pairs.
Sums are of the same products, in another order.
"""
from typing import Dict, NamedTuple, Optional, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.options import KINDS, new_options
from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile
from job.tensorflow_model.plumbing.growing_file import GrowingFile
from job.tensorflow_model.plumbing.reading import without_unread
from job.values import Shape, elements

LEAST = 256  # numbers in a matrix of the product: with fewer, current runtimes are slower so
MOST_MATRICES = 512  # each takes half a kilobyte of the file
MOST_PAIRS = 2 ** 26  # of numbers: more would take too much memory, so they are layers whatever the matrices' sizes
MOST_LARGE = 4096  # matrices of which there are so many pairs
_AXES = 4
_STACK = 0  # the axis along which the matrices lie
_SWAPPED = (0, 2, 1)


class _Product(NamedTuple):
    x: int
    y: int
    made: int
    x_stack: Tuple[int, int, int]  # matrices, rows, shared
    y_stack: Tuple[int, int, int]  # matrices, columns, shared; where they are to be transposed, shared, columns
    transposed: bool

    def columns(self) -> int:
        return self.y_stack[1 + self.transposed]


def with_matrix_products(file: TFLiteFile) -> TFLiteFile:
    """The same network; the very same file where there are no such products."""
    found = _products(file)
    if not found:
        return file
    growing, zeros = GrowingFile(file), {}  # type: GrowingFile, Dict[int, int]
    for operator in file.operators:
        product = found.get(operator.outputs[0])
        if product is None:
            growing.add(operator)
            continue
        if product.columns() not in zeros:
            zeros[product.columns()] = growing.constant(np.zeros(product.columns(), np.float32), "zeros")
        _lay(growing, product, zeros[product.columns()])
    return without_unread(growing.file())


def _products(file: TFLiteFile) -> Dict[int, _Product]:
    """By the tensor that each makes."""
    makers, times_read, found = file.makers(), file.times_read(), {}
    for operator in file.operators:
        pairs = operator.inputs[0]
        if operator.name == "SUM" and pairs in makers and times_read[pairs] == 1 and pairs not in file.outputs:
            product = _product(file, makers[pairs], operator)
            if product is not None:
                found[product.made] = product
    return found


def _product(file: TFLiteFile, pairs: Operator, total: Operator) -> Optional[_Product]:
    """None of another sum, and of one that is better left as it is."""
    shapes = [file.tensors[index].shape for index in pairs.inputs]
    computed = all(not len(file.tensors[index].content) for index in pairs.inputs)
    if pairs.name != "MUL" or pairs.activation != "NONE" or not computed or {len(shape) for shape in shapes} != {_AXES}:
        return None
    made = file.tensors[total.outputs[0]]
    axis = file.tensors[total.inputs[1]].values() % _AXES
    of_pairs = file.tensors[pairs.outputs[0]].shape
    if not _is_worth_it(made.shape, of_pairs) or made.dtype != "float32" or axis.tolist() not in ([2], [3]):
        return None
    (matrices, rows, columns), shared = made.shape, of_pairs[axis[0]]
    transposed = bool(axis[0] == 2)
    wanted = ([(matrices, rows, shared, 1), (matrices, 1, shared, columns)] if transposed
              else [(matrices, rows, 1, shared), (matrices, 1, columns, shared)])
    for x, y in (pairs.inputs, pairs.inputs[::-1]):
        if [file.tensors[x].shape, file.tensors[y].shape] == wanted:
            return _Product(x, y, total.outputs[0], (matrices, rows, shared), wanted[1][:1] + wanted[1][2:], transposed)
    return None


def _is_worth_it(made: Shape, pairs: Shape) -> bool:
    if len(made) != 3:
        return False
    if elements(pairs) > MOST_PAIRS:
        return made[0] <= MOST_LARGE
    return made[0] <= MOST_MATRICES and made[1] * made[2] >= LEAST


def _lay(growing: GrowingFile, product: _Product, bias: int) -> None:
    name = growing.tensors[product.made].name
    y = growing.reshaped(product.y, product.y_stack)
    if product.transposed:
        y = _transposed(growing, y, name + "/transposed")
    rows = _unpacked(growing, growing.reshaped(product.x, product.x_stack), name + "/rows")
    columns = _unpacked(growing, y, name + "/columns")
    made = tuple(growing.made("{}/product_{}".format(name, number), (product.x_stack[1], product.columns()))
                 for number in range(len(rows)))
    for layer in zip(rows, columns, made):
        growing.add(Operator("FULLY_CONNECTED", layer[:2] + (bias,), layer[2:], options=new_options(()),
                             options_kind=KINDS["FULLY_CONNECTED"]))
    growing.add(Operator("PACK", made, (product.made,), options=new_options((len(made), _STACK)), options_kind=KINDS["PACK"]))


def _transposed(growing: GrowingFile, index: int, name: str) -> int:
    shape = growing.tensors[index].shape
    made = growing.made(name, tuple(shape[axis] for axis in _SWAPPED))
    growing.add(Operator("TRANSPOSE", (index, growing.constant(np.array(_SWAPPED, np.int32))), (made,),
                         options=new_options(()), options_kind=KINDS["TRANSPOSE"]))
    return made


def _unpacked(growing: GrowingFile, index: int, name: str) -> Tuple[int, ...]:
    stack = growing.tensors[index].shape
    made = tuple(growing.made("{}_{}".format(name, number), stack[1:]) for number in range(stack[0]))
    growing.add(Operator("UNPACK", (index,), made, options=new_options((stack[0], _STACK)), options_kind=KINDS["UNPACK"]))
    return made
