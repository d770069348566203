"""Nodes as preflight meets them: with every attribute that their converter takes, and each that it does not."""
from typing import Any, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from job.tensorflow_model.matrix_products import MOST_LARGE
from tests.passes.small_graphs import MAP, drawn, graph, node, whole

Shapes = Mapping[str, Tuple[int, ...]]


class Row(NamedTuple):
    id: str
    op: str
    inputs: str
    attributes: Mapping[str, Any] = {}
    constants: Mapping[str, np.ndarray] = {}
    shapes: Shapes = {"x": MAP}
    refused: Optional[str] = None  # words of the reason; None where it converts
    outputs: str = "y"

    def graph(self):
        return graph(node(self.op, self.inputs, self.outputs, **self.attributes), outputs=self.outputs,
                     constants=self.constants, inputs=self.shapes)


POOL = dict(kernel_shape=(3, 2), strides=(2, 1), pads=(1, 0, 1, 0), auto_pad="NOTSET")
MAX_POOL = dict(POOL, ceil_mode=0, storage_order=0, dilations=(1, 1))
CONV = dict(kernel_shape=(3, 2), strides=(2, 1), pads=(1, 0, 1, 0), dilations=(1, 2), group=2,
            auto_pad="NOTSET")
TRANSPOSED = dict(kernel_shape=(3, 2), strides=(2, 1), pads=(1, 0, 1, 0), dilations=(1, 1), group=2,
                  output_padding=(1, 0), auto_pad="NOTSET")
GEMM = dict(alpha=1.0, beta=1.0, transA=0, transB=1)
KERNELS = drawn(w=(4, 3, 3, 2), b=(4,))
UP = drawn(w=(6, 2, 3, 2))
PARAMETERS = drawn(w=(5, 6), b=(5,))
MATRIX = {"x": (3, 6)}
SEQUENCE = {"x": (2, 6, 7)}
VOLUME = (2, 3, 5, 4, 7)
BOUNDS = dict(starts=whole(1), ends=whole(5), axes=whole(2), steps=whole(2))


def _takes(op: str, inputs: str = "x", constants: Mapping[str, np.ndarray] = {}, shapes: Shapes = {"x": MAP},
           outputs: str = "y", **attributes: Any) -> Row:
    return Row("{} with {}".format(op, ", ".join(sorted(attributes)) or "nothing"), op, inputs, attributes,
               constants,
               shapes, None, outputs)


