"""Everything in a graph that cannot be converted, found before anything is built."""
from typing import List

import numpy as np

from job.errors import UnsupportedModel
from job.keras_model.operators import CONVERTERS
from job.keras_model.refused import REFUSED
from job.keras_model.registry import Converter, Operator
from job.keras_model.types import type_problem
from job.onnx_model import quantised_already
from job.onnx_model.graph import Graph, Node, View
from job.onnx_model.passes import REPLACED

INPUT_TYPES = ("float32", "int64", "int32", "bool")  # that TensorFlow Lite 1.14 takes unquantised


def check_supported(graph: Graph) -> None:
    """Raises UnsupportedModel with every operator and attribute that stands in the way."""
    problems = problems_of(graph)
    if problems:
        raise UnsupportedModel(problems, hint=quantised_already.hint_for(problems, "the command `operators` lists what converts"))


def problems_of(graph: Graph) -> List[str]:
    view = View(graph)
    problems = ["input {} of type {}".format(name, _type_name(graph.dtypes[name])) for name in graph.inputs
                if graph.dtypes.get(name, "float32") not in INPUT_TYPES]
    problems += ["input {0}, which is a number without axes: give it one, of size 1, or with --fixed-inputs={{{0}: ...}} its "
                 "value".format(name) for name in graph.inputs if graph.shapes.get(name) == ()]
    problems += ["output {}, which no input decides: a constant".format(name) for name in graph.outputs
                 if name in graph.constants]
    for node in graph.nodes:
        problems.extend("{} at {}".format(problem, node.place) for problem in _problems(node, view) + _of_mask(node, view))
    return problems


def _of_mask(node: Node, view: View) -> List[str]:
    """Up to opset 11 nothing says what a Dropout's is where nothing is trained."""
    used = node.op == "Dropout" and any(name in view.graph.outputs or view.users(name) for name in node.outputs[1:])
    return ["Dropout whose mask is read"] if used else []


def operator_of(node: Node, view: View) -> Operator:
    return Operator(node.op, node.output, node.attributes,
                    tuple(view.shape(name) if name else None for name in node.inputs),
                    tuple(view.shape(name) for name in node.outputs),
                    tuple(view.dtype(name) if name else None for name in node.inputs))


def _problems(node: Node, view: View) -> List[str]:
    converter = CONVERTERS.get(node.op)
    if converter is None:
        return ["operator {}{}".format(node.op, _why(node.op))]
    problems = _of_attributes(node, converter) + [
        "{} with a computed input {}".format(node.op, position) for position in converter.constants
        if position < len(node.inputs) and node.inputs[position] and view.constant(node.inputs[position]) is None]
    if any(view.shape(name) is None for name in node.inputs if name):
        return problems  # the node that makes it is named already
    if any(view.shape(name) is None for name in node.outputs if name):
        return problems or ["{} of unknown shape".format(node.op)]
    operator = operator_of(node, view)
    problems += _of_tensors(operator, converter)
    reason = converter.refuse(operator) if converter.refuse is not None and not problems else None
    return problems + [reason] if reason else problems


def _of_attributes(node: Node, converter: Converter) -> List[str]:
    problems = []
    for name, value in sorted(node.attributes.items()):
        if name not in converter.attributes:
            problems.append("{} attribute {}={}".format(node.op, name, _short(value)))
        elif converter.attributes[name] is not None and not converter.attributes[name](value):
            problems.append("{} attribute {}={}, where only {} converts".format(
                node.op, name, _short(value), converter.attributes[name]))
    return problems


def _of_tensors(operator: Operator, converter: Converter) -> List[str]:
    """What is wrong with their sizes, types and ranks."""
    empty = [shape for shape in operator.output_shapes if shape is not None and 0 in shape]
    problems = ["{} makes a tensor of no elements, {},".format(operator.op, empty[0])] if empty else []
    wrong_types = type_problem(operator.op, [dtype for dtype in operator.input_dtypes if dtype is not None])
    problems += [wrong_types] if wrong_types else []
    if converter.ranks and len(operator.input_shape) not in converter.ranks:
        problems.append("{} of rank {}".format(operator.op, len(operator.input_shape)))
    return problems


def _why(op: str) -> str:
    if op in REFUSED:
        return ": " + REFUSED[op]
    return ": not in a form that becomes {}".format(REPLACED[op]) if op in REPLACED else ""


def _type_name(dtype: str) -> str:
    return "text" if dtype == "object" else dtype


def _short(value) -> str:
    return "<tensor>" if isinstance(value, np.ndarray) else str(value)
