"""Code means what it means to the PyTorch that saved its weights: 1.1, or today's."""
import contextlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from job.architectures.build import build
from job.architectures.module import load_module
from job.user_code import (
    complex_numbers, fourier, meaning, newer_arithmetic, newer_arrangements, newer_layers, newer_limits, newer_linalg,
    newer_reductions, newer_special, newer_statistics, order_statistics, todays_pytorch,
)
from tests.checkpoints.files import safetensors
from tests.model_code.by_command import write_code
from tests.model_code.newer.changed import ADDED, ROWS, answered, grid, made
from tests.operators.conversion import converted

REFERENCES = json.loads((Path(__file__).with_name("newer") / "changed.json").read_text())


@pytest.fixture(autouse=True)
def provided():
    todays_pytorch.provide()
    meaning.mean_as_saved("torch-zip")
    yield
    meaning.mean_as_saved("torch-legacy")


def test_no_row_is_without_an_answer():
    assert set(ROWS) | {"torch"} == set(REFERENCES)


def test_each_added_function_has_a_row():
    asked = " ".join(code for _, code in ADDED.values())
    modules = (complex_numbers, newer_arithmetic, newer_arrangements, newer_layers, newer_limits, newer_reductions,
               newer_statistics, order_statistics)
    given = {name for module in modules for _, values in module.PROVIDED for name in values if name[:2] != "__"}
    given |= {*newer_arithmetic.OTHER_NAMES, *newer_linalg.FUNCTIONS, *newer_special.FUNCTIONS, *fourier.FUNCTIONS}
    others = {name for name in given if not re.search(r"\b{}\b".format(name), asked)}
    assert others == {"Flatten"}  # which has rows elsewhere


@pytest.mark.parametrize("make", [
    lambda: torch.tensor([1, 0, 1], dtype=torch.uint8), lambda: torch.ones(3).byte(), lambda: torch.ones(3).to(torch.uint8),
    lambda: torch.ones(3).type(torch.uint8),
    lambda: torch.from_numpy(np.ones(3, np.uint8)), lambda: torch.tensor(np.eye(3, dtype=np.uint8)),
    lambda: torch.zeros(3, dtype=torch.uint8)[None], lambda: torch.ones(3).new_zeros(3, dtype=torch.uint8)])
def test_bytes_that_may_be_no_truth_values_are_refused(make):
    """Today's -1 of them is 255."""
    assert ((torch.tensor([1.0, -1]) > 0) * -1).tolist() == [-1, 0]
    made = make()
    for ask in (lambda: made * -1, lambda: made - 2, lambda: made * torch.tensor(300), lambda: (torch.ones(3) > 0) * 2):
        with pytest.raises(RuntimeError, match="say .long()"):
            ask()
    assert (made.long() * -1).dtype == torch.int64 and (made * 0.5).dtype == torch.float32
    meaning.mean_as_saved("torch-zip")
    assert ((torch.tensor([1.0, -1]) > 0) * 300).tolist() == [300, 0]


MASKED = """
import torch
from torch import nn

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("keep", torch.tensor([True, False, True]))
    def forward(self, x):
        return x * self.keep + (x > 0) * -300 + self.keep * 2
"""


def test_truth_values_of_a_checkpoint_are_no_bytes(tmp_path):
    code = write_code(tmp_path, {"net.py": MASKED}) / "net.py", "make"
    tensors = safetensors(tmp_path / "net.safetensors", {"keep": {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]}}, b"\1\0\1")
    module = loaded(tensors, model_code=code)
    assert module(torch.tensor([[1.0, 2, -3]])).tolist() == [[-297, -300, -1]]


@pytest.mark.parametrize("layer", [nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d])
def test_weights_that_no_checkpoint_holds(layer):
    """PyTorch 1.1 draws them."""
    assert layer(50, affine=True).weight.tolist() == [1.0] * 50
    meaning.mean_as_saved("torch-legacy")
    assert layer(50, affine=True).weight.tolist() != [1.0] * 50


def test_a_normal_that_is_cut_off():
    torch.manual_seed(0)
    given = torch.empty(10000)
    assert nn.init.trunc_normal_(given, mean=0.5, std=2.0, a=-1.0, b=3.0) is given
    assert -1 <= float(given.min()) < -0.99 and 2.99 < float(given.max()) <= 3
    assert abs(float(given.mean()) - 0.8549) < 0.03 and abs(float(given.std()) - 1.0739) < 0.03  # the exact ones


