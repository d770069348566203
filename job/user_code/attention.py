"""Attention as PyTorch has it today: as a function, and as nn.MultiheadAttention.

PyTorch 1.1 has the layer, with weights of the same names, but not with batches first, keys and values of other sizes or masks of
truth values.
"""
from typing import Any, Callable, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import nn

from job.user_code.meaning import add, replace

_Part = Tuple[torch.Tensor, Optional[torch.Tensor]]  # weight and bias


def provide() -> None:
    """In the place of PyTorch's own."""
    replace(nn.MultiheadAttention, "__init__", _init)
    replace(nn.MultiheadAttention, "forward", _forward)
    add(F, {"scaled_dot_product_attention": scaled_dot_product_attention})


def scaled_dot_product_attention(
        query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: Optional[torch.Tensor] = None,
        dropout_p: float = 0.0, is_causal: bool = False, scale: Optional[float] = None,
        enable_gqa: bool = False) -> torch.Tensor:
    """A mask of truth values says what is looked at; one of numbers is added."""
    if is_causal and attn_mask is not None:
        raise RuntimeError("scaled_dot_product_attention takes attn_mask or is_causal, not both")
    if enable_gqa:
        key, value = (torch.repeat_interleave(each, int(query.shape[-3]) // int(each.shape[-3]), -3) for each in (key, value))
    scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.tril(torch.ones(int(query.shape[-2]), int(key.shape[-2]))) > 0
    if attn_mask is not None:
        is_truth = not attn_mask.dtype.is_floating_point
        scores = scores.masked_fill(attn_mask == 0, float("-inf")) if is_truth else scores + attn_mask
    return F.dropout(torch.softmax(scores, -1), dropout_p) @ value


def _init(of_1_1: Callable[..., Any], layer: nn.Module, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
          add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: Optional[int] = None, vdim: Optional[int] = None,
          batch_first: bool = False, device: Any = None, dtype: Any = None) -> None:
    of_1_1(layer, embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn)
    layer.batch_first = batch_first
    sizes = embed_dim, kdim or embed_dim, vdim or embed_dim
    if set(sizes) != {embed_dim}:
        layer.in_proj_weight = None
        for name, size in zip("qkv", sizes):
            setattr(layer, name + "_proj_weight", nn.Parameter(torch.zeros(embed_dim, size)))


def _forward(of_1_1: Callable[..., Any], layer: nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor,
             key_padding_mask: Optional[torch.Tensor] = None, need_weights: bool = True,
             attn_mask: Optional[torch.Tensor] = None, average_attn_weights: bool = True,
             is_causal: bool = False) -> Tuple[torch.Tensor, Optional[torch.Tensor]]:
    """query [L, N, E], key and value [S, N, E]; or without N, or N first."""
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    given, is_batch = (query, key, value), query.dim() == 3
    if not is_batch:
        given = tuple(each.unsqueeze(0) for each in given)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    elif not _is_batch_first(layer):
        given = tuple(each.transpose(0, 1) for each in given)
    answer, shares = _attended(layer, given, key_padding_mask, attn_mask)
    if is_batch and not _is_batch_first(layer):
        answer = answer.transpose(0, 1)
    shares = (shares.mean(1) if average_attn_weights else shares) if need_weights else None
    return (answer, shares) if is_batch else (answer[0], None if shares is None else shares[0])


def _is_batch_first(layer: nn.Module) -> bool:
    """Those of a pickle of PyTorch 1.1's do not say."""
    return getattr(layer, "batch_first", False)


def _attended(layer: nn.Module, given: Sequence[torch.Tensor], key_padding_mask: Optional[torch.Tensor],
              attn_mask: Optional[torch.Tensor]) -> Tuple[torch.Tensor, torch.Tensor]:
    """Of [N, L, E] and twice [N, S, .]: [N, L, E] and the share of each key, [N, heads, L, S]."""
    query, key, value = (F.linear(each, *part) for each, part in zip(given, _parts(layer)))
    batch, rows = query.shape[:2]
    more = 0
    if layer.bias_k is not None:
        key, value = (torch.cat([each, bias.repeat(batch, 1, 1)], 1)
                      for each, bias in ((key, layer.bias_k), (value, layer.bias_v)))
        more += 1
    if layer.add_zero_attn:
        key, value = (torch.cat([each, torch.zeros(batch, 1, layer.embed_dim)], 1) for each in (key, value))
        more += 1
    query, key, value = (each.reshape(batch, -1, layer.num_heads, layer.head_dim).transpose(1, 2) for each in (query, key, value))
    scores = (query * layer.head_dim ** -0.5) @ key.transpose(2, 3)
    if attn_mask is not None:
        attn_mask = attn_mask.reshape(batch, -1, *attn_mask.shape[-2:]) if attn_mask.dim() == 3 else attn_mask
        scores = _masked(scores, attn_mask, more)
    if key_padding_mask is not None:
        scores = _masked(scores, key_padding_mask.reshape(batch, 1, 1, -1), more)
    shares = torch.softmax(scores, -1)
    mixed = (F.dropout(shares, layer.dropout, layer.training) @ value).transpose(1, 2).reshape(batch, rows, layer.embed_dim)
    return F.linear(mixed, layer.out_proj.weight, layer.out_proj.bias), shares


def _parts(layer: nn.Module) -> Sequence[_Part]:
    """Of query, key and value."""
    weights = ((layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight) if layer.in_proj_weight is None
               else layer.in_proj_weight.chunk(3))
    biases = (None,) * 3 if layer.in_proj_bias is None else layer.in_proj_bias.chunk(3)
    return tuple(zip(weights, biases))


def _masked(scores: torch.Tensor, mask: torch.Tensor, more: int) -> torch.Tensor:
    """Truth values leave out, numbers are added; `more` keys have been put behind those that it tells of."""
    is_truth = not mask.dtype.is_floating_point
    mask = F.pad(mask.float(), (0, more)) if more else mask
    if is_truth:
        return scores.masked_fill(mask != 0, float("-inf"))
    return scores + mask.float()
