"""Nodes of opset 21 and later: what each is given, and what it is."""
from typing import Any, Mapping, NamedTuple

import numpy as np

RANDOM = np.random.RandomState(7)


class Row(NamedTuple):
    name: str
    op: str
    opset: int
    inputs: Mapping[str, np.ndarray]   # of the network; weights follow, as far as `order` says no other
    weights: Mapping[str, np.ndarray] = {}
    attributes: Mapping[str, Any] = {}
    outputs: int = 1
    order: str = ""  # names between blanks, '-' for an absent one


def drawn(*shape: int) -> np.ndarray:
    return RANDOM.randn(*shape).astype(np.float32)


def lengths(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def heads(n: int, queries: int, keys: int, count: int = 4, own: int = 4) -> Mapping[str, np.ndarray]:
    return {"q": drawn(n, count, queries, 6), "k": drawn(n, own, keys, 6), "v": drawn(n, own, keys, 5)}


def rows(n: int, queries: int, keys: int) -> Mapping[str, np.ndarray]:
    """Four heads of queries, and two of keys and values."""
    return {"q": drawn(n, queries, 24), "k": drawn(n, keys, 12), "v": drawn(n, keys, 6)}


MAP, ODD = drawn(2, 6, 5, 7), drawn(1, 3, 7, 5)
FLAT = {"q_num_heads": 4, "kv_num_heads": 2}
SOME = RANDOM.rand(2, 1, 3, 5) > 0.4
SOME[0, 0, 1] = False  # a query that may see nothing
HALF_HIDDEN = np.where(np.arange(15).reshape(3, 5) % 4 == 1, -np.inf, np.arange(15).reshape(3, 5) / 9).astype(np.float32)
ANGLES = np.outer(np.arange(9), 1 / 3.0 ** np.arange(3)).astype(np.float32)
OF_PLACES = {"c": np.cos(ANGLES), "s": np.sin(ANGLES)}
LATE = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 1, 1, 1], "ceil_mode": 1}

