"""Small networks, each with what some pass is for or must leave alone."""

import numpy as np

from tests.passes.small_graphs import MAP, drawn, graph, node, positive, whole

SCALAR = np.array


def squeeze_excite():
    return graph(
        node("GlobalAveragePool", "x", "pooled"),
        node("Flatten", "pooled", "flat", axis=1),
        node("Gemm", "flat w1 b1", "squeezed", alpha=1.0, beta=1.0, transB=1),
        node("Relu", "squeezed", "active"),
        node("MatMul", "active w2", "product"),
        node("Add", "product b2", "excited"),
        node("Add", "excited three", "shifted"),
        node("Clip", "shifted", "clipped", min=0.0, max=6.0),
        node("Div", "clipped six", "gate"),
        node("Unsqueeze", "gate", "mapped", axes=(2, 3)),
        node("Mul", "x mapped", "y"),
        constants=dict(
            **drawn(w1=(4, 6), b1=(4,), w2=(4, 6), b2=(6,)),
            three=SCALAR(3, np.float32),
            six=SCALAR(6, np.float32),
        ),
    )


def a_gated_line():
    """Convolutions along one axis, with a gate between them."""
    return graph(
        node("Conv", "x k b", "conv", kernel_shape=(3,), pads=(2, 0)),
        node("Split", "conv", "value gate", axis=1, split=(3, 3)),
        node("Tanh", "value", "bounded"),
        node("Sigmoid", "gate", "open"),
        node("Mul", "bounded open", "gated"),
        node("Conv", "gated point", "y", kernel_shape=(1,)),
        constants=drawn(k=(6, 6, 3), b=(6,), point=(4, 3, 1)),
        inputs={"x": (2, 6, 19)},
    )


def attention_of_one_layer():
    """Queries and keys, scaled, of one linear layer."""
    return graph(
        node("MatMul", "x w", "product"),
        node("Add", "product b", "sum"),
        node("Reshape", "sum heads", "split"),
        node("Transpose", "split", "moved", perm=(2, 0, 3, 1, 4)),
        node("Gather", "moved first", "q", axis=0),
        node("Gather", "moved second", "k", axis=0),
        node("Mul", "q factor", "scaled"),
        node("Transpose", "k", "across", perm=(0, 1, 3, 2)),
        node("MatMul", "scaled across", "scores"),
        node("Softmax", "scores", "y", axis=3),
        constants=dict(
            drawn(w=(8, 16), b=(16,)), heads=whole(2, 5, 2, 2, 4), first=SCALAR(0), second=SCALAR(1),
            factor=SCALAR(0.5, np.float32)),
        inputs={"x": (2, 5, 8)},
    )


def norm_of_groups():
    return graph(
        node("Reshape", "x rows", "grouped"),
        node("InstanceNormalization", "grouped scale bias", "norm"),
        node("Reshape", "norm map", "y"),
        constants=dict(**drawn(scale=(2,), bias=(2,)), rows=whole(2, 2, -1), map=whole(*MAP)),
    )


def split_of_one_part():
    return graph(node("Split", "x", "unread part", axis=1, split=(2, 4)), node("Relu", "part", "y"))


def convolution_and_norm():
    return graph(
        node("Conv", "x k", "conv", kernel_shape=(3, 3), pads=(1, 1, 1, 1)),
        node("BatchNormalization", "conv gamma beta mean variance", "norm", epsilon=1e-3),
        node("Relu", "norm", "active"),
        node("Conv", "active depth bias", "depthwise", kernel_shape=(3, 3), group=5, strides=(2, 2)),
        node("Mul", "scale depthwise", "scaled"),
        node("Sub", "scaled shift", "y"),
        constants=dict(
            **drawn(
                k=(5, 6, 3, 3),
                gamma=(5,),
                beta=(5,),
                mean=(5,),
                depth=(5, 1, 3, 3),
                bias=(5,),
                scale=(1, 5, 1, 1),
                shift=(5, 1, 1),
            ),
            variance=positive(5),
        ),
    )


def pooled_and_put_back():
    return graph(
        node("MaxPool", "x", "pooled places", kernel_shape=(2, 2), strides=(2, 2)),
        node("Relu", "pooled", "small"),
        node("MaxUnpool", "small places size", "y", kernel_shape=(2, 2), strides=(2, 2)),
        constants={"size": whole(*MAP)},
    )


