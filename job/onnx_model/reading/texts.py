"""Texts of a file, which ONNX wants in UTF-8."""
import itertools
from typing import Any, Iterator

import onnx


def graphs_of(item: onnx.AttributeProto) -> Iterator[onnx.GraphProto]:
    return itertools.chain([item.g] if item.HasField("g") else [], item.graphs)


def texts(graph: onnx.GraphProto) -> Iterator[Any]:
    """Every name; protobuf gives bytes where it is not UTF-8."""
    for node in graph.node:
        yield from (node.op_type, node.domain, node.name)
        yield from itertools.chain(node.input, node.output)
        for item in node.attribute:
            yield from (item.name, item.ref_attr_name)
            for inner in graphs_of(item):
                yield from texts(inner)
    yield from (item.name for item in itertools.chain(graph.initializer, graph.input, graph.output))
