"""What is recorded of a forward: what torch's exporter records, without its copies of all weights."""
import pytest
import torch
from torch.onnx import utils

from job.errors import BadCheckpoint
from job.onnx_model.outputs import FlatOutputs
from job.onnx_model.trace import trace
from tests.operators.case import drawn

INPUT = torch.arange(2 * 3 * 9 * 7).float().reshape(2, 3, 9, 7)


class Grows(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.register_buffer("seen{}".format(len(self._buffers)), torch.ones(1))
        return x * 2


def network() -> FlatOutputs:
    return FlatOutputs(torch.nn.Sequential(
        drawn(torch.nn.Conv2d, 3, 5, (3, 2))(), drawn(torch.nn.BatchNorm2d, 5)(), torch.nn.ReLU(inplace=True)).eval())


def canonical(graph) -> str:
    torch._C._jit_pass_dce(graph)
    return str(torch._C._jit_pass_canonicalize(graph))


def test_it_is_what_the_exporter_records_but_for_copies():
    module = network()
    with torch.no_grad():
        theirs, expected = utils._trace_and_get_graph_from_model(module, (INPUT.clone(),), False)
    ours = trace(module, [INPUT])
    kinds = [[node.kind() for node in graph.nodes()] for graph in (theirs, ours.graph)]
    assert (kinds[0].count("aten::clone"), kinds[1].count("aten::clone")) == (1 + len(module.state_dict()), 0)
    assert canonical(ours.graph) == canonical(theirs)
    assert all(torch.equal(*pair) for pair in zip(ours.result, expected))


def test_what_is_made_anew_at_every_forward_is_told():
    with pytest.raises(BadCheckpoint, match="makes parameters or buffers anew"):
        trace(FlatOutputs(Grows().eval()), [INPUT])


def test_a_forward_after_one_that_raised_is_recorded():
    with pytest.raises(BadCheckpoint):
        trace(network(), [INPUT[0, 0]])
    assert torch._C._get_tracing_state() is None
    assert len(list(trace(network(), [INPUT]).graph.nodes())) > 2
