"""Functions of one element."""
import numpy as np

from tests.operators.attributes.row import one
from tests.passes.small_graphs import drawn

ROWS = [
    one("Clip", "RELU6", min=0.0, max=6.0),
    one("Clip", "RELU", min=0.0),
    one("Clip", "MINIMUM", max=0.5),
    one("Clip", "MAXIMUM", min=-0.5),
    one("Clip", "MAXIMUM MINIMUM", min=-0.5, max=0.25),
    one("Clip", "RELU MINIMUM", min=0.0, max=0.5),
    one("Clip", "MAXIMUM MINIMUM", min=0.25, max=6.0),
    one("Clip", "MINIMUM", min=float(np.finfo(np.float32).min), max=0.25),
    one("Clip", "MAXIMUM", min=0.25, max=float(np.finfo(np.float32).max)),
    one("HardSigmoid", "MUL ADD MINIMUM"),
    one("HardSigmoid", "MUL ADD MINIMUM", alpha=0.4),
    one("HardSigmoid", "MUL ADD MINIMUM", beta=0.3),
    one("LeakyRelu", "LEAKY_RELU"),
    one("LeakyRelu", "LEAKY_RELU", alpha=0.3),
    one("LeakyRelu", "RELU NEG RELU MUL SUB", alpha=1.5),
    one("LeakyRelu", "LEAKY_RELU", alpha=-0.5),
    one("LeakyRelu", "LEAKY_RELU", alpha=1.0),
    one("Elu", "RELU NEG RELU NEG EXP SUB ADD"),
    one("Elu", "RELU NEG RELU NEG EXP SUB MUL ADD", alpha=0.6),
    one("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD"),
    one("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD", alpha=0.6),
    one("Selu", "RELU MUL NEG RELU NEG EXP SUB MUL ADD", gamma=1.4),
    one("PRelu", "RELU NEG RELU MUL SUB", "x c", constants=drawn(c=(6, 1, 1))),
    one("PRelu", "RELU NEG RELU MUL SUB", "x c", constants=drawn(c=(1,)), id="of one slope"),
    one("LRN", "LOCAL_RESPONSE_NORMALIZATION", size=3),
    one("LRN", "LOCAL_RESPONSE_NORMALIZATION", size=5, alpha=0.3, beta=0.6, bias=2.0),
    one("Mod", "LESS CAST MUL SUB ABS ABS FLOOR_MOD MUL", "x c", constants=drawn(c=(6, 1, 1)), fmod=1),
    one("Sub", "MUL ADD", "c x", constants=drawn(c=(6, 1, 1)), id="from a constant"),
    one("Sum", "ADD ADD", "x c x", constants=drawn(c=(6, 1, 1))),
    one("Dropout", "RESHAPE", ratio=0.4),
    one("Identity", "RESHAPE"),
]
