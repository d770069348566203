"""Values of a tensor that nothing tells apart: an h-swish, x * relu6(x + c), is zero of all x up to -c.

    x -> ADD c and RELU6 -> MUL by a number, or not -> MUL by x

Where nothing else reads x, int8 needs no steps for what is below.
"""
from typing import Dict, List, Optional

from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile


def least_told_apart(file: TFLiteFile) -> Dict[int, float]:
    """By the index of each tensor that an h-swish alone reads."""
    readers = {}  # type: Dict[int, List[Operator]]
    for operator in file.operators:
        for index in set(operator.inputs):
            readers.setdefault(index, []).append(operator)
    least = {}
    for x, reading in readers.items():
        if len(reading) == 2 and x not in file.outputs:
            gate, product = reading if reading[0].name == "ADD" else reading[::-1]
            term = _number(file, gate, x)
            scaled = _scaled(file, gate.outputs[0], readers)
            if (gate.name, gate.activation, product.name) == ("ADD", "RELU6", "MUL") and term and scaled in product.inputs:
                least[x] = -term
    return least


def _scaled(file: TFLiteFile, gate: int, readers: Dict[int, List[Operator]]) -> Optional[int]:
    """The gate, or what a number makes of it; None where another than the product reads it too."""
    if len(readers.get(gate, ())) != 1 or gate in file.outputs:
        return None
    reader, = readers[gate]
    if reader.name == "MUL" and _number(file, reader, gate):
        return _scaled(file, reader.outputs[0], readers)
    return gate


def _number(file: TFLiteFile, operator: Operator, other: int) -> Optional[float]:
    """The positive number that is an operator's input beside `other`."""
    for index in operator.inputs:
        if index != other and index >= 0 and file.tensors[index].dtype == "float32":
            values = file.tensors[index].values()
            if values.size == 1 and values[0] > 0:
                return float(values[0])
    return None
