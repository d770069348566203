"""Operators that work on rows, and so on what the axes before the last say together as well as one by one."""
from typing import Optional, Tuple

from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile

OF_ONE = ("ABS", "CEIL", "ELU", "EXP", "FLOOR", "LEAKY_RELU", "LOG", "LOGISTIC", "NEG", "RELU", "RELU6", "RELU_N1_TO_1",
          "RSQRT", "SQRT", "SQUARE", "TANH")
OF_TWO = ("ADD", "DIV", "MAXIMUM", "MINIMUM", "MUL", "POW", "SQUARED_DIFFERENCE", "SUB")
REDUCED = ("MEAN", "SUM")
AXES = 1  # which of the inputs of those

Lead = Tuple[int, ...]  # the sizes of all axes but the last


def lead_of(operator: Operator, file: TFLiteFile) -> Optional[Lead]:
    """That of all it computes with, if it works on rows of it; None of any other, and where there are no more than rows."""
    if operator.name not in OF_ONE + OF_TWO + REDUCED:
        return None
    made = file.tensors[operator.outputs[0]]
    lead = made.shape[:-1]
    read = [file.tensors[index] for index in operator.inputs]
    if operator.name in REDUCED:
        axes, read = read[AXES], read[:1]
        if axes.values().tolist() not in ([len(lead)], [-1]) or not operator.keeps_axes():
            return None
    alike = all(each.dtype == made.dtype == "float32" and _has(each, lead) for each in read)
    return lead if alike and len(lead) > 1 and made.shape else None


def _has(tensor: Tensor, lead: Lead) -> bool:
    """Whether it has a row for each; a constant may be one row for all."""
    if not len(tensor.content):
        return tensor.shape[:-1] == lead
    return tensor.shape[:-1] in (lead, (1,) * len(tensor.shape[:-1]))
