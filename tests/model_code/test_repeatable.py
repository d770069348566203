"""Networks that answer the same input otherwise, or a batch otherwise than its members."""
import pytest
import torch

from job.errors import BadCheckpoint
from job.onnx_model.outputs import FlatOutputs
from job.onnx_model.repeatable import asked_again, check_repeatable, computes_with_batch
from job.user_code.factory import build_from_code
from tests.model_code.by_command import write_code
from tests.model_code.small_network import converted, net


def network(tmp_path, *lines):
    write_code(tmp_path, {"net.py": net(*lines)})
    return FlatOutputs(build_from_code(tmp_path / "net.py", "Net", {}))


def images(batch=1):
    return [torch.randn(batch, 3, 6, 8)]


@pytest.mark.parametrize("lines, said", [
    (["return y + torch.rand(4)"], "(the output); net.py line 20 draws random numbers"),
    (["return {'a': y, 'b': [y * 2, F.dropout(y, 0.5)]}"], "(output `b.1`); net.py line 20 draws random numbers"),
    (["return y * random.random()"], "it draws random numbers from Python"),
    (["return y * np.random.rand()"], "it draws random numbers from numpy"),
    (["self.count += 1", "return y * self.count"], "it changes the buffer count"),
    (["self.count = self.count + 1", "return y * self.count"], "it changes the buffer count"),
    (["self.n = getattr(self, 'n', 0) + 1", "return y * self.n"], "its answers differ (the output)"),
    (["self.n = getattr(self, 'n', 0) + 1", "return (y,) * self.n"], "1 outputs, then 2"),
])
def test_what_answers_otherwise_the_second_time_is_refused(tmp_path, lines, said):
    module = network(tmp_path, *lines)
    with pytest.raises(BadCheckpoint) as caught:
        check_repeatable(module, images())
    assert "not deterministic" in caught.value.message and said in caught.value.message
    assert caught.value.exit_code == 3 and "F.dropout" in caught.value.hint


@pytest.mark.parametrize("lines", [
    ["random.random(), torch.rand(3)", "return y"],
    ["return F.dropout(y, 0.0)"],
    ["x.mul_(2)", "return self.conv(x)"],
    ["return y / 0, torch.sqrt(y)"],
])
def test_what_answers_alike_passes(tmp_path, lines):
    assert check_repeatable(network(tmp_path, *lines), images()) == ()


@pytest.mark.parametrize("line", ["self.count += 1", "self.count = self.count + 1", "self.count.data.fill_(7)"])
def test_a_counter_is_put_back_and_noted(tmp_path, line):
    module = network(tmp_path, line, "return y")
    buffer = module.network.count
    note, = check_repeatable(module, images())
    assert "changes the buffer count" in note
    assert module.network.count is buffer and buffer.tolist() == [0]


@pytest.mark.parametrize("lines, forwards", [
    (["return y"], 2), (["self.count += 1", "return {'a': y, 'b': y * 2}"], 2), (["return y * x.size(0)"], 6),
    (["return y.mean()"], 6), (["torch.rand(3)", "return y"], 13)])
def test_no_more_forwards_than_it_takes(tmp_path, lines, forwards):
    module, asked = network(tmp_path, *lines), []
    module.network.register_forward_hook(lambda *_: asked.append(1))
    repeated = asked_again(module, images())
    assert len(asked) == forwards
    assert repeated == (check_repeatable(module, images()), computes_with_batch(module, images()))


@pytest.mark.parametrize("lines", [
    ["return y * torch.rand(1)"], ["self.n = getattr(self, 'n', 0) + 1", "return y * self.n"],
    ["self.n = getattr(self, 'n', 0) + 1", "return (y,) * self.n"]])
def test_two_that_are_answered_otherwise_are_looked_into(tmp_path, lines):
    with pytest.raises(BadCheckpoint, match="not deterministic"):
        asked_again(network(tmp_path, *lines), images())


@pytest.mark.parametrize("lines, expected", [
    (["return y / x.size(0)"], True),
    (["return y - y.mean(0, keepdim=True) * x.shape[0]"], True),
    (["return y", ], False),
    (["return y.view(1, 4)"], False),
    (["return y.mean()"], False),
    (["return y.t()"], False),
])
def test_arithmetic_with_the_size_of_a_batch(tmp_path, lines, expected):
    assert computes_with_batch(network(tmp_path, *lines), images()) is expected


def test_the_command_keeps_the_batch_of_a_network_that_computes_with_it(tmp_path):
    done = converted(tmp_path, "self.count += 1", "return self.fc(y) / x.size(0)", shape="2,3,6,8")
    assert done.code == 0, done.said
    assert done.interface()["files"]["saved_model/1"]["batch"]["size"] == 2
    assert "the forward changes the buffer count: what is published has the checkpoint's value" in done.report()[
        "checkpoint"]["notes"]


def test_the_command_refuses_a_dropout_left_on(tmp_path):
    done = converted(tmp_path, "y = F.dropout(y)", "return self.fc(y)")
    assert done.code == 3 and "not deterministic" in done.said and "net.py line 20 draws random numbers" in done.said
    assert done.failure["exit_code"] == 3
