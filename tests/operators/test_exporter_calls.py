"""How often the exporter asks for a symbolic: each time it hands over a copy of all values so far."""
import torch
from torch.onnx import utils

from job.onnx_model.export import traced_graph
from job.onnx_model.outputs import FlatOutputs


def _asked(layers: int, monkeypatch) -> int:
    asked = []
    answer = utils._run_symbolic_function

    def counting(*arguments):
        asked.append(arguments[1].kind())
        return answer(*arguments)

    network = torch.nn.Sequential(*(torch.nn.Conv2d(2, 2, 3, padding=1) for _ in range(layers))).eval()
    with monkeypatch.context() as patched:
        patched.setattr(utils, "_run_symbolic_function", counting)
        traced_graph(FlatOutputs(network), [torch.ones(1, 2, 5, 7)], ["x"], lambda _: ["y"])
    return len(asked)


def test_a_layer_like_another_is_one_question_more(monkeypatch):
    """Its strides, paddings and dilations are the other's."""
    assert _asked(6, monkeypatch) - _asked(2, monkeypatch) == 4
