"""Transforms and windows of newer opsets, as numpy and PyTorch compute them: ONNX Runtime 1.10 knows none of them."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.onnx_backend.newer_forms import MAP, Row, ints
from tests.onnx_backend.test_newer_opsets import answers, file_of

SIGNAL, COMPLEX = MAP.reshape(2, 60, 2)[..., :1], MAP.reshape(2, 3, 20, 2)
WINDOW = np.hanning(12).astype(np.float32)


def pairs(x):
    return np.stack([x.real, x.imag], -1)


def frames(x, step, window, onesided=True):
    """[N, L] -> [N, frames, bins, 2]"""
    starts = range(0, x.shape[1] - len(window) + 1, step)
    cut = np.stack([x[:, start:start + len(window)] * window for start in starts], 1)
    return pairs(np.fft.rfft(cut) if onesided else np.fft.fft(cut))


def folded(x, size, kernel, **steps):
    return F.fold(torch.from_numpy(x), size, kernel, **steps).numpy()


FORMULAS = [
    (Row("STFT", 17, {"s": ints(5), "w": WINDOW}, {}, SIGNAL), lambda x: frames(x[..., 0], 5, WINDOW)),
    (Row("STFT", 17, {"s": np.array(7), "w": WINDOW, "l": np.array(12)}, {"onesided": 0}, SIGNAL[..., 0]),
     lambda x: frames(x, 7, WINDOW, False)),
    (Row("STFT", 17, {"s": np.array(4), "l": np.array(9)}, {}, SIGNAL, ("x", "s", "", "l")),
     lambda x: frames(x[..., 0], 4, np.ones(9))),
    (Row("DFT", 17, {}, {}, SIGNAL), lambda x: pairs(np.fft.fft(x[..., 0]))),
    (Row("DFT", 17, {}, {"onesided": 1, "axis": 1}, SIGNAL), lambda x: pairs(np.fft.rfft(x[..., 0]))),
    (Row("DFT", 17, {}, {"axis": 2}, COMPLEX), lambda x: pairs(np.fft.fft(x[..., 0] + 1j * x[..., 1]))),
    (Row("DFT", 17, {}, {"axis": 1, "inverse": 1}, COMPLEX), lambda x: pairs(np.fft.ifft(x[..., 0] + 1j * x[..., 1], axis=1))),
    (Row("DFT", 17, {"n": ints(25)}, {"axis": -2}, COMPLEX), lambda x: pairs(np.fft.fft(x[..., 0] + 1j * x[..., 1], 25))),
    (Row("DFT", 17, {"n": ints(13)}, {"onesided": 1}, SIGNAL), lambda x: pairs(np.fft.rfft(x[..., 0], 13))),
    (Row("DFT", 20, {"a": np.array(-3)}, {}, COMPLEX, ("x", "", "a")),
     lambda x: pairs(np.fft.fft(x[..., 0] + 1j * x[..., 1], axis=1))),
    (Row("DFT", 20, {}, {}, COMPLEX[:, 0]), lambda x: pairs(np.fft.fft(x[..., 0] + 1j * x[..., 1]))),
    (Row("DFT", 17, {"n": ints(20)}, {"onesided": 1, "inverse": 1}, COMPLEX[:, 0, :11]),
     lambda x: np.fft.irfft(x[..., 0] + 1j * x[..., 1], 20)[..., None]),
    (Row("DFT", 17, {"n": ints(17)}, {"onesided": 1, "inverse": 1, "axis": 2}, COMPLEX[:, :, :11]),
     lambda x: np.fft.irfft(x[..., 0] + 1j * x[..., 1], 17)[..., None]),
    (Row("DFT", 17, {}, {"onesided": 1, "inverse": 1}, COMPLEX[:, 0, :11]),
     lambda x: np.fft.irfft(x[..., 0] + 1j * x[..., 1])[..., None]),
    (Row("Col2Im", 18, {"i": ints(6, 7), "b": ints(2, 2)}, {}, MAP.reshape(2, 4, 30)), lambda x: folded(x, (6, 7), 2)),
    (Row("Col2Im", 18, {"i": ints(9, 8), "b": ints(3, 2)}, {"strides": [2, 3], "pads": [1, 2, 1, 2], "dilations": [1, 2]},
         MAP.reshape(1, 12, 20)),
     lambda x: folded(x, (9, 8), (3, 2), stride=(2, 3), padding=(1, 2), dilation=(1, 2))),
    (Row("Pad", 19, {"p": ints(0, 1, 2, -1, 0, 0, 7, 3)}, {"mode": "wrap"}),
     lambda x: np.pad(x, [(0, 0), (1, 0), (2, 7), (0, 0)], "wrap")[..., np.arange(1, 8) % 5]),
]


@pytest.mark.parametrize("row, formula", FORMULAS, ids=lambda each: "{}-{}".format(each.op, each.attributes) if isinstance(
    each, Row) else "")
def test_answers(row, formula):
    found, = answers(file_of(row), row.x)
    expected = formula(row.x)
    assert found.shape == expected.shape and found.dtype == np.float32
    assert np.allclose(found, expected, atol=2e-6 * np.abs(expected).max())
