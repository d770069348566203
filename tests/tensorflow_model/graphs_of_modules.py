"""PyTorch modules as the frozen graphs that toco is given."""
from job.keras_model.walk import keras_model_from_onnx
from job.tensorflow_model.freeze import FrozenGraph, frozen_graph
from tests.operators.conversion import exported, tensor_facts, written_and_read


def frozen(module, shapes, folder, outputs=1) -> FrozenGraph:
    inputs = [tensor_facts("input_{}".format(number), shape) for number, shape in enumerate(shapes)]
    names = ["output_{}".format(number) for number in range(outputs)]
    graph = written_and_read(exported(module.eval(), inputs, names), folder)
    return frozen_graph(keras_model_from_onnx(graph).network, shapes[0][0])