ROWS = [
    Row("rms", "RMSNormalization", 23, {"x": MAP}, {"w": drawn(7)}),
    Row("rms_of_three_axes", "RMSNormalization", 23, {"x": MAP}, {"w": drawn(6, 5, 7)}, {"axis": 1, "epsilon": 0.3}),
    Row("rms_scale_of_one_axis", "RMSNormalization", 24, {"x": MAP}, {"w": drawn(5, 1)}, {"axis": -2}),
    Row("groups", "GroupNormalization", 21, {"x": MAP}, {"w": drawn(6), "b": drawn(6)}, {"num_groups": 2}),
    Row("groups_epsilon", "GroupNormalization", 22, {"x": MAP[:, :, :, 0]}, {"w": drawn(6), "b": drawn(6)},
        {"num_groups": 3, "epsilon": 0.2, "stash_type": 1}),
    Row("swish", "Swish", 24, {"x": MAP}), Row("swish_alpha", "Swish", 24, {"x": MAP}, {}, {"alpha": 1.7}),
    Row("swiglu", "SwiGLU", 28, {"a": MAP, "b": drawn(2, 6, 5, 7)}, {}, {"alpha": 0.6}),
    Row("space_to_depth", "SpaceToDepth", 28, {"x": drawn(2, 3, 4, 6)}, {}, {"blocksize": 2, "mode": "CRD"}),
    Row("space_to_depth_dcr", "SpaceToDepth", 28, {"x": drawn(2, 3, 4, 6)}, {}, {"blocksize": 2, "mode": "DCR"}),
    Row("attention", "Attention", 23, heads(2, 3, 5)),
    Row("attention_scale", "Attention", 24, heads(2, 3, 5), {}, {"scale": 0.7, "softcap": 1.5}),
    Row("attention_causal", "Attention", 23, heads(1, 4, 4), {}, {"is_causal": 1}),
    Row("attention_causal_of_more_keys", "Attention", 24, heads(2, 3, 5), {}, {"is_causal": 1}),
    Row("attention_of_groups", "Attention", 23, heads(2, 3, 5, 6, 2), {}, {"is_causal": 1}),
    Row("attention_of_rows", "Attention", 23, rows(2, 3, 5), {}, FLAT),
    Row("attention_of_rows_causal", "Attention", 25, rows(1, 4, 4), {}, dict(FLAT, is_causal=1)),
    Row("attention_mask", "Attention", 23, heads(2, 3, 5), {"m": HALF_HIDDEN}),
    Row("attention_mask_of_truth", "Attention", 24, heads(2, 3, 5), {"m": SOME}),
    Row("attention_mask_of_heads", "Attention", 23, dict(heads(2, 3, 5), m=drawn(4, 3, 5)), {}, {"is_causal": 1}),
    Row("attention_past", "Attention", 23, dict(heads(2, 3, 2), p=drawn(2, 4, 3, 6), r=drawn(2, 4, 3, 5)), {},
        {"is_causal": 1}, 3, "q k v - p r"),
    Row("attention_past_mask", "Attention", 24, dict(heads(2, 3, 2, 4, 2), p=drawn(2, 2, 3, 6), r=drawn(2, 2, 3, 5)),
        {"m": SOME}, {}, 3, "q k v m p r"),
    Row("attention_lengths", "Attention", 24, heads(2, 3, 5), {"n": lengths(4, 3)}, {"is_causal": 1}, 1, "q k v - - - n"),
    Row("attention_lengths_fewer", "Attention", 24, heads(2, 3, 5), {"n": lengths(2, 5)}, {"is_causal": 1}, 1, "q k v - - - n"),
    Row("attention_window", "Attention", 25, heads(2, 4, 6), {}, {"left_window_size": 2, "right_window_size": 1}),
    Row("attention_window_causal", "Attention", 25, heads(2, 4, 6), {}, {"left_window_size": 1, "is_causal": 1}),
    Row("rotary", "RotaryEmbedding", 23, {"x": drawn(2, 4, 5, 6)},
        dict(OF_PLACES, p=np.array([[0, 1, 2, 3, 4], [8, 3, 5, 0, 1]]))),
    Row("rotary_pairs", "RotaryEmbedding", 23, {"x": drawn(2, 5, 24)}, dict(OF_PLACES, p=np.array([[4, 1, 2, 3, 0]] * 2)),
        {"num_heads": 4, "interleaved": 1}),
    Row("rotary_part", "RotaryEmbedding", 23, {"x": drawn(2, 4, 5, 8)},
        {name: value[None, :5].repeat(2, 0) for name, value in OF_PLACES.items()}, {"rotary_embedding_dim": 6}),
    Row("rotary_part_of_pairs", "RotaryEmbedding", 24, {"x": drawn(1, 5, 16)},
        {name: value[None, 2:7] for name, value in OF_PLACES.items()},
        {"rotary_embedding_dim": 6, "num_heads": 2, "interleaved": 1}),
    Row("scattered", "TensorScatter", 24, {"x": drawn(2, 3, 6, 4), "u": drawn(2, 3, 2, 4)}, {"i": lengths(4, 1)}),
    Row("scattered_alike", "TensorScatter", 24, {"x": drawn(2, 3, 6, 4), "u": drawn(2, 3, 2, 4)}),
    Row("scattered_around", "TensorScatter", 24, {"x": drawn(3, 6, 4), "u": drawn(3, 3, 4)}, {"i": lengths(5, 0, 2)},
        {"mode": "circular", "axis": 1}),
    Row("pool_late", "MaxPool", 22, {"x": ODD}, {}, LATE), Row("mean_late", "AveragePool", 22, {"x": ODD}, {}, LATE),
    Row("mean_late_of_pads", "AveragePool", 22, {"x": drawn(1, 3, 7, 4)}, {},
        {"kernel_shape": [2, 2], "strides": [2, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1, "count_include_pad": 1}),
    Row("pool_rounded_up", "MaxPool", 24, {"x": drawn(1, 3, 8, 6)}, {},
        {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    Row("pool_dilated", "MaxPool", 22, {"x": drawn(1, 2, 9, 8)}, {},
        {"kernel_shape": [2, 2], "strides": [3, 3], "dilations": [2, 1], "pads": [0, 0, 1, 0], "ceil_mode": 1}),
    Row("pad_around", "Pad", 24, {"x": ODD}, {"p": lengths(1, 2, 2, 1), "a": lengths(2, -1)}, {"mode": "wrap"}, 1, "x p - a"),
    Row("squeeze", "Squeeze", 23, {"x": ODD}, {"a": lengths(0)}),
    Row("unsqueeze", "Unsqueeze", 25, {"x": ODD}, {"a": lengths(-1, 1)}),
    Row("reshape", "Reshape", 24, {"x": ODD}, {"s": lengths(0, -1, 7)}),
    Row("top_k", "TopK", 24, {"x": ODD}, {"k": lengths(2)}, {"axis": -2, "largest": 0}, 2),
    Row("hard_swish", "HardSwish", 22, {"x": MAP}), Row("mish", "Mish", 22, {"x": MAP}),
    Row("round", "Round", 22, {"x": MAP * 2}), Row("celu", "Celu", 28, {"x": MAP}, {}, {"alpha": 0.7}),
    Row("einsum", "Einsum", 28, {"x": MAP, "y": drawn(7, 3)}, {}, {"equation": "nchw,wk->nkhc"}),
]
