"""Which keys each query of an Attention may see, and what is added to their scores."""
from typing import List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from job.onnx_model.graph import Node, View
from job.onnx_model.opsets.newer.attributes import refused
from job.values import Shape

Seen = Union[str, np.ndarray]  # of truth values


class Mask(NamedTuple):
    """Whatever it is broadcasts to [N, heads, queries, keys]."""

    added: Sequence[Union[str, np.ndarray]]
    seen: Sequence[Seen]
    may_hide_all: bool  # from some query


def mask_of(node: Node, inputs: Mapping[str, str], view: View, scores: Shape) -> Mask:
    """`inputs` are by name, '' where they are absent. UnsupportedModel where sizes are computed that decide who sees what."""
    seen = _by_places(node, inputs, view, scores)
    added, computed = [], []  # type: Tuple[List[Union[str, np.ndarray]], List[str]]
    name = inputs["attn_mask"]
    if name:
        value, shape = view.constant(name), view.shape(name)
        if not _is_for(shape, scores):
            raise refused(node, "with a mask of shape {} for scores of shape {}".format(tuple(shape), tuple(scores)))
        if value is None:
            (computed if view.dtype(name) == "bool" else added).append(name)
        elif value.dtype == np.bool_:
            seen = seen & value
        else:
            seen = seen & ~np.isneginf(value)
            added.append(np.where(np.isneginf(value), 0, value).astype(np.float32))
    hides = not seen.any(-1).all()
    constants = [] if seen.all() else [seen]
    kept = [each for each in added if isinstance(each, str) or each.any()]
    return Mask(kept, computed + constants, bool(computed) or hides)


def _is_for(shape: Shape, scores: Shape) -> bool:
    """A shorter one would hide the last keys, and one of a single key is either."""
    return 0 < len(shape) <= 4 and shape[-1] == scores[-1] and all(
        size in (1, other) for size, other in zip(shape[::-1], scores[::-1]))


def _by_places(node: Node, inputs: Mapping[str, str], view: View, scores: Shape) -> np.ndarray:
    """What nothing but places and lengths decides: [queries, keys], or of each of a batch [N, 1, queries, keys]."""
    queries, keys = scores[2:]
    place = np.arange(keys)
    lengths = _lengths(node, inputs["nonpad_kv_seqlen"], view)
    if lengths is None:
        before = view.shape(inputs["past_key"])[2] if inputs["past_key"] else 0
        known = np.broadcast_to(np.bool_(True), (queries, keys))
    elif len(lengths) != scores[0]:
        raise refused(node, "of {} lengths for {} rows".format(len(lengths), scores[0]))
    else:
        before = lengths[:, None, None, None] - queries
        known = np.broadcast_to(place < lengths[:, None, None, None], (len(lengths), 1, queries, keys))
    ahead = place - (np.arange(queries)[:, None] + before)
    left, right = (node.attributes.get(name, -1) for name in ("left_window_size", "right_window_size"))
    if min(left, right) < -1:
        raise refused(node, "attributes left_window_size={}, right_window_size={}".format(left, right))
    for limited, near in ((node.attributes.get("is_causal", 0), ahead <= 0), (left >= 0, -ahead <= left),
                          (right >= 0, ahead <= right)):
        known = known & near if limited else known
    return known


def _lengths(node: Node, name: str, view: View) -> Optional[np.ndarray]:
    if not name:
        return None
    if view.constant(name) is None or any(inputs for inputs in node.inputs[4:6]):
        raise refused(node, "with lengths that are computed, or that past keys have too")
    return view.constant(name).reshape(-1)
