"""`python -m tests.chain.planted FAULT ...`: the job's command line with one fault planted in it.

The fault is planted in the process of its own side, just after the side's imports: by replacing a
function of the job, never by anything the job offers for it.
"""
import importlib
import sys
from typing import Any, Callable, Dict

from job import __main__
from job.sides import opening
from job.sides.opening import PYTORCH, TENSORFLOW

HARDLY = 5e-5
FAULTS = {}  # type: Dict[str, Callable[[], None]]
SIDE_OF = {}  # type: Dict[str, str]


def plants(side: str, name: str):
    def register(plant: Callable[[], None]) -> Callable[[], None]:
        FAULTS[name], SIDE_OF[name] = plant, side
        return plant
    return register


@plants(TENSORFLOW, "changed-weight")
def _changed_weight() -> None:
    """One element of one kernel of the Keras model."""
    _change_weight(0.2)


@plants(TENSORFLOW, "hardly-changed-weight")
def _hardly_changed_weight() -> None:
    """By less than the gate sees, and more than float32 loses."""
    _change_weight(HARDLY)


def _change_weight(by: float) -> None:
    def change(model: Any) -> Any:
        weights = dict(model.network.weights)
        name = next(name for name in weights if weights[name].shape == (3, 3, 5, 7))
        weights[name] = weights[name].copy()
        weights[name][1, 2, 3, 4] += by
        return model._replace(network=model.network._replace(weights=weights))
    _wrap_result("job.sides.tensorflow_side", "keras_model", change)


@plants(TENSORFLOW, "swapped-axes")
def _swapped_axes() -> None:
    """The Dense after Flatten takes height for width."""
    def gemm(operator: Any, x: Any, weight: Any, bias: Any) -> Any:
        maps = weight.reshape(10, 6, 10, 7).transpose(0, 2, 1, 3)
        return original(operator, x, maps.reshape(10, -1), bias)
    original = _replace_converter("Gemm", gemm)


@plants(TENSORFLOW, "padding-off-by-one")
def _padding_off_by_one() -> None:
    """One column more before, one less after."""
    def shift(window: Any) -> Any:
        begin, end = (window.begin[0], window.begin[1] + 1), (window.end[0], window.end[1] - 1)
        return window._replace(begin=begin, end=end)
    _wrap_result("job.keras_model.convolution", "window_of", shift)


@plants(PYTORCH, "no-epsilon")
def _no_epsilon() -> None:
    """BatchNorm folded without its epsilon."""
    module = importlib.import_module("job.onnx_model.passes.batch_norm_to_affine")
    original = module._rule

    def rule(node: Any, view: Any) -> Any:
        return original(node._replace(attributes=dict(node.attributes, epsilon=0.0)), view)
    module._rule = rule


@plants(PYTORCH, "changed-onnx-weight")
def _changed_onnx_weight() -> None:
    """One element of the Dense's weights in the ONNX file."""
    def change(graph: Any) -> Any:
        name, = [node.inputs[1] for node in graph.nodes if node.op == "Gemm"]
        weight = graph.constants[name].copy()
        weight[3, 5] += 0.2
        return graph._replace(constants=dict(graph.constants, **{name: weight}))
    _wrap_result("job.sides.pytorch_side", "canonical", change)


@plants(TENSORFLOW, "relu-for-relu6")
def _relu_for_relu6() -> None:
    import tensorflow
    _replace("job.keras_model.pointwise", "_clipped", lambda tensor, low, high: tensorflow.nn.relu(tensor))


@plants(TENSORFLOW, "dropped-bias")
def _dropped_bias() -> None:
    original = _replace_converter("Gemm", lambda operator, x, weight, bias: original(operator, x, weight, 0 * bias))


@plants(TENSORFLOW, "another-probes-answer")
def _another_probes_answer() -> None:
    """The dynamic .tflite answers the second probe with its answer to the first."""
    module = importlib.import_module("job.sides.tensorflow_side")
    original = module.answers_of_file

    def answers_of_file(run: Any, *arguments: Any) -> Any:
        answers = list(original(run, *arguments))
        if isinstance(run, module.TFLiteRunner) and run.mode == "dynamic":
            answers[1] = answers[0]
        return tuple(answers)
    module.answers_of_file = answers_of_file
    _note_mode(module)


def _note_mode(module: Any) -> None:
    class Noting(module.TFLiteRunner):
        def __init__(self, file: Any) -> None:
            super().__init__(file)
            self.mode = str(file).split(".")[-2]
    module.TFLiteRunner = Noting


def _replace(module: str, name: str, value: Any) -> Any:
    """Puts the value in the place of the module's function, which is returned."""
    where = importlib.import_module(module)
    original = getattr(where, name)
    setattr(where, name, value)
    return original


def _wrap_result(module: str, name: str, change: Callable[[Any], Any]) -> None:
    original = _replace(module, name, lambda *arguments: change(original(*arguments)))


def _replace_converter(op: str, convert: Callable[..., Any]) -> Callable[..., Any]:
    converters = importlib.import_module("job.keras_model.operators").CONVERTERS
    original = converters[op]
    converters[op] = original._replace(convert=convert)
    return original.convert


def main() -> int:
    fault, words = sys.argv[1], sys.argv[2:]
    side = "PYTORCH" if SIDE_OF[fault] == PYTORCH else "TENSORFLOW"
    setattr(opening, side, "__main__:planted_actor")  # this module, as it was run
    return __main__.main(words)


def planted_actor() -> Any:
    """What the side makes in place of its own actor."""
    fault = sys.argv[1]
    module, name = SIDE_OF[fault].split(":")
    actor = getattr(importlib.import_module(module), name)
    FAULTS[fault]()
    return actor()


if __name__ == "__main__":
    sys.exit(main())
