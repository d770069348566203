"""Small ONNX models as bytes."""
from pathlib import Path
from typing import Any, Mapping, Sequence, Tuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def tensor(name: str, shape: Sequence[Any], dtype: str = "float32") -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, helper.mapping.NP_TYPE_TO_TENSOR_TYPE[np.dtype(dtype)], shape)


def model(nodes: Sequence[onnx.NodeProto], inputs: Mapping[str, Tuple], outputs: Sequence[str], opset: int = 9,
          weights: Mapping[str, np.ndarray] = {}, dtype: str = "float32") -> onnx.ModelProto:
    """`inputs` are shapes; a name stands for a size that is open."""
    graph = helper.make_graph(
        list(nodes), "main", [tensor(name, shape, dtype) for name, shape in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()])
    for output in graph.output:
        output.type.tensor_type.elem_type = helper.mapping.NP_TYPE_TO_TENSOR_TYPE[np.dtype(dtype)]
    made = helper.make_model(graph, ir_version=4)
    made.opset_import[0].version = opset
    return made


def linear(opset: int = 9, dtype: str = "float32", batch: Any = 2) -> onnx.ModelProto:
    """y = relu(x w + b), of rows of five."""
    random = np.random.RandomState(0)
    weights = {"w": random.randn(5, 3).astype(dtype), "b": random.randn(3).astype(dtype)}
    nodes = [helper.make_node("MatMul", ["x", "w"], ["product"], name="product/MatMul"),
             helper.make_node("Add", ["product", "b"], ["sum"], **({"broadcast": 1} if opset < 7 else {})),
             helper.make_node("Relu", ["sum"], ["y"])]
    return model(nodes, {"x": (batch, 5)}, ["y"], opset, weights, dtype)


def image_network(opset: int) -> onnx.ModelProto:
    """Of any number of images, 3x12x14: a convolution, BatchNorm, a pool, a part and a Gemm, as the opset has them."""
    random = np.random.RandomState(0)
    shapes = {"k": (5, 3, 3, 3), "gamma": (5,), "beta": (5,), "mean": (5,), "w": (150, 4), "b": (4,)}
    weights = {name: random.randn(*shape).astype(np.float32) / 3 for name, shape in shapes.items()}
    weights["variance"] = random.uniform(0.5, 2, 5).astype(np.float32)
    cut = {"starts": [0], "ends": [5], "axes": [3]}
    if opset > 9:
        weights.update((name, np.array(values)) for name, values in cut.items())
    nodes = [helper.make_node("Conv", ["image", "k"], ["conv"], name="stem/Conv", pads=[1, 1, 1, 1]),
             helper.make_node("BatchNormalization", ["conv", "gamma", "beta", "mean", "variance"], ["norm"],
                              **({"spatial": 1} if opset < 9 else {})),
             helper.make_node("Relu", ["norm"], ["active"]),
             helper.make_node("MaxPool", ["active"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Slice", ["pooled"] + (list(cut) if opset > 9 else []), ["part"],
                              **(cut if opset < 10 else {})),
             helper.make_node("Flatten", ["part"], ["flat"]),
             helper.make_node("Gemm", ["flat", "w", "b"], ["score:0"], name="head/Gemm")]
    return model(nodes, {"image": ("N", 3, 12, 14)}, ["score:0"], opset, weights)


def with_weight_beside(made: onnx.ModelProto, name: str, location: str, folder: Path,
                       file: str = "") -> onnx.ModelProto:
    """The same model, one of its weights pointed at; it is written to `file`, or to where it is pointed at."""
    for item in made.graph.initializer:
        if item.name == name:
            (folder / (file or location)).write_bytes(item.raw_data)
            item.ClearField("raw_data")
            item.data_location = TensorProto.EXTERNAL
            item.external_data.add(key="location", value=location)
    return made
