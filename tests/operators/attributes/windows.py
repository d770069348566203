"""Pools and convolutions."""
from tests.operators.attributes.kernels import DEPTHWISE, GROUPED, KERNEL, UP
from tests.operators.attributes.row import one
from tests.passes.small_graphs import drawn

POOLS = [
    one("AveragePool", "DEPTHWISE_CONV_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1), count_include_pad=1),
    one("AveragePool", "DEPTHWISE_CONV_2D", kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1),
        count_include_pad=1),
    one("AveragePool", "PAD AVERAGE_POOL_2D", kernel_shape=(3, 3), strides=(1, 2), pads=(1, 1, 1, 1),
        count_include_pad=1),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1), count_include_pad=0),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1)),
    one("AveragePool", "PAD AVERAGE_POOL_2D MUL", kernel_shape=(3, 2), pads=(2, 0, 1, 1)),
    one("AveragePool", "PAD AVERAGE_POOL_2D MUL", kernel_shape=(3, 2), strides=(2, 3), pads=(2, 0, 1, 1)),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 2)),
    one("AveragePool", "AVERAGE_POOL_2D", kernel_shape=(3, 2), auto_pad="VALID"),
    one("MaxPool", "MAX_POOL_2D", kernel_shape=(3, 2)),
    one("MaxPool", "MAX_POOL_2D", kernel_shape=(3, 3), pads=(1, 1, 1, 1)),
    one("MaxPool", "PADV2 MAX_POOL_2D", kernel_shape=(3, 2), strides=(2, 1), pads=(2, 0, 1, 1)),
]

CONVOLUTIONS = [
    one("Conv", "CONV_2D", "x w b", constants=KERNEL),
    one("Conv", "CONV_2D", "x w", constants=KERNEL, id="without bias"),
    one("Conv", "CONV_2D", "x w b", constants=KERNEL, auto_pad="VALID"),
    one("Conv", "CONV_2D", "x w b", constants=KERNEL, kernel_shape=(3, 2), strides=(2, 1)),
    one("Conv", "PAD CONV_2D", "x w b", constants=KERNEL, strides=(2, 1), pads=(2, 1, 0, 1)),
    one("Conv", "CONV_2D", "x w b", constants=KERNEL, pads=(1, 0, 1, 1)),
    one("Conv", "CONV_2D", "x w b", constants=KERNEL, dilations=(2, 1)),
    one("Conv", "CONV_2D", "x w b", constants=KERNEL, dilations=(2, 1), pads=(2, 0, 2, 1)),
    one("Conv", "CONV_2D", "x w b", constants=KERNEL, dilations=(2, 2), strides=(2, 1), pads=(2, 1, 2, 1)),
    one("Conv", "SPLIT CONV_2D CONV_2D CONCATENATION", "x w b", constants=GROUPED, group=2),
    one("Conv", "SPLIT CONV_2D CONV_2D CONCATENATION", "x w", constants=GROUPED, group=2, strides=(2, 1),
        dilations=(1, 2), id="grouped, without bias"),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=DEPTHWISE, group=6),
    one("Conv", "DEPTHWISE_CONV_2D", "x w", constants=DEPTHWISE, group=6, strides=(2, 2), pads=(1, 1, 1,
        1), id="depthwise, no bias"),
    one("Conv", "PAD DEPTHWISE_CONV_2D STRIDED_SLICE", "x w b", constants=DEPTHWISE, group=6, strides=(2,
        1), pads=(1, 1, 1, 1)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=DEPTHWISE, group=6, dilations=(2, 2), pads=(2, 2,
        2, 2)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=DEPTHWISE, group=6, dilations=(2, 1), pads=(2, 1,
        2, 1)),
    one("Conv", "PAD DEPTHWISE_CONV_2D", "x w b", constants=DEPTHWISE, group=6, dilations=(3, 3), pads=(3,
        4, 3, 4)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=DEPTHWISE, group=6, dilations=(2, 2), shape=(2, 6,
        8, 10)),
    one("Conv", "DEPTHWISE_CONV_2D", "x w b", constants=DEPTHWISE, group=6, dilations=(2, 2), strides=(2,
        2)),
    one("ConvTranspose", "TRANSPOSE_CONV ADD", "x w b", constants=UP),
    one("ConvTranspose", "TRANSPOSE_CONV", "x w", constants=UP, id="without bias"),
    one("ConvTranspose", "TRANSPOSE_CONV PAD ADD", "x w b", constants=UP, strides=(2, 3),
        output_padding=(1, 2)),
    one("ConvTranspose", "TRANSPOSE_CONV STRIDED_SLICE ADD", "x w b", constants=UP, strides=(2, 1),
        pads=(2, 0, 1, 1)),
    one("ConvTranspose", "TRANSPOSE_CONV ADD", "x w b", constants=UP, dilations=(2, 3)),
    one("ConvTranspose", "SPLIT TRANSPOSE_CONV TRANSPOSE_CONV CONCATENATION STRIDED_SLICE ADD", "x w b",
        constants=drawn(w=(6, 2, 3, 2), b=(4,)), group=2, pads=(1, 0, 1, 0)),
]

ROWS = POOLS + CONVOLUTIONS
