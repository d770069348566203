"""Writes recorded.npz: models of today's opsets, inputs, and what onnx's own reference answers; ONNX Runtime is to agree.

Run with a Python that has onnx 1.23, onnxruntime 1.32, onnxscript 0.7 and torch 2.13: `python make_recorded.py`.
"""
import io
import warnings
from pathlib import Path
from typing import Dict, Iterator, Mapping, NamedTuple, Sequence

import functions
import numpy as np
import onnx
import onnx.parser
import onnxruntime
import scripted
import torch
from networks import NETWORKS
from nodes import ROWS, Row
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator


class Recorded(NamedTuple):
    name: str
    model: onnx.ModelProto
    inputs: Mapping[str, np.ndarray]
    answers: Sequence[np.ndarray] = ()  # where no package for ONNX is asked


def of_nodes() -> Iterator[Recorded]:
    for row in ROWS:
        yield Recorded("node_" + row.name, _model(row), row.inputs)


def _model(row: Row) -> onnx.ModelProto:
    names = row.order.replace("-", "").split(" ") if row.order else [*row.inputs, *row.weights]
    outputs = ["y{}".format(place) for place in range(row.outputs)]
    graph = helper.make_graph(
        [helper.make_node(row.op, names, outputs, **row.attributes)], row.name,
        [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
         for name, value in row.inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in row.weights.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", row.opset)], ir_version=10)
    return onnx.shape_inference.infer_shapes(made)


def of_functions() -> Iterator[Recorded]:
    for name, text in functions.MODELS.items():
        yield Recorded("function_" + name, onnx.parser.parse_model(text), {"x": functions.X})
    yield Recorded("function_of_onnxscript", scripted.MODEL, scripted.INPUTS)


def of_networks() -> Iterator[Recorded]:
    for name, network in NETWORKS.items():
        torch.manual_seed(3)
        module, example = network()
        module.eval()
        for opset in (21, 22, 23, 24):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                program = torch.onnx.export(module, example, dynamo=True, opset_version=opset, verbose=False)
            model = program.model_proto
            names = [item.name for item in model.graph.input]
            inputs = dict(zip(names, (each.numpy() for each in example)))
            yield Recorded("{}_{}".format(name, opset), _without_words(model), inputs)


def of_bfloat16() -> Iterator[Recorded]:
    """What is expected is what PyTorch makes of the same weights in float32."""
    for name, network in NETWORKS.items():
        torch.manual_seed(3)
        module, example = network()
        module = module.eval().bfloat16()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(module, tuple(each.bfloat16() for each in example), dynamo=True, opset_version=23,
                                        verbose=False)
        model, wide = _without_words(program.model_proto), module.float()
        inputs = dict(zip((item.name for item in model.graph.input), (each.numpy() for each in example)))
        with torch.no_grad():
            yield Recorded("bfloat16_" + name, model, inputs, [wide(*example).numpy()])


def _without_words(model: onnx.ModelProto) -> onnx.ModelProto:
    """What it says of where it was made."""
    del model.metadata_props[:], model.graph.metadata_props[:], model.graph.value_info[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    for item in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        del item.metadata_props[:]
    return model


def answers(each: Recorded) -> Sequence[np.ndarray]:
    """Of the reference, and of ONNX Runtime first where there are functions: the reference knows no overloads, nor defaults."""
    found = []
    for run in (_by_runtime, _by_reference) if each.model.functions else (_by_reference, _by_runtime):
        try:
            found.append(run(each.model, dict(each.inputs)))
        except Exception as error:
            print("{}: {}: {}".format(each.name, run.__name__, str(error).split("\n")[0][:150]))
    for one, other in zip(found[0], found[-1]):
        if one.shape != other.shape or not np.allclose(one, other, atol=1e-5, rtol=1e-5):
            print("{}: they do not agree: {}, {}".format(each.name, one.shape, other.shape))
    return found[0]


def _by_reference(model: onnx.ModelProto, inputs: Dict[str, np.ndarray]) -> Sequence[np.ndarray]:
    return ReferenceEvaluator(model).run(None, inputs)


def _by_runtime(model: onnx.ModelProto, inputs: Dict[str, np.ndarray]) -> Sequence[np.ndarray]:
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, inputs)


def main() -> None:
    held = {}  # type: Dict[str, np.ndarray]
    for each in [*of_nodes(), *of_functions(), *of_networks(), *of_bfloat16()]:
        held[each.name + "/model"] = np.frombuffer(each.model.SerializeToString(), np.uint8)
        held.update(("{}/in/{}".format(each.name, name), value) for name, value in each.inputs.items())
        held.update(("{}/out/{}".format(each.name, place), value) for place, value in enumerate(each.answers or answers(each)))
    written = io.BytesIO()
    np.savez_compressed(written, **held)
    Path(__file__).with_name("recorded.npz").write_bytes(written.getvalue())
    print(len(held), len(written.getvalue()))


if __name__ == "__main__":
    main()