def cut_after_a_window():
    return graph(
        node("Pad", "x", "padded", mode="constant", pads=(0, 0, 1, 1, 0, 0, 0, 0)),
        node("MaxPool", "padded", "most", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1)),
        node("Slice", "most one end rows", "lower"),
        node("Slice", "lower one end columns", "y"),
        constants={"one": whole(1), "end": whole(9), "rows": whole(2), "columns": whole(3)},
    )


def classifier():
    return graph(
        node("Conv", "x k", "conv", kernel_shape=(1, 1)),
        node("MaxPool", "conv", "pooled", kernel_shape=(3, 3), strides=(2, 2), pads=(0, 0, 1, 1)),
        node("Flatten", "pooled", "flat", axis=1),
        node("Dropout", "flat", "kept", ratio=0.5),
        node("Relu", "kept", "active"),
        node("Gemm", "active w1 b1", "hidden", alpha=0.5, beta=2.0, transB=1),
        node("LeakyRelu", "hidden", "leaky", alpha=0.2),
        node("Gemm", "leaky w2 b2", "y"),
        constants=drawn(k=(4, 6, 1, 1), w1=(5, 4 * 4 * 3), b1=(5,), w2=(5, 8), b2=(8,)),
    )


def view_by_shape():
    return graph(
        node("Shape", "x", "sizes"),
        node("Gather", "sizes first", "batch", axis=0),
        node("Unsqueeze", "batch", "batch1", axes=(0,)),
        node("Concat", "batch1 rest", "target", axis=0),
        node("Reshape", "x target", "flat"),
        node("MatMul", "flat w", "y"),
        constants=dict(**drawn(w=(6 * 9 * 7, 4)), first=SCALAR(0, np.int64), rest=whole(-1)),
    )


def means():
    return graph(
        node("ReduceMean", "x", "mean", axes=(-1, -2), keepdims=0),
        node("MatMul", "mean w", "first"),
        node("AveragePool", "x", "pooled", kernel_shape=(9, 7)),
        node("Squeeze", "pooled", "flat", axes=(2, 3)),
        node("ReduceMean", "x", "line", axes=(2,), keepdims=1),
        node("Reshape", "line target", "second"),
        outputs="first flat second",
        constants=dict(**drawn(w=(6, 4)), target=whole(2, 6, 7)),
    )


def channel_shuffle():
    return graph(
        node("Reshape", "x grouped", "groups"),
        node("Transpose", "groups", "swapped", perm=(0, 2, 1, 3, 4)),
        node("Reshape", "swapped back", "mixed"),
        node("Split", "mixed", "left right", axis=1, split=(4, 2)),
        node("Concat", "right left", "y", axis=1),
        constants=dict(grouped=whole(2, 2, 3, 9, 7), back=whole(2, -1, 9, 7)),
    )


def along_one_axis():
    return graph(
        node("Conv", "x k b", "conv", kernel_shape=(3,), pads=(1, 0), strides=(2,), dilations=(2,)),
        node("BatchNormalization", "conv gamma beta mean variance", "norm"),
        node("Relu", "norm", "active"),
        node("MaxPool", "active", "pooled", kernel_shape=(2,), strides=(2,), pads=(0, 1)),
        node("ConvTranspose", "pooled t", "y", kernel_shape=(2,), strides=(2,), output_padding=(1,)),
        inputs={"x": (2, 6, 19)},
        constants=dict(
            **drawn(k=(5, 6, 3), b=(5,), gamma=(5,), beta=(5,), mean=(5,), t=(5, 3, 2)), variance=positive(5)
        ),
    )


def truth_values():
    return graph(
        node("Greater", "x limit", "above"),
        node("Cast", "above", "bytes", to=2),
        node("Cast", "bytes", "truth", to=9),
        node("Neg", "x", "minus"),
        node("Where", "truth x minus", "y"),
        constants=dict(limit=SCALAR(0.5, np.float32)),
    )


def one_producer_for_many():
    return graph(
        node("Conv", "x k b", "conv", kernel_shape=(1, 1)),
        node("Mul", "conv scale", "scaled"),
        node("Add", "conv conv", "doubled"),
        node("Flatten", "conv", "flat"),
        node("MatMul", "flat w", "left"),
        node("MatMul", "flat v", "right"),
        outputs="conv scaled doubled left right",
        constants=drawn(k=(4, 6, 1, 1), b=(4,), scale=(4, 1, 1), w=(4 * 9 * 7, 5), v=(4 * 9 * 7, 3)),
    )


