"""Spectra, as PyTorch 1.1 gives them: the last axis are their two parts."""
import torch

from tests.operators.case import Case, of

_SIGNAL = [(2, 90)]
_WINDOW = torch.hann_window(16)

ROWS = [
    Case("spectra", of(lambda x: torch.stft(x, 16, 5, window=_WINDOW)), _SIGNAL),
    Case("spectra of every bin, scaled", of(lambda x: torch.stft(x, 15, 4, normalized=True, onesided=False)), _SIGNAL),
    Case("spectra of a narrow window", of(lambda x: torch.stft(x, 21, 7, 16, _WINDOW, center=False)), _SIGNAL),
    Case("power of spectra", of(lambda x: torch.stft(x, 16, window=_WINDOW, pad_mode="constant").pow(2).sum(-1)), _SIGNAL),
]
