"""What means another thing to PyTorch 1.1 than today, on a map [2, 3, 6, 7] or a row [2, 3, 9]."""
from typing import Any, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.model_code.newer.added import MORE
from tests.model_code.newer.spectra import SPECTRA

_MAP, _ROW = (2, 3, 6, 7), (2, 3, 9)
ROWS = {
    "whole numbers divided": (_ROW, "lambda x: x + torch.arange(9) / 4"),
    "whole numbers divided by others": (_ROW, "lambda x: x + 7 / torch.arange(1, 10) + torch.arange(9).div(torch.arange(2, 11))"),
    "a quotient by name": (_ROW, "lambda x: x / 3 + torch.div(torch.arange(9), 2)"),
    "whole quotients": (_ROW, "lambda x: x + (torch.arange(9) // 2).float() + (torch.arange(9.0) // 2)"),
    "whole quotients below zero": (
        _ROW, "lambda x: x + (-whole // 2) + (x * 5 // 2) - whole // torch.tensor(-4)"),
    "whole numbers and fractions": (_ROW, "lambda x: x + whole * 0.5 - (0.25 + whole) * (1.5 - whole) + whole ** 0.5"),
    "powers and remainders": (_ROW, "lambda x: x + 1.5 ** whole + whole % 1.5 + torch.fmod(whole, 2.5)"),
    "fractions by name": (_ROW, "lambda x: x + torch.mul(whole, 0.5) + whole.add(0.5) - torch.sub(whole, 1.25)"),
    "compared with fractions": (
        _ROW, "lambda x: x + (whole >= 2.5) * 0.5 + (whole == 3.5) * 7.0 + torch.lt(whole, 4.5)"),
    "whole tensors and others": (
        _ROW, "lambda x: x * whole + (whole - x) * whole.int() + torch.max(x, whole) - whole.int() * whole"),
    "numbers of no axes": (
        _ROW, "lambda x: x * torch.tensor(3) + whole * torch.tensor(0.5) + torch.tensor(2) * 0.25 * x"),
    "truths": (_ROW, "lambda x: x * (x > 0) + (x > 0.5) * 1.5 - (x < 0).sum() * 0.25 + (~(x > 0)) * whole"),
    "functions of whole numbers": (
        _ROW, "lambda x: x + torch.exp(-whole) + whole.sqrt() + torch.sin(whole) * whole.cos()"),
    "positions": (
        _ROW, "lambda x: x + torch.sin(whole * torch.exp(torch.arange(0, 18, 2) * -0.4)) + 10.0 ** (whole / 9)"),
    "whole numbers between fractions": (_ROW, "lambda x: x + whole.clamp(0.5, 4.5) + torch.clamp(whole, max=3.25)"),
    "joined": (
        _ROW, "lambda x: torch.cat([x, whole.expand(2, 1, 9)], 1) * torch.stack([torch.ones(9), whole])[1]"),
    "chosen": (
        _ROW, "lambda x: torch.where(x > 0, x, 0.25) + torch.where(x > 0, 2, x) + torch.where(x > 0, whole, x)"),
    "full of a whole number": (
        _ROW, "lambda x: x + torch.arange(5.0)[torch.full((2, 1, 9), 3)] + torch.full((9,), 2) / 4"),
    "numbers of numpy's": (_ROW, "lambda x: x + whole * np.float32(0.5) + whole.clamp(np.float32(1.5), np.float64(4.5))"),
    "into another": (_ROW, "lambda x: torch.div(x, 2, out=torch.empty_like(x)) + torch.max(x, x * 2, out=torch.empty_like(x))"),
    "operands by name": (
        _ROW, "lambda x: torch.add(input=x, other=whole) + torch.max(input=x, dim=2)[0].unsqueeze(2) + torch.max(x, other=whole) "
              "+ torch.exp(input=x) + torch.clamp(input=whole, min=0.5) + torch.clamp(x, max=0.5) "
              "+ torch.div(input=whole, other=2) + whole.mul(other=0.5) + torch.cat(tensors=[x, x], dim=2).narrow(2, 0, 9)"),
    "sampled": (_MAP, "lambda x: F.grid_sample(x, grid(x))"),
    "sampled to the border": (_MAP, "lambda x: F.grid_sample(x, grid(x), padding_mode='border', align_corners=False)"),
    "sampled, corners aligned": (_MAP, "lambda x: F.grid_sample(x, grid(x), align_corners=True)"),
    "transformed": (_MAP, "lambda x: F.grid_sample(x, F.affine_grid(theta(), [2, 3, 5, 4]))"),
    "transformed, corners aligned": (
        _MAP, "lambda x: F.grid_sample(x, F.affine_grid(theta(), (2, 3, 5, 4), align_corners=True), align_corners=True)"),
    "resized": (_MAP, "lambda x: F.interpolate(x, scale_factor=2.5, mode='bilinear', recompute_scale_factor=True)"),
    "resized to whole pixels": (_MAP, "lambda x: F.interpolate(x, scale_factor=(1.5, 2), mode='bilinear')"),
    "resized, corners aligned": (_MAP, "lambda x: F.interpolate(x, scale_factor=1.3, mode='bilinear', align_corners=True)"),
    "resized by words": (_MAP, "lambda x: F.interpolate(x, size=(9, 4), mode='nearest', antialias=False)"),
}
ROWS.update({
    "truth values beside whole numbers": (
        _ROW, "lambda x: x + (x > 0) * -1 + (x > 0) * 300 + 256 * (x > 0.5) + ((x > 0) + -1) * 0.5 - (x > 0) * torch.tensor(400) "
              "+ torch.ones(9, dtype=torch.bool) * -2 + ((x > 0) < -1) + x.eq(x).mul(-3) + 2 * (x > 0) * 200"),
    "the first of equals": (
        _ROW, "lambda x: x * torch.zeros_like(x).argmax() + x * F.relu(x).argmin(2, keepdim=True) + F.relu(-x).max(2)[1].unsqueeze(2) "
              "+ torch.min(F.relu(x), dim=1, keepdim=True)[1] + torch.argmax(torch.round(x), dim=1, keepdim=True) "
              "+ torch.argmin((x > 0).float(), -1).unsqueeze(1)[..., :1]"),
    "distances of pairs": (
        _ROW, "lambda x: x + F.pairwise_distance(x, x * 2).unsqueeze(2) + F.pairwise_distance(x, x[0], p=1, eps=0.5, keepdim=True) "
              "+ nn.PairwiseDistance(keepdim=True)(x, x.flip(1))"),
    "angles": (
        _ROW, "lambda x: x + F.cosine_similarity(x * 1e-9, x, dim=2).unsqueeze(2) + F.cosine_similarity(x, x.flip(1) + 1, eps=3.0)"
              ".unsqueeze(1) + nn.CosineSimilarity(0)(x, x[:1])"),
    "round at one end": (
        _MAP, "lambda x: F.pad(x, (0, 2, 1, 0), mode='circular') + F.pad(x, (2, 0, 0, 1), 'circular')"),
    "turned back at the edges": (_MAP, "lambda x: F.grid_sample(x, grid(x) * 2, padding_mode='reflection')"),
    "sums by letters": (
        _MAP, "lambda x: torch.einsum('BCHW,BDHW->BCHW', x, x) + torch.einsum('b...,b...->b', x, x)[:, None, None, None] "
              "+ torch.einsum('aBcd,aB', [x, x[..., 0, 0]]).sum() + torch.einsum('...d,de->...e', x, weights(7, 7)) "
              "+ torch.einsum('... h w, ... h w -> h w', x, x) + torch.einsum('bchw,bchw->', x, x)"),
})
ADDED = {  # what PyTorch 1.1 does not have
    "largest of axes": (
        _MAP, "lambda x: torch.amax(x, (1, -1), keepdim=True) + x.amin(2)[:, :, None] + x.amax(-1, True) + x.amin()"),
    "of two": (_ROW, "lambda x: torch.maximum(x, x.flip(2)) - x.minimum(x * 0.5).square() + torch.square(x)"),
    "limits by another name": (_ROW, "lambda x: torch.clip(x, -0.5, max=0.25) + x.clip(min=0.125) + x.clip(None, 0.5)"),
    "axes moved": (_MAP, "lambda x: torch.movedim(x, 1, -1).moveaxis((0, 1), (1, 0)) + x.permute(2, 0, 3, 1) * 0.5"),
    "axes by numpy's names": (
        _MAP, "lambda x: torch.cat([x, x], axis=1).sum(axis=(1, 2), keepdims=True) + torch.stack([x, x], axis=0).mean(axis=0) "
              "+ torch.concat([x, x], axis=2).std(axis=-2, keepdims=True) + x.max(axis=1, keepdims=True)[0] "
              "+ torch.min(x, axis=2)[0].unsqueeze(axis=2) + torch.softmax(x, axis=1) + x.log_softmax(axis=3) "
              "+ x.cumsum(axis=2)"),
    "picks by numpy's names": (
        _MAP, "lambda x: x.amax(axis=1, keepdims=True) + torch.logsumexp(x, axis=3, keepdims=True) "
              "+ x.argmax(axis=2, keepdims=True) * 0.5 + x.chunk(3, axis=1)[1] + x.topk(1, axis=3)[0] + x.unbind(axis=0)[0] "
              "+ torch.index_select(x, axis=1, index=torch.tensor([0, 2, 2])) + x.prod(axis=1, keepdims=True)"),
    "grids": (
        _MAP, "lambda x: x * torch.meshgrid(torch.arange(6.0), torch.arange(7.0), indexing='ij')[1] + torch.ravel(x)[3] "
              "+ x * torch.meshgrid([torch.arange(7.0), torch.arange(6.0)], indexing='xy')[0] + x.ravel()[9] "
              "+ x * torch.meshgrid(torch.arange(7.0), torch.arange(6.0), torch.arange(2.0) + 3, indexing='xy')[2][..., 1] "
              "+ x * torch.meshgrid(torch.arange(7.0), torch.arange(6.0), torch.arange(2.0), indexing='xy')[1][..., 1]"),
    "axes turned": (_MAP, "lambda x: x.mT @ x + x[0, 0].T @ x[0, 0] + x[0].T.sum() + x[0, 0, 0].T[1]"),
    "side by side": (
        _ROW, "lambda x: torch.hstack([x, x * 2])[:, 2:5] + torch.vstack((x[0, 0], x[1, 0], whole))[1:2] "
              "+ torch.hstack((x[0, 0, :4], whole[:5]))"),
    "as it lies in memory": (
        _MAP, "lambda x: x.contiguous(memory_format=torch.channels_last) + x.clone(memory_format=torch.contiguous_format) * 2"),
    "axes changed": (_MAP, "lambda x: torch.permute(x, (0, 3, 2, 1)) + x.swapaxes(1, 3) * torch.swapdims(x, 1, -1)"),
    "joined by another name": (_ROW, "lambda x: torch.concat([x, x.tile((2,)).narrow(2, 3, 9), x.tile(1, 1, 1)], dim=1)"),
    "logic": (_ROW, "lambda x: x * torch.logical_and(x > -0.5, x.logical_not()) + x * torch.logical_or(x > 0.5, x < 0) "
                    "+ x.bool() * 1.5"),
    "truths of bytes": (
        _ROW, "lambda x: x * torch.tensor([5, 0, 2], dtype=torch.uint8).bool().unsqueeze(1) + x * torch.logical_and("
              "torch.tensor([5, 4, 0], dtype=torch.uint8), torch.tensor([2, 0, 1], dtype=torch.uint8)).unsqueeze(1) "
              "+ torch.count_nonzero(torch.tensor([5, 4, 0], dtype=torch.uint8)) + (x > 0).logical_not() * 0.5"),
    "counted": (_ROW, "lambda x: x * torch.count_nonzero(x > 0) + (x > 0.5).count_nonzero(dim=1).unsqueeze(1)"),
    "arithmetic by other names": (
        _ROW, "lambda x: torch.multiply(x, 2) - x.subtract(whole).divide(4) + x.negative().absolute() "
              "+ torch.true_divide(whole, 4)"),
    "down by name": (_ROW, "lambda x: x + torch.floor_divide(whole, 2) + (x * 7).floor_divide(2)"),
    "powers of two": (_ROW, "lambda x: torch.exp2(x) + torch.outer(torch.arange(9.0), whole)[4] * 0.1"),
    "a larger size": (_ROW, "lambda x: x.mean(1, keepdim=True).broadcast_to((2, 3, 9)) + torch.broadcast_to(x[0, 0], (2, 3, 9))"),
    "an axis taken apart": (_ROW, "lambda x: x.unflatten(-1, (3, 3)).sum(2) + nn.Unflatten(2, (3, 3))(x).mean(3)"),
    "pixels taken apart": (_MAP, "lambda x: nn.PixelUnshuffle(2)(x[..., :6]) + F.pixel_unshuffle(x[..., 1:], 2)"),
    "attention": (_ROW, "lambda x: F.scaled_dot_product_attention(x, x.flip(1) * 3, x)"),
    "attention to what was before": (_ROW, "lambda x: F.scaled_dot_product_attention(x, x * 3, x, is_causal=True, scale=0.7)"),
    "attention through masks": (
        _ROW, "lambda x: F.scaled_dot_product_attention(x, x, x, x[:, :, :3] * 2) + F.scaled_dot_product_attention("
              "x, x * 2, x, attn_mask=whole[:3] < whole[1:4].unsqueeze(1))"),
}
TRUTHS = {
    "truth values made": (
        _ROW, "lambda x: x * torch.ones(3, 9, dtype=torch.bool).tril(2) + x * torch.zeros((3, 1), dtype=bool) "
              "+ x * torch.tensor([0.5, 0, 256], dtype=torch.bool).unsqueeze(1) - x * torch.full((3, 9), 2.5, dtype=torch.bool) "
              "+ x * torch.tensor([True, False, True], dtype=torch.bool).unsqueeze(1) * 0.5 + torch.eye(3, 9, dtype=torch.bool) "
              "+ x * torch.arange(9, dtype=torch.int64).to(torch.bool) + torch.as_tensor([3, 0, 1], dtype=torch.bool)[:, None]"),
    "truth values like others": (
        _ROW, "lambda x: x * torch.ones_like(x, dtype=torch.bool) + torch.zeros_like(x, dtype=torch.bool) "
              "+ x * x.new_ones(3, 9, dtype=torch.bool).triu(1) + x.new_tensor([0, 0.25, 1], dtype=torch.bool).unsqueeze(1) "
              "+ torch.full_like(x, 0.5, dtype=torch.bool) * x + x.new_zeros((3, 9), dtype=torch.bool) + x.new_full((9,), 3, "
              "dtype=torch.bool)"),
    "turned into truth values": (
        _ROW, "lambda x: x * (x * 0.3).to(torch.bool) + (whole * 0.3).to(dtype=torch.bool) * x + whole.type(torch.bool) * x "
              "+ (x > 0).to(torch.bool) * 2.0 + (x - x).to('cpu', torch.bool) + x.to(torch.int64).to(torch.bool)"),
    "truth values of truth values": (
        _ROW, "lambda x: x * ~torch.ones(3, 9, dtype=torch.bool).tril() + x * (torch.eye(3, 9, dtype=torch.bool) | (x > 0)) "
              "+ x * (torch.eye(3, 9, dtype=torch.bool) & torch.ones(3, 1, dtype=torch.bool)) + x * ((x > 0) ^ (x > 0.5)) * 0.5 "
              "+ x * ~(torch.eye(3, 9, dtype=torch.bool) | torch.ones(3, 9, dtype=torch.bool).triu(4)) + x * ~(x > 0)"),
    "masks of truth values": (
        _ROW, "lambda x: x.masked_fill(torch.triu(torch.ones(3, 9, dtype=torch.bool), diagonal=1), -2.0) "
              "+ x.masked_fill(~torch.tril(torch.ones(3, 9)).to(torch.bool), 0.5) "
              "+ torch.where(torch.eye(9).to(torch.bool)[2:5], x, x * 3) "
              "+ x * (2.0 if (x > 0).dtype == torch.bool and x.dtype != torch.bool else 3.0)"),
}
ADDED.update(TRUTHS)
ADDED.update(MORE)
ADDED.update(SPECTRA)
LAYERS = {  # of which the weights have the same names
    "heads": (_ROW, "layer(nn.MultiheadAttention(9, 3, batch_first=True), lambda of, x: of(x, x * 0.5, x.flip(1))[0])"),
    "heads of keys and values of other sizes": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, kdim=4, vdim=2, bias=False, batch_first=True, device='cpu'), "
              "lambda of, x: of(x, x[..., 5:], x[..., 2:4])[0])"),
    "heads, batch last": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, add_bias_kv=True, add_zero_attn=True), "
              "lambda of, x: of(x, x[:1], x[:1] * 2)[0])"),
    "heads without a batch": (
        _ROW, "layer(nn.MultiheadAttention(9, 1), lambda of, x: of(x[0], x[1], x[1])[0] + of(x[0], x[1], x[0])[1].sum())"),
    "what heads look at": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, batch_first=True), lambda of, x: of(x, x, x)[1].sum(2, keepdim=True) * x "
              "+ of(x, x, x, average_attn_weights=False)[1][:, 1, :, :1] * x)"),
    "heads through truth values": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, batch_first=True), "
              "lambda of, x: of(x, x, x, attn_mask=torch.triu(torch.ones(3, 3), diagonal=1).bool())[0])"),
    "heads through truth values, behind them a bias": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, batch_first=True, add_bias_kv=True), lambda of, x: of(x, x, x, "
              "attn_mask=torch.triu(torch.ones(3, 3), diagonal=1) > 0, need_weights=False)[0])"),
    "heads through numbers": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, batch_first=True), lambda of, x: of(x, x, x, "
              "attn_mask=torch.arange(54.0).reshape(6, 3, 3).sin(), need_weights=False)[0])"),
    "heads past padding": (
        _ROW, "layer(nn.MultiheadAttention(9, 3, batch_first=True), lambda of, x: of(x, x, x, "
              "torch.tensor([[0, 0, 1], [0, 1, 1]]) > 0, need_weights=False)[0])"),
    "an encoder's layer": (
        _ROW, "layer(nn.TransformerEncoderLayer(9, 3, 5, batch_first=True, activation='gelu'), lambda of, x: of(x))"),
    "an encoder's layer, norms first": (
        _ROW, "layer(nn.TransformerEncoderLayer(9, 3, dim_feedforward=5, norm_first=True, bias=False), "
              "lambda of, x: of(x, nn.Transformer.generate_square_subsequent_mask(2)))"),
    "an encoder": (
        _ROW, "layer(nn.TransformerEncoder(nn.TransformerEncoderLayer(9, 3, 5, batch_first=True), num_layers=2, "
              "norm=nn.LayerNorm(9), enable_nested_tensor=False), "
              "lambda of, x: of(x, mask=torch.triu(torch.ones(3, 3), 1) > 0))"),
    "an encoder past padding": (
        _ROW, "layer(nn.TransformerEncoder(nn.TransformerEncoderLayer(9, 3, 5, batch_first=True), num_layers=2, "
              "enable_nested_tensor=False), lambda of, x: of(x, src_key_padding_mask=torch.tensor([[0, 0, 1], [0, 1, 1]]) > 0))"),
    "a decoder": (
        _ROW, "layer(nn.TransformerDecoder(nn.TransformerDecoderLayer(9, 3, 5, batch_first=True), 2), "
              "lambda of, x: of(x, x[:, 1:] * 2, tgt_mask=nn.Transformer.generate_square_subsequent_mask(3)))"),
    "a transformer": (
        _ROW, "layer(nn.Transformer(9, 3, 1, 1, 5, batch_first=True), lambda of, x: of(x, x[:, :2] * 0.5))"),
    "norms": (
        _ROW, "layer(nn.Sequential(nn.LayerNorm(9, bias=False), nn.RMSNorm(9), nn.RMSNorm([3, 9], eps=0.1)).append("
              "nn.RMSNorm(9, elementwise_affine=False)), lambda of, x: of(x))"),
    "made elsewhere": (
        _MAP, "layer(nn.Sequential(nn.Conv2d(3, 5, 3, device='cpu', dtype=torch.float32), nn.GroupNorm(5, 5, device=None), "
              "nn.BatchNorm2d(5, device='cpu'), nn.ConvTranspose2d(5, 2, 2, stride=2, dtype=torch.float32)), "
              "lambda of, x: of(x))"),
    "recurrent, made elsewhere": (
        _ROW, "layer(nn.GRU(9, 4, batch_first=True, device='cpu', dtype=torch.float32), lambda of, x: of(x)[0])"),
}
ADDED.update(LAYERS)
for _mode in ("zeros", "reflect", "replicate", "circular"):
    ROWS["a row, " + _mode] = (_ROW, "filled(nn.Conv1d(3, 2, 3, padding=1, stride=2, padding_mode={!r}))".format(_mode))
    ROWS["a map, " + _mode] = (
        _MAP, "filled(nn.Conv2d(3, 4, (3, 5), padding=(1, 4), dilation=(1, 2), padding_mode={!r}))".format(_mode))
    ROWS["the same size, " + _mode] = (
        _MAP, "filled(nn.Conv2d(3, 3, (3, 4), padding='same', groups=3, padding_mode={!r}))".format(_mode))
