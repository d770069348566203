"""Operators of models that are quantised already, ONNX's own and others': rounded weights are not what the job can prove."""
import re
from typing import Sequence

REASON = "a model that is quantised already: give the float model"
OPERATORS = ("ConvInteger", "DequantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul", "QuantizeLinear")

_OF_OTHERS = re.compile(r"(?i:quantize)|Integer(ToFloat)?$|^Q[A-Z]|NBits$")  # newer ones, and com.microsoft's: QGemm


def why(op: str) -> str:
    """What follows the operator's name in a refusal, '' where it is none of them."""
    return ": " + REASON if op in OPERATORS or _OF_OTHERS.search(op) else ""


def hint_for(problems: Sequence[str], otherwise: str) -> str:
    """What helps against these refusals."""
    quantised = any(REASON in problem for problem in problems)
    return "give the float model that it was made of: --quantize says in which modes it is published" if quantised else otherwise
