"""One forward of a PyTorch module, as torch's tracer records it, and what such a record would freeze."""
import warnings
from itertools import zip_longest
from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from torch.onnx import utils as exporter

from job.onnx_model.buffers import kept_buffers
from job.onnx_model.outputs import FlatOutputs
from job.user_code.failure import is_theirs, place_in_code, their_code

Inputs = Sequence[torch.Tensor]

# What torch warns of while it traces, and what it means for whoever wrote the line. That a tensor made of plain
# numbers becomes a constant ("results are registered as constants") is as it should be.
_FREEZES = (
    ("Python boolean", "decides by a value: what it decided for one input is kept for all"),
    ("in-place operator", "changes a part of a tensor in place, which a trace may miss"),
    ("Converting a tensor to", "takes a value out of a tensor: what it was for one input is kept for all"),
)


class Trace(NamedTuple):
    graph: Any  # of torch.jit
    result: Any
    freezes: Tuple[str, ...]  # a sentence for each line that torch's own check warns of


def trace(module: FlatOutputs, inputs: Inputs) -> Trace:
    """Records a forward; inputs and buffers stay as they are. BadModelCode where it raises."""
    with torch.no_grad(), warnings.catch_warnings(record=True) as said, kept_buffers(module.network):
        warnings.simplefilter("always")
        with _their_forward(inputs):
            graph, result = _recorded(module, _copies(inputs))
    return Trace(graph, result, _freezes(said))


def _recorded(module: FlatOutputs, inputs: Inputs) -> Tuple[Any, Tuple[torch.Tensor, ...]]:
    """As torch's exporter does it, but for the copy that it makes of all weights, and throws away."""
    state = exporter._unique_state_dict(module, keep_vars=True)
    with exporter.set_training(module, False):
        record, traced = torch._C._tracer_enter(*inputs, *state.values())
        torch._C._tracer_set_force_outplace(True)
        torch._C._tracer_set_get_unique_name_fn(torch.jit._create_interpreter_name_lookup_fn())
        try:
            result = module(*traced[:len(inputs)])
            torch._C._tracer_exit(result)
        except Exception:
            torch._C._tracer_abandon()
            raise
    if exporter._unique_state_dict(module).keys() != state.keys():
        raise RuntimeError("its forward makes parameters or buffers anew: make them when the network is made")
    return record.graph(), result


def forward(module: FlatOutputs, inputs: Inputs) -> Tuple[np.ndarray, ...]:
    """The outputs of a forward, as arrays of their own; the inputs stay as they are. BadModelCode where it raises."""
    with torch.no_grad(), _their_forward(inputs):
        return tuple(tensor.numpy().copy() for tensor in module(*_copies(inputs)))


def random_places(graph: Any) -> Tuple[str, ...]:
    """The lines that draw random numbers from torch."""
    places = (_place(node) for node in graph.nodes() if node.isNondeterministic())
    return tuple(dict.fromkeys(place for place in places if place))


def first_difference(one: Any, other: Any) -> Optional[str]:
    """The line by which two inputs are first treated otherwise: their traces part, or hold another constant."""
    for mine, yours in zip_longest(one.nodes(), other.nodes()):
        if mine is None or yours is None or mine.kind() != yours.kind() or _constant(mine) != _constant(yours):
            return mine and _place(mine) or yours and _place(yours)
    return None


def _their_forward(inputs: Inputs) -> Any:
    return their_code("the network on an input of shape {}".format(", ".join(str(tuple(x.shape)) for x in inputs)),
                      "is it the shape it was trained with, as PyTorch has it? --input-shape=1,3,224,224", "onnx")


def _copies(inputs: Inputs) -> Tuple[torch.Tensor, ...]:
    """A forward may change its input in place, as a first ReLU(inplace=True) does."""
    return tuple(x.clone() for x in inputs)


def _freezes(said: Sequence[warnings.WarningMessage]) -> Tuple[str, ...]:
    found = {}  # type: Dict[str, None]
    for warning in said:
        meaning = next((means for words, means in _FREEZES if words in str(warning.message)), None)
        if meaning and issubclass(warning.category, torch.jit.TracerWarning) and is_theirs(warning.filename):
            found["{} {}".format(place_in_code(warning.filename, warning.lineno), meaning)] = None
    return tuple(found)


def _constant(node: Any) -> Any:
    """A constant's value to compare, None for other nodes."""
    if node.kind() != "prim::Constant" or "value" not in node.attributeNames():
        return None
    kind = node.kindOf("value")
    return node.t("value").detach().numpy().tobytes() if kind == "t" else getattr(node, kind)("value")


def _place(node: Any) -> Optional[str]:
    """The innermost of the user's lines that a node comes from; torch.jit writes 'FILE(LINE): FUNCTION' for each."""
    lines = (line.rpartition("): ")[0].rpartition("(") for line in (node.getSourceLocation() or "").splitlines())
    return next((place_in_code(file, line) for file, bracket, line in lines if bracket and is_theirs(file)), None)