ROWS["valid"] = (_MAP, "filled(nn.Conv2d(3, 4, 3, padding='valid', bias=False))")


ROWS.update(ADDED)


def grid(x: torch.Tensor) -> torch.Tensor:
    return torch.sin(torch.arange(2 * 4 * 5 * 2.0)).reshape(2, 4, 5, 2) * 1.3


def theta() -> torch.Tensor:
    return torch.tensor([[[0.9, 0.2, 0.1], [-0.3, 0.8, -0.2]], [[1.1, 0.0, 0.0], [0.1, 0.7, 0.3]]])


def weights(*shape: int) -> torch.Tensor:
    return torch.cos(torch.arange(float(torch.Size(shape).numel())) * 1.7).reshape(shape)


def filled(layer: nn.Module) -> nn.Module:
    for parameter in layer.parameters():
        parameter.data.copy_(weights(*parameter.shape))
        parameter.requires_grad_(False)
    return layer


class layer(nn.Module):
    """A layer, filled, and what is asked of it."""

    def __init__(self, of: nn.Module, ask: Any) -> None:
        super().__init__()
        self.of, self.ask = filled(of).eval(), ask

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.ask(self.of, x)


def made(row: str) -> Any:
    """A function of one tensor, or a layer."""
    return eval(ROWS[row][1], {"torch": torch, "nn": nn, "F": F, "np": np, "whole": torch.arange(9), "grid": grid, "theta": theta,
                               "weights": weights, "filled": filled, "layer": layer})


def answered(row: str) -> Mapping[str, Any]:
    shape = ROWS[row][0]
    answer = made(row)(torch.sin(torch.arange(float(torch.Size(shape).numel())) * 0.37).reshape(shape))
    return {"shape": list(answer.shape), "answer": [float("{:.6g}".format(each)) for each in answer.reshape(-1).tolist()]}
