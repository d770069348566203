"""Rows of complex numbers, Fourier transforms, order among numbers, and samples without a batch. Of changed.py's kind."""
_MAP, _ROW = (2, 3, 6, 7), (2, 3, 9)
SPECTRA = {
    "spectra of rows": (
        _ROW, "lambda x: torch.fft.rfft(x).abs() + torch.fft.rfft(x, norm='ortho').real + torch.fft.rfft(x, n=8, dim=-1).imag * 2 "
              "+ torch.fft.rfft(x, 9, norm='forward').abs() + torch.fft.fft(x)[..., 4:].imag + torch.fft.fft(x, dim=1).real[..., :5] "
              "+ torch.fft.rfft(x, n=4, dim=1).real.sum(1, keepdim=True)[..., 2:7]"),
    "spectra and back": (
        _ROW, "lambda x: torch.fft.irfft(torch.fft.rfft(x) * weights(5), n=9) + torch.fft.irfft(torch.fft.rfft(x, n=10), norm='ortho')"
              "[..., 1:] + torch.fft.ifft(torch.fft.fft(x) * torch.view_as_complex(weights(9, 2))).imag "
              "+ torch.fft.irfft(torch.fft.fft(x, norm='forward'), 11, norm='forward')[..., :9] + torch.fft.irfft(x)[..., 2:11] "
              "+ torch.fft.ifft(x, norm='ortho').real"),
    "spectra of maps": (
        _MAP, "lambda x: torch.fft.irfft2(torch.fft.rfft2(x, norm='ortho') * torch.view_as_complex(weights(6, 4, 2)), s=(6, 7), "
              "norm='ortho') + torch.fft.fft(torch.fft.fft(x, dim=-1), dim=-2).real + torch.fft.fft2(x, dim=(1, 2)).imag "
              "+ torch.fft.ifft2(x, s=(4, 7)).real.sum(2, keepdim=True) + torch.fft.fftn(x, dim=(1, 3)).real "
              "+ torch.fft.irfftn(torch.fft.rfftn(x, dim=(2, 1)), s=(6, 3), dim=(2, 1)) + torch.fft.ifftn(torch.fft.fftn(x)).real"),
    "frequencies": (
        _ROW, "lambda x: x + torch.fft.fftfreq(9, 0.5) + torch.fft.rfftfreq(16) + torch.fft.fftshift(x, dim=2) "
              "- torch.fft.ifftshift(x, (1, 2)) + torch.fft.fftshift(x) + torch.fft.fftshift(torch.fft.fft(x), dim=-1).real"),
    "spectra of short times": (
        (2, 40), "lambda x: torch.stft(x, 16, 4, 10, torch.hann_window(10), return_complex=True).abs() + torch.view_as_real(torch.stft("
                 "x, 16, hop_length=4, window=torch.hamming_window(16), normalized=True, pad_mode='constant', return_complex=True))"
                 "[..., 1] + x.stft(16, 4, window=torch.ones(16), return_complex=True).real + torch.stft(x, n_fft=16, win_length=16, "
                 "window=torch.ones(16), center=False, onesided=False, return_complex=True).pow(2).imag[:, :9].sum(2, keepdim=True) "
                 "+ torch.stft(x[0], 16, window=torch.ones(16), return_complex=True).add(30.0).angle()"),
    "sounds of spectra": (
        (2, 48), "lambda x: torch.istft(torch.stft(x, 16, 4, window=torch.hann_window(16), return_complex=True) * 0.5, 16, 4, window="
                 "torch.hann_window(16)) + torch.istft(torch.stft(x, 12, 3, 8, torch.hamming_window(8), normalized=True, return_complex="
                 "True), 12, 3, 8, torch.hamming_window(8), normalized=True, length=48) + torch.istft(torch.stft(x[1], 16, 4, window="
                 "torch.ones(16), return_complex=True), 16, 4, window=torch.ones(16), center=True, length=48)"),
    "complex numbers": (
        _ROW, "lambda x: torch.abs(torch.complex(x, x * 2) + 1j) + torch.view_as_real(torch.polar(x.abs(), x * 3) * torch.complex(x, "
              "weights(9))).sum(-1) + torch.angle(torch.complex(x, weights(9))) + (torch.complex(x, x) / torch.complex(x * x + 1, x)).imag "
              "+ torch.real(torch.complex(x, x).conj() * (2 - 1j)) + torch.imag(torch.conj(torch.complex(x, x))) * 0.25 + torch.angle(x) "
              "+ x.angle() * 0.5 + torch.real(x) + x.conj() + x.real + torch.exp(1j * x).imag + (x * 1j).imag + (1 - torch.complex(x, x)).real "
              "+ (1j / torch.complex(x + 3, x)).real + (x - torch.complex(x, x)).imag"),
    "complex numbers moved": (
        _MAP, "lambda x: torch.cat([torch.complex(x, x), x * 1j], 1).imag[:, 1:4] + torch.stack([torch.complex(x, x * 2), torch.complex("
              "x * 3, x)])[0].imag + torch.complex(x, x * 2).transpose(1, 2).reshape(2, -1, 7).sum(1, keepdim=True).imag[:, None] "
              "+ (torch.complex(x, x) @ torch.complex(x.mT, x.mT * 2))[..., :1].imag + torch.einsum('bchw,cd->bdhw', torch.complex(x, x * 2), "
              "torch.complex(weights(3, 3), weights(3, 3))).real + torch.complex(x, x).permute(0, 1, 3, 2).flatten(2).unflatten(2, (7, 6))"
              ".mT.imag + torch.mean(torch.complex(x, x * 2), dim=1, keepdim=True).imag + x * torch.is_complex(x) + x * torch.complex(x, x)"
              ".is_complex() + torch.complex(x, x).chunk(3, dim=1)[1].imag"),
    "turned by complex numbers": (
        (2, 5, 3, 8), "lambda x: torch.view_as_real(torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2)) * torch.polar(torch.ones("
                      "5, 4), torch.outer(torch.arange(5), 1 / 10 ** (torch.arange(0, 8, 2)[:4].float() / 8))).view(1, 5, 1, 4)).flatten(3)"
                      ".type_as(x)"),
    "angles of two": (
        _ROW, "lambda x: torch.atan2(x, x.flip(2)) + x.atan2(weights(9)) + torch.atan2(F.relu(x), x.clamp(max=0)) + torch.atan2(x, torch."
              "zeros_like(x)) + torch.atan2(torch.zeros_like(x), x) + torch.arctan2(x * 1e-3, x - 0.5) + torch.atan2(weights(3, 1), x * 1e4) "
              "+ torch.hypot(x, weights(9)) + x.hypot(x * 2) + x.arctan2(x * x)"),
    "quantiles": (
        _ROW, "lambda x: torch.quantile(x, 0.3, dim=2, keepdim=True) + x.quantile(torch.tensor([0.25, 0.9]), dim=1, keepdim=True).sum(0) "
              "+ torch.quantile(x, 0.77) + torch.quantile(x, torch.tensor([0.1, 0.5]), dim=-1)[1][..., None] + torch.quantile(x, 1.0, -1, True) "
              "+ torch.quantile(x, torch.tensor([0.4]), keepdim=True)[0] + sum(torch.quantile(x, 0.31, 2, True, interpolation=way) * n for n, way "
              "in enumerate(('lower', 'higher', 'nearest', 'midpoint'), 1)) + x.quantile(0.0, 0)"),
    "medians": (
        _MAP, "lambda x: x - torch.median(x) + x.median(dim=2, keepdim=True).values + torch.median(x, -1)[0][..., None] + x[:, :2].median() "
              "+ x.median(1, True)[0]"),
    "among sorted ones": (
        _ROW, "lambda x: torch.searchsorted(torch.arange(5.0) / 5, x) * x + torch.searchsorted(weights(2, 3, 6).sort(-1).values, x, right=True) "
              "+ torch.searchsorted(torch.tensor([1, 3, 5]), whole, side='right', out_int32=True) + torch.searchsorted(weights(4), x, sorter="
              "weights(4).argsort())"),
    "convolutions without a batch": (
        _MAP, "lambda x: F.conv2d(x[0], weights(3, 3, 3, 3), weights(3), padding=1) + F.conv_transpose2d(x[1], weights(3, 3, 1, 1)) "
              "+ F.conv1d(x[0, 0], weights(6, 6, 3), padding='same') + F.conv1d(x[0, 1], weights(6, 1, 5), weights(6), 1, 2, groups=6)"),
    "a layer without a batch": (
        _MAP, "layer(nn.Conv2d(3, 3, 3, padding=1, padding_mode='reflect'), lambda of, x: of(x[1]) + of(input=x[0]) + x)"),
    "a layer by a word without a batch": (_MAP, "layer(nn.Conv2d(3, 3, 3, padding='same'), lambda of, x: of(x[1]) * x)"),
    "a layer of rows without a batch": (
        _MAP, "layer(nn.Conv1d(6, 6, 3, padding=1, padding_mode='circular'), lambda of, x: of(x[1, 0]) + x)"),
    "a layer widened without a batch": (_MAP, "layer(nn.ConvTranspose1d(6, 6, 3, padding=1), lambda of, x: of(x[1, 0]) + x)"),
    "pools without a batch": (
        _MAP, "lambda x: F.max_pool2d(x[0], 3, 1, 1) + F.avg_pool2d(x[1], (3, 1), 1, (1, 0)) + nn.AdaptiveAvgPool2d((1, 7))(x[0]) "
              "+ nn.MaxPool1d(3, 1, 1)(x[0, 1]) + F.avg_pool1d(x[1, 1], 3, 1, 1) + F.adaptive_avg_pool1d(x[0, 0], 1) "
              "+ F.adaptive_max_pool2d(x[0], (6, 1)) + F.pixel_shuffle(x[0].repeat(4, 1, 1)[:4, :3], 2)[..., :7] "
              "+ F.pixel_unshuffle(x[0, :, :, :6], 2).sum(0).sum() + F.pad(x[0], (1, 1, 2, 0), mode='reflect')[:, 1:7, 1:8] "
              "+ F.max_pool2d(x[0], 3, 1, 1, return_indices=True)[0]"),
    "a sequence without a batch": ((9, 4), "layer(nn.GRU(4, 4), lambda of, x: of(x)[0] + of(x * 2, weights(1, 4))[1])"),
    "a sequence both ways without a batch": (
        (9, 4), "layer(nn.LSTM(4, 2, batch_first=True, bidirectional=True), lambda of, x: of(x)[0] + x)"),
    "a sequence's last states without a batch": (
        (9, 4), "layer(nn.LSTM(4, 4), lambda of, x: sum(of(x, (weights(1, 4), weights(1, 4) * 2))[1]) + x)"),
    "a step without a batch": (
        (9, 4), "layer(nn.LSTMCell(4, 4), lambda of, x: sum(of(x[1], (x[2], x[3]))) + of(x[0])[0] + x)"),
    "a gated step without a batch": ((9, 4), "layer(nn.GRUCell(4, 4), lambda of, x: of(x[1], x[2]) + of(x[0]) * x)"),
    "a scale for each axis": (
        _MAP, "lambda x: nn.Upsample(scale_factor=(2, 3))(x)[..., 3:] + nn.Upsample(scale_factor=(2.0, 3.0), mode='bilinear')(x)[..., 3:]"),
    "more of hyperbolas": (
        _ROW, "lambda x: torch.asinh(x) * (whole + 1) + x.arcsinh() * 0.5 + torch.acosh(x * x + 1.5) + (x.abs() * 9 + 2).arccosh() "
              "+ torch.asinh(x * 1e-3) * 1e3 + torch.asinh(x * 1e4)"),
    "products of the last axes": (
        _MAP, "lambda x: torch.inner(x, x[0, 0])[..., :1] + x.inner(weights(7)).unsqueeze(-1) + torch.inner(x, torch.tensor(2.0)) "
              "+ torch.searchsorted(torch.tensor([1.0, 2.0, 3.0]), 2.0, right=True) + torch.bucketize(2, torch.tensor([1, 2, 3]))"),
}
