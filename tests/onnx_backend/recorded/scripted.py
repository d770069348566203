"""A network as onnxscript writes it, with functions of its own."""
import numpy as np
from onnxscript import FLOAT, script, values
from onnxscript import opset21 as op

HERE = values.Opset("of.here", 1)


@script(HERE)
def gated(x, alpha: float = 1.5):
    return x * op.Sigmoid(x * alpha)


@script(HERE)
def block(x, w, beta: float):
    h = gated(op.MatMul(x, w), alpha=2.0)
    if op.ReduceSum(h) > 0.0:
        z = h + beta
    else:
        z = h - beta
    return gated(z)


@script()
def network(x: FLOAT[2, 5], w: FLOAT[5, 3]) -> FLOAT[2, 3]:
    return block(x, w, beta=0.25)


MODEL = network.to_model_proto()
INPUTS = {"x": np.random.RandomState(1).randn(2, 5).astype(np.float32),
          "w": np.random.RandomState(2).randn(5, 3).astype(np.float32)}
