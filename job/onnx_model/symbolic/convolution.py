"""Convolutions that PyTorch did otherwise than usual."""
from typing import Any

from job.onnx_model.symbolic.registry import exports
from job.onnx_model.symbolic.values import integers


@exports("thnn_conv2d")
def convolved(g: Any, x: Any, weight: Any, kernel: Any, bias: Any, stride: Any, padding: Any) -> Any:
    """Of job.user_code.wide_kernels."""
    biases = [] if bias.node().mustBeNone() else [bias]
    return g.op("Conv", x, weight, *biases, kernel_shape_i=integers(kernel), strides_i=integers(stride),
                pads_i=integers(padding) * 2, dilations_i=[1, 1], group_i=1)
