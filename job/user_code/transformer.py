"""nn.Transformer and its layers, which PyTorch has since 1.2.

    src -> x + attention(x) -> norm -> x + feed-forward(x) -> norm, or each norm before its part (norm_first)
"""
import copy
from typing import Any, Callable, Optional, Sequence, Union

import torch
import torch.nn.functional as F
from torch import nn

from job.user_code.meaning import add
from job.user_code.not_here import NotHere

_Activation = Union[str, Callable[[torch.Tensor], torch.Tensor]]
_ACTIVATIONS = {"relu": F.relu, "gelu": lambda x: F.gelu(x)}  # the latter is looked up late: it is provided too


def provide() -> None:
    """Where PyTorch has them now."""
    add(nn, {layer.__name__: layer for layer in (
        TransformerEncoderLayer, TransformerEncoder, TransformerDecoderLayer, TransformerDecoder, Transformer)})


class _Block(nn.Module):
    """What the layers of a transformer share: attention and a feed-forward part, each added to what it is given."""

    def __init__(self, attentions: Sequence[str], d_model: int, nhead: int, dim_feedforward: int, dropout: float,
                 activation: _Activation, layer_norm_eps: float, batch_first: bool, norm_first: bool, bias: bool) -> None:
        super().__init__()
        for name in attentions:
            setattr(self, name, nn.MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first))
        self.linear1 = nn.Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = nn.Dropout(dropout)
        self.linear2 = nn.Linear(dim_feedforward, d_model, bias=bias)
        for number in range(1, len(attentions) + 2):
            setattr(self, "norm{}".format(number), nn.LayerNorm(d_model, eps=layer_norm_eps, bias=bias))
            setattr(self, "dropout{}".format(number), nn.Dropout(dropout))
        self.norm_first = norm_first
        self.activation = _ACTIVATIONS[activation] if isinstance(activation, str) else activation

    def _added(self, x: torch.Tensor, number: int, part: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        norm, dropout = (getattr(self, "{}{}".format(name, number)) for name in ("norm", "dropout"))
        return x + dropout(part(norm(x))) if self.norm_first else norm(x + dropout(part(x)))

    def _fed_forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Block):
    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: _Activation = F.relu, layer_norm_eps: float = 1e-5, batch_first: bool = False,
                 norm_first: bool = False, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(("self_attn",), d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first,
                         norm_first, bias)

    def forward(self, src: torch.Tensor, src_mask: Optional[torch.Tensor] = None,
                src_key_padding_mask: Optional[torch.Tensor] = None, is_causal: bool = False) -> torch.Tensor:
        x = self._added(src, 1, lambda x: self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)[0])
        return self._added(x, 2, self._fed_forward)


class TransformerDecoderLayer(_Block):
    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: _Activation = F.relu, layer_norm_eps: float = 1e-5, batch_first: bool = False,
                 norm_first: bool = False, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(("self_attn", "multihead_attn"), d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                         batch_first, norm_first, bias)

    def forward(self, tgt: torch.Tensor, memory: torch.Tensor, tgt_mask: Optional[torch.Tensor] = None,
                memory_mask: Optional[torch.Tensor] = None, tgt_key_padding_mask: Optional[torch.Tensor] = None,
                memory_key_padding_mask: Optional[torch.Tensor] = None, tgt_is_causal: bool = False,
                memory_is_causal: bool = False) -> torch.Tensor:
        x = self._added(tgt, 1, lambda x: self.self_attn(
            x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0])
        x = self._added(x, 2, lambda x: self.multihead_attn(
            x, memory, memory, memory_key_padding_mask, False, memory_mask, is_causal=memory_is_causal)[0])
        return self._added(x, 3, self._fed_forward)


class _Stack(nn.Module):
    def __init__(self, layer: nn.Module, num_layers: int, norm: Optional[nn.Module] = None) -> None:
        super().__init__()
        self.layers = nn.ModuleList([copy.deepcopy(layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def _through(self, x: torch.Tensor, *others: torch.Tensor, **named: Any) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x, *others, **named)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(_Stack):
    def __init__(self, encoder_layer: nn.Module, num_layers: int, norm: Optional[nn.Module] = None,
                 enable_nested_tensor: bool = True, mask_check: bool = True) -> None:
        super().__init__(encoder_layer, num_layers, norm)
        self.may_leave_zeros = enable_nested_tensor and _may_be_nested(encoder_layer)

    def forward(self, src: torch.Tensor, mask: Optional[torch.Tensor] = None,
                src_key_padding_mask: Optional[torch.Tensor] = None, is_causal: Optional[bool] = None) -> torch.Tensor:
        if self.may_leave_zeros and src_key_padding_mask is not None and mask is None and src.dim() == 3:
            raise NotHere("behind where src_key_padding_mask ends a sequence today's PyTorch leaves zeros, but neither in "
                          "training nor where it is exported: say enable_nested_tensor=False, or give a mask too")
        return self._through(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal))


def _may_be_nested(layer: nn.Module) -> bool:
    """Whether today's PyTorch may leave out what is padding, and put zeros in its place."""
    return (isinstance(layer, TransformerEncoderLayer) and layer.self_attn.batch_first and not layer.norm_first
            and layer.self_attn.num_heads % 2 == 0 and layer.self_attn.in_proj_bias is not None)


class TransformerDecoder(_Stack):
    def __init__(self, decoder_layer: nn.Module, num_layers: int, norm: Optional[nn.Module] = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(self, tgt: torch.Tensor, memory: torch.Tensor, tgt_mask: Optional[torch.Tensor] = None,
                memory_mask: Optional[torch.Tensor] = None, tgt_key_padding_mask: Optional[torch.Tensor] = None,
                memory_key_padding_mask: Optional[torch.Tensor] = None, tgt_is_causal: Optional[bool] = None,
                memory_is_causal: bool = False) -> torch.Tensor:
        return self._through(
            tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=bool(tgt_is_causal), memory_is_causal=memory_is_causal)


class Transformer(nn.Module):
    def __init__(self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6, num_decoder_layers: int = 6,
                 dim_feedforward: int = 2048, dropout: float = 0.1, activation: _Activation = F.relu,
                 custom_encoder: Optional[nn.Module] = None, custom_decoder: Optional[nn.Module] = None,
                 layer_norm_eps: float = 1e-5, batch_first: bool = False, norm_first: bool = False, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        of_layers = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)

        def norm() -> nn.Module:
            return nn.LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.encoder = custom_encoder or TransformerEncoder(TransformerEncoderLayer(*of_layers), num_encoder_layers, norm())
        self.decoder = custom_decoder or TransformerDecoder(TransformerDecoderLayer(*of_layers), num_decoder_layers, norm())
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def forward(self, src: torch.Tensor, tgt: torch.Tensor, src_mask: Optional[torch.Tensor] = None,
                tgt_mask: Optional[torch.Tensor] = None, memory_mask: Optional[torch.Tensor] = None,
                src_key_padding_mask: Optional[torch.Tensor] = None, tgt_key_padding_mask: Optional[torch.Tensor] = None,
                memory_key_padding_mask: Optional[torch.Tensor] = None, src_is_causal: Optional[bool] = None,
                tgt_is_causal: Optional[bool] = None, memory_is_causal: bool = False) -> torch.Tensor:
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
                            tgt_is_causal, memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> torch.Tensor:
        return torch.zeros(sz, sz).masked_fill(torch.triu(torch.ones(sz, sz), 1) > 0, float("-inf"))