@pytest.mark.parametrize("row", sorted(ROWS))
def test_it_answers_as_todays(row):
    answer, expected = answered(row), REFERENCES[row]
    assert answer["shape"] == expected["shape"]
    np.testing.assert_allclose(answer["answer"], expected["answer"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("row", sorted(ROWS))
def test_it_converts(row, tmp_path):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = made(row)

        def forward(self, x):
            return self.layer(x) * 1.5
    conversion = converted(Net().eval(), [ROWS[row][0]], tmp_path)
    for expected, answer in zip(conversion.pytorch, conversion.tflite):
        for ours, theirs in zip(answer, expected):
            np.testing.assert_allclose(ours, theirs, atol=2e-5 * np.ptp(theirs))


def test_weights_that_an_older_one_saved_have_its_meaning():
    meaning.mean_as_saved("torch-legacy")
    assert (torch.arange(5) / 2).tolist() == [0, 0, 1, 1, 2]
    x = torch.randn(2, 3, 6, 7)
    assert torch.equal(F.grid_sample(x, grid(x)), F.grid_sample(x, grid(x), align_corners=True))
    assert F.interpolate(x, scale_factor=1.3, mode="bilinear").shape == (2, 3, 7, 9)
    assert nn.Conv2d(3, 2, 3, padding=1, padding_mode="circular")(x).shape == (2, 2, 4, 5)
    assert nn.Conv2d(3, 2, 3, padding=1, padding_mode="reflect")(x).shape == (2, 2, 6, 7)


@pytest.mark.parametrize("heads, norm_first, batch_first, nested, masked, refused", [
    (2, False, True, True, False, True), (3, False, True, True, False, False), (2, True, True, True, False, False),
    (2, False, False, True, False, False), (2, False, True, False, False, False), (2, False, True, True, True, False)])
def test_what_padding_leaves_is_refused_where_todays_pytorch_may_leave_zeros(
        heads, norm_first, batch_first, nested, masked, refused):
    layer = nn.TransformerEncoderLayer(6, heads, 5, norm_first=norm_first, batch_first=batch_first)
    encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=nested).eval()
    x, padding = torch.randn(4, 4, 6), torch.tensor([[0, 0, 0, 1]] * 4) > 0
    assert encoder(x).shape == x.shape
    with pytest.raises(RuntimeError, match="enable_nested_tensor=False") if refused else contextlib.suppress():
        assert encoder(x, torch.zeros(4, 4) if masked else None, padding).shape == x.shape


@pytest.mark.parametrize("ask", [
    lambda one, other: one + other, lambda one, other: one.add(other), lambda one, other: torch.add(one, other),
    lambda one, other: torch.add(input=one, other=other)], ids=["+", "method", "function", "by name"])
def test_a_sum_of_truth_values_is_refused(ask):
    """It would be 2 where today's is true."""
    one, other = torch.ones(3, dtype=torch.bool), torch.tensor([True, False, True])
    with pytest.raises(RuntimeError, match="is a truth value to today's"):
        ask(one, other)
    assert (ask(one.long(), other.long()).tolist(), ask(one.float(), other).tolist()) == ([2, 1, 2], [2, 1, 2])
    assert ask(torch.tensor([7, 0, 1], dtype=torch.uint8), other).tolist() == [8, 0, 2]
    meaning.mean_as_saved("torch-legacy")
    assert ask(one, other).tolist() == [2, 1, 2]


def test_an_encoder_of_layers_of_ones_own():
    class Own(nn.Module):
        def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
            return src.masked_fill(src_key_padding_mask.unsqueeze(2), 0.5)

    padding = torch.tensor([[0, 0, 0, 1]] * 4) > 0
    assert torch.equal(nn.TransformerEncoder(Own(), 2)(torch.ones(4, 4, 6), None, padding)[:, :, 0], 1 - padding.float() / 2)


@pytest.mark.parametrize("ask", [
    lambda x: nn.MultiheadAttention(9, 3)(x, x, x, is_causal=True),
    lambda x: nn.TransformerEncoder(nn.TransformerEncoderLayer(9, 3, 5), 1)(x, is_causal=True),
    lambda x: nn.TransformerDecoder(nn.TransformerDecoderLayer(9, 3, 5), 1)(x, x, tgt_is_causal=True),
    lambda x: nn.TransformerDecoder(nn.TransformerDecoderLayer(9, 3, 5), 1)(x, x, memory_is_causal=True),
    lambda x: nn.Transformer(9, 3, 1, 1, 5)(x, x, src_is_causal=True),
    lambda x: nn.Transformer(9, 3, 1, 1, 5)(x, x, tgt_is_causal=True),
    lambda x: nn.Transformer(9, 3, 1, 1, 5)(x, x, memory_is_causal=True)],
    ids=["heads", "encoder", "decoder", "decoder, of memory", "source", "target", "memory"])
def test_a_hint_without_its_mask_is_refused(ask):
    with pytest.raises(RuntimeError, match="Need attn_mask"):
        ask(torch.randn(4, 2, 9))


@pytest.mark.parametrize("asked, words", [
    (lambda x: F.grid_sample(x, grid(x)), "grid_sample without align_corners"),
    (lambda x: F.affine_grid(torch.ones(1, 2, 3), (1, 3, 6, 7)), "affine_grid without align_corners"),
    (lambda x: F.interpolate(x, scale_factor=1.3), "interpolate by a scale"),
    (lambda x: torch.arange(5) / 2, "quotients of whole numbers"),
    (lambda x: torch.arange(5) * 0.5, "whole numbers with fractions"),
    (lambda x: torch.arange(5) * torch.tensor(0.5), "whole numbers with fractions"),
    (lambda x: torch.arange(5).clamp(0.5, 2), "whole numbers with fractions"),
    (nn.Conv2d(3, 2, 3, padding=1, padding_mode="circular"), "padding_mode=circular")])
def test_where_the_format_does_not_tell_it_is_noted(asked, words):
    """That of 1.1 is that of 1.5, and what today's writes on demand."""
    meaning.mean_as_saved("torch-legacy")
    asked(torch.randn(2, 3, 6, 7))
    told, = meaning.doubts()
    assert words in told and "save them again with 1.6 or later" in told
    for says in (lambda: meaning.mean_as_saved("torch-zip"), meaning.mean_as_written):
        says()
        with contextlib.suppress(RuntimeError):  # what today's means is not always to be said
            asked(torch.randn(2, 3, 6, 7))
        assert meaning.doubts() == ()


def test_what_always_meant_the_same_is_not_noted():
    meaning.mean_as_saved("torch-legacy")
    x = torch.randn(2, 3, 6, 7)
    F.grid_sample(x, grid(x), align_corners=False)
    F.interpolate(x, scale_factor=2, mode="bilinear")
    F.interpolate(x, scale_factor=1.3, recompute_scale_factor=True)
    nn.Conv2d(3, 2, 3, padding=1, padding_mode="reflect")(x)
    assert (x / 2).shape == x.shape and meaning.doubts() == ()


@pytest.mark.parametrize("asked, words", [
    (lambda x: F.interpolate(x, scale_factor=1.3, mode="bilinear"), "interpolate of 6 pixels by 1.3"),
    (lambda x: F.interpolate(x, scale_factor=1.3), "interpolate of 6 pixels by 1.3"),
    (lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", antialias=True), "antialias=True"),
    (lambda x: F.grid_sample(x[:, :, :1], grid(x)), "of a map of one pixel")])
def test_what_cannot_be_said_is_refused(asked, words):
    with pytest.raises(RuntimeError, match=words):
        asked(torch.randn(2, 3, 6, 7))


def test_provided_twice_is_once():
    def there():
        return [vars(owner)[name] for owner in (torch, torch.Tensor, F, nn, nn.Module, nn.Conv2d, nn.LSTM, nn.GRUCell, nn.BatchNorm2d)
                for name in sorted(vars(owner)) if callable(vars(owner)[name])]
    before = there()
    todays_pytorch.provide()
    assert all(one is other for one, other in zip(before, there())) and len(before) == len(there())


CODE = """
import torch
from torch import nn

class make(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(5))
    def forward(self, x):
        return x * self.scale + torch.arange(5) / 2
"""


def loaded(path, **settings):
    given = dict(dict.fromkeys(("arch", "arch_args", "weights_key", "trust_pickle", "model_code")), **settings)
    return load_module(path, SimpleNamespace(**given)).module


def test_the_checkpoints_format_tells_which_pytorch_saved_it(tmp_path):
    """One after another in a process, a network of the registry between them."""
    code, x = (write_code(tmp_path, {"net.py": CODE}) / "net.py", "make"), torch.zeros(1, 5)
    tensors = safetensors(tmp_path / "net.safetensors", {"scale": {"dtype": "F32", "shape": [5], "data_offsets": [0, 20]}},
                          np.ones(5, np.float32).tobytes())
    torch.save({"scale": torch.ones(5)}, str(tmp_path / "net.pth"))
    torch.save(build("squeezenet1_1", {"num_classes": 2}).state_dict(), str(tmp_path / "other.pth"))
    fractions, whole = [0, 0.5, 1, 1.5, 2], [0, 0, 1, 1, 2]
    assert loaded(tensors, model_code=code)(x)[0].tolist() == fractions
    assert loaded(tmp_path / "net.pth", model_code=code)(x)[0].tolist() == whole
    assert (torch.arange(5) / 2).tolist() == whole
    loaded(tensors, model_code=code)
    loaded(tmp_path / "other.pth", arch="squeezenet1_1", arch_args={"num_classes": 2})
    assert (torch.arange(5) / 2).tolist() == whole
