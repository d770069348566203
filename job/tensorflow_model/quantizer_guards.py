"""Keeps TensorFlow 1.14's quantizer, and its int8 kernels, from what they get wrong.

Operators that stay float: the int8 kernels of 1.14 take a mean right over both axes of a map only, and broadcast right
along the last axis only; of MAXIMUM, MINIMUM and PADV2 the quantizer takes one operand; what follows a SOFTMAX finds no
scale. Before the quantizer they are called by a name that it leaves alone; afterwards, what they are.

Constants behind a PAD of nothing, which hides them from toco: they are read where they are.

A DEQUANTIZE of what is no int8, laid before the other inputs (axes, sizes) of operators that stay float: goes.
"""
from typing import Callable, List

from job.tensorflow_model.flatbuffer import Table, root_table
from job.tensorflow_model.flatbuffer_edit import append_code, entry, keep_operators, point, write_number
from job.tensorflow_model.operator_codes import rename_operator
from job.tensorflow_model.operators import BUILTIN_OPERATORS
from job.tensorflow_model.tflite_file import (
    CODE_BUILTIN, GRAPH_OPERATORS, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, OPERATOR_CODE, OPERATOR_INPUTS,
    OPERATOR_OPTIONS, REDUCER_KEEPS, Operator, TFLiteFile, constant_values, parse_tflite,
)
from job.values import Shape

_DISGUISES = {"MEAN": "SUM", "MAXIMUM": "POW", "MINIMUM": "POW", "ADD": "POW", "SUB": "POW", "MUL": "POW", "SOFTMAX": "EXP",
              "PADV2": "FLOOR"}
_MAP, _BOTH = 4, (1, 2)  # axes of a map, and those of its height and width


def guarded(float32: bytes) -> bytes:
    """The same network as the quantizer may have it."""
    return _without_idle_codes(_disguised(_without_padded_constants(float32)))


def mended(int8: bytes, float32: bytes) -> bytes:
    """What the quantizer made of `guarded(float32)`, with everything called what it is."""
    return _without_wrong_dequantize(_undisguised(int8, float32))


def _stays_float(data: bytes, file: TFLiteFile, operator: Operator, table: Table) -> bool:
    if operator.name == "MEAN":
        shape = file.tensors[operator.inputs[0]].shape
        axes = tuple(sorted(constant_values(data, operator.inputs[1], "<i4") % len(shape)))
        keeps = table.table(OPERATOR_OPTIONS).number(REDUCER_KEEPS, "B")
        return not (len(shape) == _MAP and axes == _BOTH and (keeps or shape[0] == 1))
    if operator.name in ("ADD", "SUB", "MUL"):
        return not _broadcasts_plainly(*(file.tensors[index].shape for index in operator.inputs))
    if operator.name == "SOFTMAX":
        return operator.outputs[0] not in file.outputs
    return operator.name in ("MAXIMUM", "MINIMUM", "PADV2")


def _broadcasts_plainly(left: Shape, right: Shape) -> bool:
    """Shapes that are the same, or one of which has a number a channel, or one number."""
    shorter, longer = sorted((_without_leading_ones(left), _without_leading_ones(right)), key=len)
    return shorter in (longer, longer[-1:], ())


def _without_leading_ones(shape: Shape) -> Shape:
    ones = next((place for place, size in enumerate(shape) if size != 1), len(shape))
    return shape[ones:]


def _disguised(float32: bytes) -> bytes:
    file, data = parse_tflite(float32), bytearray(float32)
    hidden = {number: _DISGUISES[operator.name]
              for number, (operator, table) in enumerate(zip(file.operators, _operator_tables(data)))
              if _stays_float(float32, file, operator, table)}
    for number, name in hidden.items():
        rename_operator(data, number, name)
    return bytes(data)


def _undisguised(int8: bytes, float32: bytes) -> bytes:
    source = parse_tflite(float32)
    names = {source.tensors[operator.outputs[0]].name: operator.name for operator in source.operators}
    data, file = bytearray(int8), parse_tflite(int8)
    for number, operator in enumerate(file.operators):
        name = names.get(file.tensors[operator.outputs[0]].name, operator.name)
        if operator.name == _DISGUISES.get(name):
            rename_operator(data, number, name)
    return bytes(data)


def _without_idle_codes(content: bytes) -> bytes:
    """The quantizer's own interpreter knows those operators only that are there: an idle code becomes a busy one's."""
    data = bytearray(content)
    busy = {table.number(OPERATOR_CODE, "I") for table in _operator_tables(data)}
    model = root_table(data)
    codes = model.tables(MODEL_OPERATOR_CODES)
    for number in set(range(len(codes))) - busy:
        code = append_code(data, codes[min(busy)].number(CODE_BUILTIN, "B"))
        point(data, entry(model, MODEL_OPERATOR_CODES, number), code)
    return bytes(data)


def _without_padded_constants(float32: bytes) -> bytes:
    def passes(file: TFLiteFile, operator: Operator) -> bool:
        return operator.name == "PAD" and constant_values(float32, operator.inputs[0], "u1").size > 0 and (
            file.tensors[operator.inputs[0]].shape == file.tensors[operator.outputs[0]].shape)
    return _short_circuited(float32, passes)


def _without_wrong_dequantize(int8: bytes) -> bytes:
    def passes(file: TFLiteFile, operator: Operator) -> bool:
        return operator.name == "DEQUANTIZE" and file.tensors[operator.inputs[0]].dtype not in ("int8", "uint8")
    return _short_circuited(int8, passes)


def _short_circuited(content: bytes, passes: Callable[[TFLiteFile, Operator], bool]) -> bytes:
    """Operators that change nothing go; who reads what they make reads what they take."""
    file = parse_tflite(content)
    gone = [number for number, operator in enumerate(file.operators) if passes(file, operator)]
    if not gone:
        return content
    data = bytearray(content)
    instead = {file.operators[number].outputs[0]: file.operators[number].inputs[0] for number in gone}
    for operator, table in zip(file.operators, _operator_tables(data)):
        for place, index in enumerate(operator.inputs):
            if index in instead:
                write_number(data, entry(table, OPERATOR_INPUTS, place), instead[index])
    keep_operators(data, [number for number in range(len(file.operators)) if number not in gone])
    return bytes(data)


def _operator_tables(data: bytearray) -> List[Table]:
    return root_table(data).tables(MODEL_SUBGRAPHS)[0].tables(GRAPH_OPERATORS)
