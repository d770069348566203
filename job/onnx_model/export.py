"""A PyTorch module in eval mode -> the ONNX graph its exporter traces."""
import warnings
from itertools import groupby
from operator import attrgetter
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Sequence, Set, Tuple

import numpy as np
import onnx
import torch
from torch.onnx import OperatorExportTypes
from torch.onnx import utils as exporter
from torch.onnx.symbolic import _set_opset_version

from job.errors import UnsupportedModel
from job.onnx_model.graph import FreeNames, Graph, Node, renamed
from job.onnx_model.opsets import upgraded
from job.onnx_model.outputs import FlatOutputs
from job.onnx_model.protobuf import nodes_from_protobuf
from job.onnx_model.symbolic import gaps_filled
from job.onnx_model.trace import trace
from job.values import Shape

EXPORTER_OPSET = 9  # torch 1.1 knows 10 in parts


class TracedGraph(NamedTuple):
    """The ONNX graph of a module, whatever its weights: its tensors are named by the modules they come from."""

    graph: Graph  # its constants are those that the forward itself makes
    weights: Tuple[str, ...]  # the constants that are the module's parameters and buffers, in its order
    freezes: Tuple[str, ...]  # sentences on lines that a trace does not hold for

    def of(self, module: FlatOutputs) -> Graph:
        """With its weights, which are the module's own memory: nothing is copied, so it must outlive the graph."""
        weights = dict(zip(self.weights, map(_array, exporter._unique_state_dict(module).values())))
        return upgraded(self.graph._replace(constants=dict(weights, **self.graph.constants)), EXPORTER_OPSET)


def traced_graph(module: FlatOutputs, inputs: Sequence[torch.Tensor], input_names: Sequence[str],
                 name_outputs: Callable[[FlatOutputs], Sequence[str]]) -> TracedGraph:
    """Traces one forward. Raises UnsupportedModel with every operator that the exporter has no ONNX form for."""
    traced, parameters, freezes = _exported(module, tuple(inputs))
    _refuse_unexported(traced)
    tensors = [value.uniqueName() for value in traced.inputs()]
    outputs = [value.uniqueName() for value in traced.outputs()]
    protobuf, _ = traced._export_onnx({}, EXPORTER_OPSET, False, OperatorExportTypes.ONNX, True)
    nodes, constants = nodes_from_protobuf(onnx.load_from_string(protobuf).graph)
    constants = dict(zip(tensors[len(inputs):], map(_array, parameters)), **constants)
    graph = Graph(nodes, tuple(tensors[:len(inputs)]), tuple(outputs), constants, _shapes(traced),
                  _dtypes(traced))
    graph = _named(graph, _scopes(traced), module.network, input_names, name_outputs(module))
    weights = tuple(graph.constants)[:len(parameters)]
    own = {name: graph.constants[name] for name in tuple(graph.constants)[len(parameters):]}
    return TracedGraph(graph._replace(constants=own), weights, freezes)


class _Exported(NamedTuple):
    graph: Any
    parameters: List[torch.Tensor]
    freezes: Tuple[str, ...]


def _exported(module: FlatOutputs, inputs: Tuple[torch.Tensor, ...]) -> _Exported:
    _set_opset_version(EXPORTER_OPSET)
    with torch.no_grad(), gaps_filled():
        traced = trace(module, inputs)
        parameters = list(exporter._unique_state_dict(module).values())
        try:
            _pool_constants(traced.graph)
            optimized = _silently_optimized(traced.graph)
        except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UnsupportedModel(["PyTorch's exporter: {}".format(_first_line(error))],
                                   hint="PyTorch 1.1.0 cannot say this part of the network in ONNX") from error
    for output, tensor in zip(optimized.outputs(), torch._C._jit_flatten(traced.result)[0]):
        output.inferTypeFrom(tensor)
    return _Exported(optimized, parameters, traced.freezes)


