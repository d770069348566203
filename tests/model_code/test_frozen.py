"""What a trace freezes: told by file and line, and where an input shows it, the reason of the failed gate."""
import pytest
import torch

from job.onnx_model.outputs import FlatOutputs
from job.onnx_model.symbolic import gaps_filled
from job.onnx_model.trace import first_difference, trace
from job.user_code.factory import build_from_code
from tests.model_code.by_command import write_code
from tests.model_code.small_network import converted, net


def traces(tmp_path, *lines):
    """Of an input whose mean is above zero, and of one below."""
    write_code(tmp_path, {"net.py": net(*lines)})
    module = FlatOutputs(build_from_code(tmp_path / "net.py", "Net", {}))
    torch.manual_seed(0)
    x = torch.randn(1, 3, 6, 8)
    with gaps_filled():
        return trace(module, [x + 1]), trace(module, [-x - 1])


@pytest.mark.parametrize("lines, told", [
    (["if x.sum() > 0: y = y * 3", "return y"], "net.py line 20 decides by a value"),
    (["return y * y.mean().item()"], "net.py line 20 takes a value out of a tensor"),
    (["return y * float(y[0, 0])"], "net.py line 20 takes a value out of a tensor"),
    (["return y * y[0].tolist()[1]"], "net.py line 20 takes a value out of a tensor"),
    (["return y * torch.from_numpy(x.numpy().mean(keepdims=True)[0, 0, 0])"], "net.py line 20 takes a value"),
    (["for _ in range(int(x.sum() > 0) + 1): y = y * 2", "return y"], "net.py line 20 takes a value"),
])
def test_values_are_told_and_found(tmp_path, lines, told):
    one, other = traces(tmp_path, *lines)
    assert one.freezes and one.freezes[0].startswith(told)
    assert first_difference(one.graph, other.graph) == "net.py line 20"


def test_what_torch_does_not_warn_of_is_found(tmp_path):
    one, other = traces(tmp_path, "return y * y.data.mean()")
    assert one.freezes == () and first_difference(one.graph, other.graph) == "net.py line 20"


@pytest.mark.parametrize("lines", [
    ["return y * x.size(2) / len(x) + x.numel() * x.shape[1] ** -0.5"],
    ["return y * torch.tensor([1., 2., 3., 4.]) + torch.ones(y.shape)"],
    ["if x.size(3) > 7: y = y + x.dim()", "return y"],
    ["return y * torch.from_numpy(np.arange(4).astype('float32'))"],
    ["return F.interpolate(x, scale_factor=2), F.adaptive_avg_pool2d(x, 1)"],
])
def test_shapes_and_plain_numbers_are_no_values(tmp_path, lines):
    one, other = traces(tmp_path, *lines)
    assert one.freezes == () and first_difference(one.graph, other.graph) is None


def test_a_branch_that_probes_take_both_ways(tmp_path):
    done = converted(tmp_path, "if y.sum() > 0: y = y * 3", "return self.fc(y)")
    told = "net.py line 20 decides by a value: what it decided for one input is kept for all"
    assert done.code == 6 and told in done.failure["message"] and "torch.where" in done.failure["hint"]
    assert done.failure["stage"] == "onnx" and told in done.report(".failed/net")["checkpoint"]["notes"]
    assert "error: onnx" in done.said and told in done.said.split("error: onnx")[1]


def test_a_value_that_torch_does_not_warn_of(tmp_path):
    done = converted(tmp_path, "return self.fc(y) * y.data.mean()")
    assert done.code == 6 and "net.py line 20 treats one input otherwise than another" in done.failure["message"]


def test_a_branch_that_no_probe_takes_is_noted(tmp_path):
    done = converted(tmp_path, "if y.sum() > 1e9: y = y * 3", "return self.fc(y)")
    assert done.code == 0 and "net.py line 20 decides by a value" in done.said
    assert any("net.py line 20 decides by a value" in note for note in done.report()["checkpoint"]["notes"])
