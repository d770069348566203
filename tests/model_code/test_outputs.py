"""Several inputs and outputs of any nesting: names, refusals, and what is published of them."""
import numpy as np
import pytest
import torch

from job.errors import UnsupportedModel, UsageError
from job.onnx_model.outputs import FlatOutputs, output_names
from tests.model_code.by_command import convert, write_code
from tests.model_code.small_network import converted
from tests.published import Published


WITHOUT_LAYERS = """
import torch

class make(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor([0.5, 2.0, -1.0]).view(3, 1, 1))
    def forward(self, x):
        return (x * self.scale).max(1, keepdim=True)[0]
"""


class Returns(torch.nn.Module):
    def __init__(self, result):
        super().__init__()
        self.result = result

    def forward(self, x):
        return self.result(x)


def names(result, taken=("x",), given=("category",)):
    network = FlatOutputs(Returns(result))
    network(torch.ones(1, 2))
    return output_names(network, given, ("category",), taken)


def pair(x):
    from collections import namedtuple

    return namedtuple("Pair", "left right")(x, x + 1)


@pytest.mark.parametrize("result, expected", [
    (lambda x: x, ("category",)),
    (lambda x: (x,), ("category",)),
    (lambda x: [[x]], ("category",)),
    (lambda x: (x, x), ("category", "category_1")),
    (lambda x: {"out": x}, ("out",)),
    (lambda x: {"out": [x]}, ("out",)),
    (lambda x: {"b": x, "a": x}, ("b", "a")),
    (lambda x: {"a": x, "b": [x, (x, x)]}, ("a", "b.0", "b.1.0", "b.1.1")),
    (lambda x: (x, {"a": x, "b": (x, None, x)}), ("category", "category_1.a", "category_1.b.0", "category_1.b.2")),
    (lambda x: pair(x), ("left", "right")),
    (lambda x: {"p": pair(x)}, ("p.left", "p.right")),
    (lambda x: {"x": x, "X": x, "x_2": x}, ("x_2", "X_3", "x_2_2")),
    (lambda x: {"a b": x, "a?b": x, "_c": x, "": x, "\u00e9": x}, ("a_b", "a_b_2", "c", "category", "category_2")),
    (lambda x: {7: x, 0: x}, ("category_7", "category")),
    (lambda x: {"a" * 300: x, "b": x}, ("a" * 80, "b")),
    (lambda x: (None, x, {"a": None}), ("category_1",)),
])
def test_names(result, expected):
    found = names(result)
    assert found == expected
    assert len({name.lower() for name in found + ("x",)}) == len(found) + 1


@pytest.mark.parametrize("result, said", [
    (lambda x: (x, 3), "output `1`: of type int, no tensor"),
    (lambda x: {"a": x, "b": {"n": "text"}}, "output `b.n`: of type str, no tensor"),
    (lambda x: x.numpy(), "the output: of type ndarray, no tensor"),
    (lambda x: None, "a network that returns no tensor"),
    (lambda x: [], "a network that returns no tensor"),
])
def test_what_is_no_tensor_is_named(result, said):
    with pytest.raises(UnsupportedModel) as caught:
        names(result)
    assert said in caught.value.message and caught.value.hint


def test_given_names_are_as_many(tmp_path):
    assert names(lambda x: (x, x), given=("a", "b")) == ("a", "b")
    with pytest.raises(UsageError, match="has 2 outputs, 3 are named"):
        names(lambda x: (x, x), given=("a", "b", "c"))


def test_nested_outputs_are_published_by_their_names(tmp_path):
    done = converted(tmp_path, "z = self.fc(y)", "return {'a': y, 'b': [z, (y + 1, None)], 'image_array': F.relu(z)}")
    assert done.code == 0, done.said
    expected = ["a", "b.0", "b.1.0", "image_array_2"]
    assert [output["name"] for output in done.interface()["outputs"]] == expected
    for file in done.interface()["files"].values():
        assert sorted(output["name"] for output in file["outputs"]) == sorted(expected)


def test_an_input_and_the_same_tensor_twice(tmp_path):
    done = converted(tmp_path, "z = self.fc(y)", "return z, x, z")
    assert done.code == 0, done.said
    assert [output["shape"] for output in done.interface()["outputs"]] == [[1, 5], [1, 6, 8, 3], [1, 5]]


@pytest.mark.parametrize("line", ["return self.fc(y), self.anchors", "return self.fc(y), torch.ones(3)",
                                  "return self.fc(y), self.count + 1"])
def test_a_constant_output_is_refused_by_name(tmp_path, line):
    done = converted(tmp_path, line)
    assert done.code == 4 and "output `category_1`: a constant" in done.failure["message"]
    assert "leave it out" in done.failure["hint"]


TWO = """
import torch
class Two(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.line = torch.nn.Conv3d(2, 3, 3, padding=1), torch.nn.Conv1d(4, 5, 3)
    def forward(self, film, line, row):
        return self.conv(film).mean(4), {"line": self.line(line) + row.unsqueeze(2), "row": row * 2}
"""


def test_inputs_of_several_ranks_in_a_batch_of_two(tmp_path):
    write_code(tmp_path, {"net.py": TWO})
    done = convert(tmp_path, "net.py:Two", "film:2,2,4,5,6;line:2,4,9;row:2,5")
    assert done.code == 0, done.said
    interface = done.interface()
    assert [each["name"] for each in interface["inputs"]] == ["film", "line", "row"]
    assert [each["pytorch_shape"] for each in interface["outputs"]] == [[2, 3, 4, 5], [2, 5, 7], [2, 5]]
    assert [each["name"] for each in interface["outputs"]] == ["category", "category_1.line", "category_1.row"]


def test_a_buffer_that_holds_the_answer_gives_each_probe_its_own(tmp_path):
    """The network hands out one tensor again and again: answers must be copies."""
    done = converted(tmp_path, "if not hasattr(self, 'out'): self.out = torch.zeros(1, 5)",
                     "self.out.copy_(self.fc(y))", "return self.out * 1")
    assert done.code == 0, done.said
    x = np.linspace(-2, 2, 144, dtype=np.float32).reshape(1, 3, 6, 8)
    published = Published(done.out / "net")
    np.testing.assert_allclose(published.answer("saved_model", x), published.answer("float32", x), rtol=1e-4, atol=1e-4)


def test_a_network_without_layers_is_saved_without_variables(tmp_path):
    write_code(tmp_path, {"net.py": WITHOUT_LAYERS})
    done = convert(tmp_path, "net.py:make", "1,3,9,11", "--quantize=none")
    assert done.code == 0, done.said
    assert [file.name for file in (done.out / "net" / "saved_model" / "1").iterdir()] == ["saved_model.pb"]