def _silently_optimized(traced: Any) -> Any:
    """The exporter warns of what it cannot say; that is refused by name afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return exporter._optimize_graph(traced, OperatorExportTypes.ONNX)


def _pool_constants(traced: Any) -> None:
    """One node for each constant in place of one for each use: the exporter hands every symbolic a copy of all values
    so far, so that its time grows with the square of their number (densenet121: 2.6 s, with this 0.3 s)."""
    torch._C._jit_pass_constant_propagation(traced)
    torch._C._jit_pass_constant_pooling(traced)
    _pool_lists(traced)


def _pool_lists(traced: Any) -> None:
    """Lists of integers, such as strides, which torch's own pass leaves as they are."""
    first = {}  # type: Dict[Tuple[int, ...], Any]
    for node in list(traced.nodes()):
        if node.kind() == "prim::Constant" and str(node.output().type()) == "List[int]":
            numbers = tuple(getattr(node, node.kindOf("value"))("value"))
            if numbers in first:
                node.output().replaceAllUsesWith(first[numbers])
                node.destroy()
            else:
                first[numbers] = node.output()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("\n")[0]


def _refuse_unexported(traced: Any) -> None:
    problems = []
    for node in traced.nodes():
        if not node.kind().startswith("onnx::") and not node.mustBeNone():  # an input that is left out
            where = _module_path(node.scopeName()) or "the network's forward"
            problems.append("{} in {}".format(node.kind(), where))
    if problems:
        raise UnsupportedModel(list(dict.fromkeys(problems)),
                               hint="PyTorch 1.1.0 exports these to ONNX in no form; replace them in the model")


def _values(traced: Any) -> List[Any]:
    return list(traced.inputs()) + [output for node in traced.nodes() for output in node.outputs()]


def _shapes(traced: Any) -> Dict[str, Shape]:
    return {value.uniqueName(): tuple(value.type().sizes()) for value in _values(traced)
            if value.type().kind() == "CompleteTensorType"}


def _dtypes(traced: Any) -> Dict[str, str]:
    return {value.uniqueName(): _NUMPY_NAMES[value.type().scalarType()] for value in _values(traced)
            if value.type().kind() == "CompleteTensorType"}


_NUMPY_NAMES = {"Float": "float32", "Double": "float64", "Half": "float16", "Long": "int64", "Int": "int32",
                "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool"}


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy()


def _scopes(traced: Any) -> Mapping[str, str]:
    return {output.uniqueName(): _module_path(node.scopeName())
            for node in traced.nodes() for output in node.outputs()}


def _module_path(scope: str) -> str:
    """'FlatOutputs/ResNet[network]/Sequential[layer4]/BasicBlock[0]' -> 'layer4.0'."""
    path = [part[part.index("[") + 1:-1] for part in scope.split("/") if part.endswith("]")]
    return ".".join(path[1:] if path[:1] == [FlatOutputs.INNER] else path)


def _named(graph: Graph, scopes: Mapping[str, str], module: torch.nn.Module, input_names: Sequence[str],
           output_names: Sequence[str]) -> Graph:
    """Tensors are called after the module they come from; inputs and outputs as they are published."""
    leaves = {path for path, child in module.named_modules() if not list(child.children())}
    names = dict(zip(graph.inputs, input_names))
    unused = FreeNames([*input_names, *output_names])
    for name in graph.constants:
        names[name] = unused.free("weight")
    nodes = tuple(node._replace(layer=_layer(node, scopes, leaves)) for node in graph.nodes)
    for layer, run in groupby(nodes, attrgetter("layer")):
        *inner, last = run  # the last makes what the module returns, and is called as it is
        for node in [last] + inner:
            names.update((output, unused.free(layer)) for output in node.outputs)
    graph = renamed(graph._replace(nodes=nodes), names)
    ends = tuple(Node("Identity", (made,), (published,)) for made, published in zip(graph.outputs, output_names))
    shapes = dict(graph.shapes, **{end.output: graph.shapes[end.inputs[0]] for end in ends})
    dtypes = dict(graph.dtypes, **{end.output: graph.dtypes[end.inputs[0]] for end in ends})
    return graph._replace(nodes=graph.nodes + ends, outputs=tuple(output_names), shapes=shapes, dtypes=dtypes)


def _layer(node: Node, scopes: Mapping[str, str], leaves: Set[str]) -> str:
    path = scopes.get(node.output, "")
    return path if path and path in leaves else ".".join(filter(None, (path, node.op.lower())))