TAKEN = [
    _takes("MaxPool", **MAX_POOL),
    _takes("MaxPool", kernel_shape=(3, 2), auto_pad="VALID"),
    _takes("AveragePool", count_include_pad=1, ceil_mode=0, **POOL),
    _takes("AveragePool", kernel_shape=(3, 2), auto_pad="VALID"),
    _takes("Conv", "x w b", KERNELS, **CONV),
    _takes("Conv", "x w", KERNELS, kernel_shape=(3, 2), group=2, auto_pad="VALID"),
    _takes("ConvTranspose", "x w b", drawn(w=(6, 2, 3, 2), b=(4,)), **TRANSPOSED),
    _takes("Gemm", "x w b", PARAMETERS, MATRIX, **GEMM),
    _takes("Clip", min=-0.5, max=0.5),
    _takes("HardSigmoid", alpha=0.3, beta=0.4),
    _takes("LeakyRelu", alpha=0.3),
    _takes("Elu", alpha=0.3),
    _takes("Selu", alpha=0.3, gamma=1.2),
    _takes("Identity"),
    _takes("Dropout", ratio=0.3),
    _takes("LRN", alpha=1e-3, beta=0.5, bias=2.0, size=5),
    _takes("Softmax", axis=2),
    _takes("LogSoftmax", axis=2),
    _takes("ArgMax", axis=2, keepdims=0),
    _takes("ArgMin", axis=2, keepdims=0),
    _takes("TopK", "x k", dict(k=whole(3)), outputs="y z", axis=2),
    _takes("Transpose", perm=(0, 2, 1, 3)),
    _takes("Concat", "x x", axis=2),
    _takes("Pad", mode="constant", pads=(0, 0, 1, 0, 0, 2, 0, 0), value=0.5),
    _takes("Pad", mode="reflect", pads=(0, 0, 1, 0, 0, 2, 0, 0)),
    _takes("Split", outputs="y z", axis=1, split=(2, 4)),
    _takes("Gather", "x i", dict(i=whole(2, 0)), axis=2),
    _takes("Resize", "x s", dict(s=np.array([1, 1, 2, 3], np.float32)), mode="nearest"),
    _takes("DepthToSpace", shapes={"x": (2, 8, 5, 7)}, blocksize=2),
    _takes("SpaceToDepth", shapes={"x": (2, 3, 4, 6)}, blocksize=2),
    _takes("Mod", "x z", shapes={"x": MAP, "z": MAP}, fmod=1),
    _takes("Slice", "x starts ends axes steps", BOUNDS),
] + [_takes(op, axes=(1, 2), keepdims=0)
     for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2")] + [
    _takes("Cast", to=to)._replace(id="Cast to {}".format(to)) for to in (1, 2, 6, 7, 9)] + [
    _takes("MatMul", "x z", shapes={"x": left, "z": right}) for left, right in (
        ((3, 5), (5, 4)), ((2, 3, 5), (2, 5, 4)), ((2, 3, 6, 5), (2, 3, 5, 4)), ((2, 3, 5), (5, 4)),
        ((2, 2048, 128), (2, 128, 256)), ((MOST_LARGE, 128, 129), (MOST_LARGE, 129, 1)),
        ((MOST_LARGE + 1, 127, 64), (MOST_LARGE + 1, 64, 2)), ((2048, 128), (128, 512)), ((2, 2048, 128), (128, 512)))] + [
    _takes("Where", "t x z", dict(t=np.array(truth).reshape(shape)), {"x": values, "z": other})
    for truth, shape, values, other in (
        ([True, False], (2, 1, 1, 1, 1), (2, 1, 1, 1, 1), (2, 1, 1, 1, 1)), ([True], (1,), VOLUME, VOLUME),
        ([True], (1,), VOLUME, (1,)), ([True, False], (2, 1, 1, 1), MAP, MAP))]


def _refuses(words: str, op: str, inputs: str = "x", constants: Mapping[str, np.ndarray] = {},
             shapes: Shapes = {"x": MAP}, outputs: str = "y", **attributes: Any) -> Row:
    return Row("{}: {} at {}".format(op, words, ", ".join(inputs.split())), op, inputs, attributes,
               constants, shapes,
               words, outputs)