def up_again():
    return graph(
        node("ConvTranspose", "x k", "up", kernel_shape=(2, 2), strides=(2, 2)),
        node("Mul", "up scale", "scaled"),
        node("Add", "shift scaled", "moved"),
        node("ConvTranspose", "moved g", "grouped", kernel_shape=(2, 2), group=2),
        node("Mul", "grouped last", "y"),
        constants=drawn(k=(6, 4, 2, 2), scale=(4, 1, 1), shift=(4, 1, 1), g=(4, 3, 2, 2), last=(6, 1, 1)),
    )


def other_axes():
    return graph(
        node("Conv", "x k", "conv", kernel_shape=(1, 1)),
        node("Mul", "conv columns", "by_column"),
        node("Add", "by_column rows", "by_row"),
        node("Div", "by_row item", "y"),
        constants=dict(**drawn(k=(7, 6, 1, 1), columns=(7,), rows=(9, 1)), item=positive(2, 1, 1, 1)),
    )


def nothing_at_all():
    return graph(
        node("Identity", "x", "a"),
        node("Pad", "a", "b", pads=(0,) * 8),
        node("Mul", "b one", "c"),
        node("Sub", "c zero", "d"),
        node("Concat", "nothing d", "e", axis=1),
        node("Transpose", "e", "f", perm=(0, 1, 2, 3)),
        node("Reshape", "f target", "g"),
        node("Relu", "g", "h"),
        node("Dropout", "h", "y"),
        node("Identity", "x", "z"),
        outputs="y z",
        constants=dict(
            one=np.ones((6, 1, 1), np.float32),
            zero=SCALAR(0, np.float32),
            nothing=np.zeros((2, 0, 9, 7), np.float32),
            target=whole(*MAP),
        ),
    )


def reshapes_in_a_row():
    return graph(
        node("Reshape", "x first", "a"),
        node("Reshape", "a second", "b"),
        node("Unsqueeze", "b", "c", axes=(0, 2)),
        node("Tanh", "c", "d"),
        node("Squeeze", "d", "e", axes=(0,)),
        node("Flatten", "e", "y", axis=2),
        outputs="a y",
        constants=dict(first=whole(0, -1, 7), second=whole(6, 9, -1)),
    )


def gemm_of_many_kinds():
    return graph(
        node("Gemm", "x w row", "a", transA=1),
        node("Gemm", "a v column", "b", beta=0.5),
        node("Mul", "b scale", "c"),
        node("Gemm", "c u matrix", "d", transB=1),
        node("Gemm", "d u number", "y", transB=1, alpha=-2.0),
        inputs={"x": (3, 4)},
        constants=dict(
            **drawn(w=(3, 6), row=(1, 6), v=(6, 4), column=(4, 1), scale=(4,), u=(4, 4), matrix=(4, 4)),
            number=SCALAR(0.7, np.float32),
        ),
    )


def means_of_many_numbers():
    return graph(
        node("GlobalAveragePool", "x", "pooled"),
        node("ReduceSum", "x", "row", axes=(1, 3), keepdims=0),
        outputs="pooled row",
        inputs={"x": (1, 26, 33, 40)},
    )


def without_operators_of_their_own():
    return graph(
        node("MeanVarianceNormalization", "x", "even"),
        node("Clip", "even", "clipped", min=-1.0, max=1.0),
        node("Asin", "clipped", "angle"),
        node("ReduceLogSumExp", "angle", "y", axes=(1,), keepdims=0),
    )


def another_range_for_each_channel():
    return graph(
        node("Gather", "x one", "a", axis=1),
        node("Unsqueeze", "a", "a1", axes=(1,)),
        node("Mul", "a1 s", "a2"),
        node("Add", "a2 t", "a3"),
        node("Gather", "x other", "b", axis=1),
        node("Add", "t b", "b2"),
        node("Concat", "a3 b2", "joined", axis=1),
        node("Conv", "joined k", "y", kernel_shape=(3, 2), pads=(1, 0, 1, 0)),
        constants=dict(
            **drawn(k=(4, 3, 3, 2), s=(), t=(1,)), one=SCALAR(4, np.int64), other=whole(0, -3)
        ),
    )


