"""Attributes as ONNX says them, each with the TensorFlow Lite operators that it must cost and no more.

Many of them PyTorch 1.1 never writes, or never writes so. A converter that forgets one gives other answers,
or other operators.
"""
from tests.operators.attributes import axes, chains, chosen, functions, layouts, pairs, reshapes, signs, volumes, windows

ROWS = (signs.ROWS + windows.ROWS + functions.ROWS + axes.ROWS + pairs.ROWS + chosen.ROWS + chains.ROWS + reshapes.ROWS
        + volumes.ROWS + layouts.ROWS)
