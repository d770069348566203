"""Whole numbers are divided by what is never zero: of a zero, ONNX Runtime dies by SIGFPE and TensorFlow Lite gives up."""
from job.errors import UnsupportedModel
from job.onnx_model.graph import Graph, Node, View
from job.onnx_model.whole_numbers import WHOLE, bounds_of


def refuse_zero_divisors(graph: Graph) -> None:
    """UnsupportedModel with every division whose divisor nothing keeps from being zero; shapes and types are known."""
    view = View(graph)
    problems = ["{} of {} by what may be zero at {}".format(node.op, view.dtype(node.inputs[1]), node.place)
                for node in graph.nodes if node.op in ("Div", "Mod") and _may_be_zero(node, view)]
    if problems:
        raise UnsupportedModel(problems, hint="divide by a constant, or in floats")


def _may_be_zero(node: Node, view: View) -> bool:
    divisor = node.inputs[1]
    if view.dtype(divisor) not in WHOLE:
        return False
    value = view.constant(divisor)
    if value is not None:
        return not value.all()
    bounds = bounds_of(divisor, view)
    return bounds is None or bounds[0] <= 0 <= bounds[1]