def choices_of_several():
    return graph(
        node("Max", "x a b", "most"),
        node("Min", "most", "same"),
        node("Greater", "same a", "above"),
        node("Slice", "above from to", "few"),
        node("Concat", "few few", "twice", axis=3),
        node("Not", "twice", "not"),
        node("Cast", "not", "numbers", to=1),
        node("Reshape", "numbers rows", "left"),
        node("Gemm", "left left both", "y", transA=1, alpha=0.5, beta=2.0),
        constants=dict(
            **drawn(a=(6, 1, 1), b=(7,), both=(14, 14)),
            **{"from": whole(0, 1, 0, 0), "to": whole(1, 3, 5, 7), "rows": whole(10, 14)}
        ),
    )


def zeros_around():
    return graph(
        node("Pad", "x", "p", pads=(0, 0, 0, 0, 0, 0, 1, 1)),
        node("Conv", "p k", "conv", kernel_shape=(3, 3), strides=(2, 2)),
        node("Pad", "conv", "q", pads=(0, 0, 1, 1, 0, 0, 1, 1)),
        node("AveragePool", "q", "y", kernel_shape=(3, 3)),
        constants=drawn(k=(4, 6, 3, 3)),
    )


def volumes():
    return graph(
        node("Conv", "x k b", "conv", kernel_shape=(3, 1, 2), pads=(1, 0, 0, 1, 0, 1), strides=(2, 1, 1)),
        node("BatchNormalization", "conv gamma beta mean variance", "norm"),
        node("Relu", "norm", "active"),
        node("MaxPool", "active", "pooled", kernel_shape=(2, 3, 2), strides=(1, 2, 1), pads=(0, 1, 0, 0, 1, 0)),
        node("ConvTranspose", "pooled t", "up", kernel_shape=(2, 2, 2), strides=(2, 1, 3)),
        node("AveragePool", "up", "y", kernel_shape=(1, 2, 2), strides=(1, 1, 2)),
        inputs={"x": (2, 4, 5, 6, 7)},
        constants=dict(
            **drawn(k=(6, 4, 3, 1, 2), b=(6,), gamma=(6,), beta=(6,), mean=(6,), t=(6, 3, 2, 2, 2)),
            variance=positive(6),
        ),
    )


def linear_layers_of_a_map():
    return graph(
        node("Transpose", "x", "last", perm=(0, 2, 3, 1)),
        node("MatMul", "last w1", "wide"),
        node("Add", "wide b1", "shifted"),
        node("Tanh", "shifted", "active"),
        node("MatMul", "active w2", "narrow"),
        node("Transpose", "narrow", "y", perm=(0, 3, 1, 2)),
        constants=drawn(w1=(6, 8), b1=(8,), w2=(8, 5)),
    )


def fused_heads():
    return graph(
        node("Reshape", "x split", "five"),
        node("Transpose", "five", "heads", perm=(2, 0, 3, 1, 4)),
        node("Gather", "heads first", "query", axis=0),
        node("Gather", "heads second", "value", axis=0),
        node("Mul", "query value", "product"),
        node("Transpose", "product", "moved", perm=(0, 2, 1, 3)),
        node("Reshape", "moved joined", "y"),
        inputs={"x": (2, 5, 24)},
        constants=dict(
            split=whole(2, 5, 2, 3, 4),
            joined=whole(10, 12),
            first=SCALAR(0, np.int64),
            second=SCALAR(-1, np.int64),
        ),
    )


def windows_by_rule():
    return graph(
        node("Conv", "x k", "conv", auto_pad="SAME_UPPER", strides=(2, 1)),
        node("MaxPool", "conv", "most", kernel_shape=(2, 2), strides=(2, 2), ceil_mode=1),
        node("AveragePool", "most", "mean", kernel_shape=(2, 2), auto_pad="SAME_LOWER"),
        node("ConvTranspose", "mean t", "y", strides=(2, 3), output_shape=(7, 11)),
        constants=drawn(k=(5, 6, 3, 2), t=(5, 4, 2, 3)),
    )