REFUSED = [
    _refuses(words, op, **dict(attributes, **changed))
    for op, attributes in (("MaxPool", MAX_POOL), ("AveragePool", POOL))
    for words, changed in (("auto_pad=SAME_UPPER", {"auto_pad": "SAME_UPPER", "pads": (0,) * 4}),
                           ("ceil_mode=1", {"ceil_mode": 1}))
] + [
    _refuses("storage_order=1", "MaxPool", outputs="y z", **dict(MAX_POOL, storage_order=1)),
    _refuses("dilations=(2, 1)", "MaxPool", **dict(MAX_POOL, dilations=(2, 1))),
    _refuses("dilations=(1, 2)", "MaxPool", **dict(MAX_POOL, dilations=(1, 2))),
    _refuses("with indices", "MaxPool", outputs="y z", **MAX_POOL),
    _refuses("auto_pad=SAME_UPPER", "Conv", "x w b", KERNELS, kernel_shape=(3, 2), group=2,
            auto_pad="SAME_UPPER"),
    _refuses("auto_pad=VALID", "ConvTranspose", "x w b", drawn(w=(6, 2, 3, 2), b=(4,)), kernel_shape=(3, 2),
            group=2,
             auto_pad="VALID"),
    _refuses("output_padding (1, 0)", "ConvTranspose", "x w", UP, output_padding=(1, 0)),
    _refuses("output_padding (0, 1)", "ConvTranspose", "x w", UP, output_padding=(0, 1)),
    _refuses("output_padding (2, 0)", "ConvTranspose", "x w", UP, output_padding=(2, 0), strides=(2, 2)),
    _refuses("alpha=0.5", "Gemm", "x w b", PARAMETERS, MATRIX, **dict(GEMM, alpha=0.5)),
    _refuses("beta=0.5", "Gemm", "x w b", PARAMETERS, MATRIX, **dict(GEMM, beta=0.5)),
    _refuses("transA=1", "Gemm", "x w b", PARAMETERS, {"x": (6, 3)}, **dict(GEMM, transA=1)),
    _refuses("transB=0", "Gemm", "x w b", drawn(w=(6, 5), b=(5,)), MATRIX, **dict(GEMM, transB=0)),
    _refuses("size=4, where only an odd number", "LRN", size=4),
    _refuses("to=11", "Cast", to=11),
    _refuses("mode=edge", "Pad", mode="edge", pads=(0, 0, 1, 0, 0, 2, 0, 0)),
    _refuses("attribute k=3", "Softmax", k=3),
    _refuses("Resize from", "Resize", "x s", dict(s=np.array([1, 1, 1.5, 2], np.float32)), mode="nearest"),
    _refuses("Resize from (2,", "Resize", "x s", dict(s=np.array([1, 2, 1, 2], np.float32)), mode="nearest"),
    _refuses("operator Xor", "Xor", "x x"),
    _refuses("no elements", "Slice", "x starts ends axes", dict(BOUNDS, ends=whole(1))),
] + [
    _refuses("MatMul of", "MatMul", "x z", shapes={"x": left, "z": right}) for left, right in (
        ((5,), (5, 4)), ((3, 5), (5,)), ((2, 3, 5), (1, 5, 4)), ((2, 3, 5), (2, 2, 5, 4)), ((3, 5), (2, 5,
                4)),
        ((1, 2, 3, 5), (3, 2, 5, 4)))
] + [
    _refuses("larger than TensorFlow Lite", "MatMul", "x z", shapes={"x": (MOST_LARGE + 1, 128, 128),
                                                                     "z": (MOST_LARGE + 1, 128, 1)}),
    _refuses("larger than TensorFlow Lite", "MatMul", "x z", shapes={"x": (2, MOST_LARGE // 2 + 1, 128, 128),
                                                                     "z": (2, MOST_LARGE // 2 + 1, 128, 1)}),
    _refuses("Where that broadcasts", "Where", "t x z", dict(t=np.array([True, False]).reshape(2, 1, 1, 1,
            1)),
             {"x": VOLUME, "z": VOLUME}),
    _refuses("Where that broadcasts", "Where", "t x z", dict(t=np.array(True)), {"x": VOLUME, "z": (2, 3, 1,
            4, 1)}),
] + [  # of a rank that the converter has no form for
    _refuses("of rank 3", "Conv", "x w b", drawn(w=(4, 6, 3), b=(4,)), SEQUENCE, kernel_shape=(3,)),
    _refuses("of rank 3", "ConvTranspose", "x w b", drawn(w=(6, 4, 3), b=(4,)), SEQUENCE, kernel_shape=(3,)),
    _refuses("of rank 3", "LRN", shapes=SEQUENCE, size=3),
    _refuses("of rank 3", "MaxPool", shapes=SEQUENCE, kernel_shape=(3,)),
    _refuses("of rank 3", "AveragePool", shapes=SEQUENCE, kernel_shape=(3,)),
    _refuses("of rank 3", "Resize", "x s", dict(s=np.array([1, 1, 2], np.float32)), SEQUENCE, mode="nearest"),
] + [  # computed where the converter needs a constant
    _refuses("computed input 1", "Conv", "x w b", drawn(b=(4,)), {"x": MAP, "w": (4, 3, 3, 2)}, **CONV),
    _refuses("computed input 2", "Conv", "x w b", drawn(w=(4, 3, 3, 2)), {"x": MAP, "b": (4,)}, **CONV),
    _refuses("computed input 1", "ConvTranspose", "x w b", drawn(b=(4,)), {"x": MAP, "w": (6, 2, 3, 2)},
            **TRANSPOSED),
    _refuses("computed input 2", "ConvTranspose", "x w b", drawn(w=(6, 2, 3, 2)), {"x": MAP, "b": (4,)},
            **TRANSPOSED),
    _refuses("computed input 1", "Gemm", "x w b", drawn(b=(5,)), {"x": (3, 6), "w": (5, 6)}, **GEMM),
    _refuses("computed input 2", "Gemm", "x w b", drawn(w=(5, 6)), {"x": (3, 6), "b": (5,)}, **GEMM),
    _refuses("computed input 1", "PRelu", "x w", shapes={"x": MAP, "w": (6, 1, 1)}),
]

ROWS = TAKEN + REFUSED
