"""The types that TensorFlow Lite 1.14 computes with: measured, operator by operator."""
from typing import Dict, Optional, Sequence, Tuple

_FLOAT = ("float32",)
_NUMBERS = ("float32", "int32")

# Of the inputs; what is not here takes whatever ONNX lets it take.
TYPES = {
    "Abs": _FLOAT, "Add": _NUMBERS, "Clip": _FLOAT, "Conv": _FLOAT, "ConvTranspose": _FLOAT, "Div": _FLOAT, "Gemm": _FLOAT,
    "MatMul": _FLOAT, "Max": _FLOAT, "Min": _FLOAT, "Mul": _NUMBERS, "Pow": _FLOAT, "Relu": _FLOAT, "Resize": _FLOAT,
    "Sub": _NUMBERS, "Sum": _FLOAT,
}  # type: Dict[str, Tuple[str, ...]]


def type_problem(op: str, dtypes: Sequence[str]) -> Optional[str]:
    """The operator and the first type that it does not take, in words."""
    others = [dtype for dtype in dtypes if op in TYPES and dtype not in TYPES[op]]
    return "{} of {}".format(op, others[0]) if others else None