def picks_by_number():
    return graph(
        node("Pad", "x", "padded", mode="edge", pads=(0, 0, 1, 0, 0, 0, 2, -1)),
        node("MaxPool", "padded", "most", kernel_shape=(2, 3), dilations=(3, 2), pads=(1, 0, 0, 1)),
        node("Resize", "most down", "small", mode="nearest"),
        node("Resize", "small up", "large", mode="linear"),
        node("ReverseSequence", "large lengths", "back", time_axis=1, batch_axis=0),
        node("Slice", "back from to axes", "part"),
        node("Scatter", "back places part", "y", axis=3),
        constants={"down": np.float32([1, 1, 0.7, 1.5]), "up": np.float32([1, 1, 1.5, 1.25]), "lengths": whole(5, 2),
                   "from": whole(0), "to": whole(2), "axes": whole(3),
                   "places": np.arange(2 * 6 * 10 * 2).reshape(2, 6, 10, 2) % 2 * 2 + 1},
    )


def products_of_many_kinds():
    return graph(
        node("MatMul", "x z", "heads"),
        node("MatMul", "c heads", "turned"),
        node("MatMul", "turned v", "row"),
        node("MatMul", "row s", "y"),
        constants=drawn(c=(5, 3), v=(4,), s=(2, 1, 5, 6)),
        inputs={"x": (2, 6, 3, 7), "z": (2, 1, 7, 4)},
    )


def recurrent():
    return graph(
        node("Transpose", "x", "sequence", perm=(2, 0, 1)),
        node("GRU", "sequence w r b lengths", "states last", hidden_size=3, direction="bidirectional"),
        node("ReduceSum", "states", "flat", axes=(1,), keepdims=0),
        node("LSTM", "flat v q", "out final cell", hidden_size=2, direction="reverse"),
        node("Add", "final cell", "y"),
        inputs={"x": (2, 4, 5)},
        constants=dict(drawn(w=(2, 9, 4), r=(2, 9, 3), b=(2, 18), v=(1, 8, 3), q=(1, 8, 2)), lengths=np.int32([5, 5])),
    )


def repeated_for_arithmetic():
    return graph(
        node("ReduceMean", "x", "gate", axes=(2, 3), keepdims=1),
        node("Expand", "gate size", "gates"),
        node("ReduceMax", "x", "map", axes=(1,), keepdims=1),
        node("Tile", "map times", "maps"),
        node("Add", "gates maps", "sum"),
        node("Mul", "x sum", "scaled"),
        node("Concat", "scaled gates", "y", axis=1),
        constants=dict(size=whole(*MAP), times=whole(1, 6, 1, 1)),
    )


def rows_and_columns_of_the_largest():
    return graph(
        node("Reshape", "x flat", "row"),
        node("TopK", "row k", "values places", axis=1),
        node("Div", "places width", "rows"),
        node("Mul", "rows width", "starts"),
        node("Sub", "places starts", "columns"),
        node("Cast", "columns", "y", to=1),
        node("Add", "rows shift", "next"),
        node("Gather", "table next", "z", axis=0),
        outputs="y z",
        constants=dict(drawn(table=(60, 3)), flat=whole(2, -1), k=whole(3), width=whole(7), shift=whole(5)),
    )


def a_kernel_of_its_own():
    return graph(
        node("ReduceMean", "x", "mean", axes=(2, 3), keepdims=1),
        node("Mul", "w mean", "kernel"),
        node("Slice", "x begin end axis", "first"),
        node("Conv", "first kernel", "y", pads=(1, 1, 1, 1)),
        constants=dict(drawn(w=(4, 6, 3, 3)), begin=whole(0), end=whole(1), axis=whole(0)),
        inputs={"x": (1,) + MAP[1:]},
    )


CASES = (
    squeeze_excite,
    a_kernel_of_its_own,
    rows_and_columns_of_the_largest,
    repeated_for_arithmetic,
    norm_of_groups,
    a_gated_line,
    attention_of_one_layer,
    split_of_one_part,
    convolution_and_norm,
    classifier,
    view_by_shape,
    means,
    channel_shuffle,
    along_one_axis,
    truth_values,
    one_producer_for_many,
    up_again,
    other_axes,
    nothing_at_all,
    reshapes_in_a_row,
    gemm_of_many_kinds,
    volumes,
    linear_layers_of_a_map,
    fused_heads,
    choices_of_several,
    windows_by_rule,
    picks_by_number,
    products_of_many_kinds,
    recurrent,
    pooled_and_put_back,
    cut_after_a_window,
    another_range_for_each_channel,
    zeros_around,
    means_of_many_numbers,
    without_operators_of_their_own,
)
