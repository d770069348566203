"""What torch 1.1's exporter cannot say although ONNX can, said for the length of an export."""
import contextlib
from typing import Any, Callable, Iterator, List, Tuple

import torch
import torch.nn.functional
from torch.onnx import symbolic, utils

from job.onnx_model.symbolic import (  # noqa: F401
    activations, arithmetic, arrangement, constants, convolution, einsum, indexing, interpolation, normalisation, ordering,
    patches, picking, pooling, products, recurrent, reductions, resizing, sampling, scattering, statistics, transforms, truth,
)
from job.onnx_model.symbolic.registry import SYMBOLICS
from job.onnx_model.symbolic.tracing import (
    keeping_text, local_response_norm, taken_apart, unbound, untraced, with_fixed_sizes,
)
from job.onnx_model.symbolic.writing import in_place_operators, written
from job.user_code.own_backward import applied


@contextlib.contextmanager
def gaps_filled() -> Iterator[None]:
    """The exporter looks everything up by attribute, so it is swapped there, and put back."""
    with contextlib.ExitStack() as stack:
        for name, function in SYMBOLICS.items():
            stack.enter_context(_swapped(symbolic, name, function))
        stack.enter_context(_swapped(torch._C, "_jit_pass_canonicalize_ops",
                                     _keeping_types(torch._C._jit_pass_canonicalize_ops)))
        for owner, name, value in _done_otherwise():
            stack.enter_context(_swapped(owner, name, value))
        yield


def _done_otherwise() -> Tuple[Tuple[Any, str, Any], ...]:
    return (
        *in_place_operators(),
        (torch.nn.functional, "interpolate", with_fixed_sizes(torch.nn.functional.interpolate)),
        (torch.nn.functional, "embedding_bag", taken_apart(torch.nn.functional.embedding_bag)),
        (torch.nn.functional, "local_response_norm", local_response_norm),
        (torch.Tensor, "size", untraced(torch.Tensor.size)),
        (torch.Tensor, "shape", property(lambda tensor: tensor.size())),
        (torch.Tensor, "unbind", unbound),
        (torch, "unbind", unbound),
        (torch.Tensor, "__setitem__", written(torch.Tensor.__setitem__)),
        (torch.autograd.Function, "apply", classmethod(applied)),
        (utils, "_run_symbolic_function", keeping_text(utils._run_symbolic_function)),
    )


@contextlib.contextmanager
def _swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    absent = object()
    before = vars(owner).get(name, absent)  # what is only inherited is absent
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is absent:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


def _keeping_types(canonicalize: Callable[[Any], None]) -> Callable[[Any], None]:
    """The pass makes arithmetic with scalars anew and forgets its shapes, which later symbolics ask for."""
    def run(graph: Any) -> None:
        before = [kind_and_types for node in _aten_nodes(graph) for kind_and_types in _after_the_pass(node)]
        canonicalize(graph)
        after = _aten_nodes(graph)
        if [kind for kind, _ in before] == [node.kind() for node in after]:
            for (_, types), node in zip(before, after):
                for kind, output in zip(types, node.outputs()):
                    output.setType(kind)
    return run


def _after_the_pass(node: Any) -> List[Tuple[str, List[Any]]]:
    """What becomes of a node, and the types of its outputs: a product with a sum is taken apart."""
    types = [output.type() for output in node.outputs()]
    return [("aten::mm", []), ("aten::add", types)] if node.kind() == "aten::addmm" else [(node.kind(), types)]


def _aten_nodes(graph: Any) -> List[Any]:
    return [node for node in graph.nodes() if node.kind().startswith("aten::") and node.kind() != "aten::chunk"]
