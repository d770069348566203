"""Attention: queries, keys and values as opset 23 on says it in one operator, and what turns them by their places."""
from typing import Dict, NamedTuple, Tuple, Union

import numpy as np

from job.onnx_model.graph import Node, Rewrite, View
from job.onnx_model.model_file import refuse_huge_tensor
from job.onnx_model.opsets.newer.attention_masks import Mask, mask_of
from job.onnx_model.opsets.newer.attributes import refused
from job.onnx_model.opsets.newer.registry import newer
from job.onnx_model.steps import Steps
from job.values import Shape

_NUMBERS = ("Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen")
_HIDDEN = float(np.finfo(np.float32).min)  # no score is below it


class _Heads(NamedTuple):
    """Queries, keys and values as [N, heads, length, size], and what is handed on of the last two."""

    queries: str
    keys: str
    values: str
    present: Tuple[str, str]


@newer(23, "Attention")
def attention(node: Node, view: View) -> Rewrite:
    """Y, and the keys and values that it was made of; scores as an output are refused."""
    steps, inputs = Steps(node, "attention"), dict(zip(_NUMBERS, node.inputs))
    _refuse(node, inputs, view)
    heads = _heads(node, inputs, view, steps)
    scores = steps.shape(heads.queries)[:3] + (steps.shape(heads.keys)[2],)
    refuse_huge_tensor(node.output, scores)
    mask = mask_of(node, {name: inputs.get(name, "") for name in _NUMBERS[3:]}, view, scores)
    shares = _shares(node, steps, heads, mask, scores)
    y = steps.add("MatMul", [shares, heads.values], steps.shape(shares)[:3] + steps.shape(heads.values)[3:])
    results = {node.output: _as_it_came(steps, y, len(view.shape(node.inputs[0])))}
    results.update(zip(node.outputs[1:], heads.present))
    return steps.giving(results)


def _refuse(node: Node, inputs: Dict[str, str], view: View) -> None:
    ranks = {len(view.shape(name)) for name in node.inputs[:3]}
    if node.attributes.get("scale", 1.0) < 0 or node.attributes.get("softcap", 0.0) < 0:
        raise refused(node, "attributes scale or softcap below zero")
    if len(node.outputs) > 3:
        raise refused(node, "with its scores as an output")
    if ranks not in ({3}, {4}) or bool(inputs.get("past_key")) != bool(inputs.get("past_value")):
        raise refused(node, "of ranks {}, or of past keys without values".format(sorted(ranks)))
    if ranks == {3} and not (node.attributes.get("q_num_heads") and node.attributes.get("kv_num_heads")):
        raise refused(node, "of rank 3 without q_num_heads or kv_num_heads")


def _heads(node: Node, inputs: Dict[str, str], view: View, steps: Steps) -> _Heads:
    counts = {"Q": "q_num_heads", "K": "kv_num_heads", "V": "kv_num_heads"}
    queries, *others = (_split(node, steps, steps.knows(inputs[name], view.shape(inputs[name])), attribute)
                        for name, attribute in counts.items())
    for place, name in enumerate(("past_key", "past_value")):
        if inputs.get(name):
            past = steps.knows(inputs[name], view.shape(inputs[name]))
            n, heads, length, size = steps.shape(others[place])
            others[place] = steps.add("Concat", [past, others[place]], (n, heads, steps.shape(past)[2] + length, size), axis=2)
    count, own = steps.shape(queries)[1], steps.shape(others[0])[1]
    if own != steps.shape(others[1])[1] or count % own:
        raise refused(node, "of {} heads of queries and {} of keys".format(count, own))
    keys, values = (_repeated(steps, each, count // own) for each in others)
    return _Heads(queries, keys, values, (others[0], others[1]))


def _split(node: Node, steps: Steps, x: str, attribute: str) -> str:
    """[N, length, heads * size] -> [N, heads, length, size], where it is not so already."""
    shape = steps.shape(x)
    if len(shape) == 4:
        return x
    count = node.attributes[attribute]
    if shape[2] % count:
        raise refused(node, "attribute {}={} of {} numbers".format(attribute, count, shape[2]))
    return steps.transpose(steps.reshape(x, shape[:2] + (count, shape[2] // count)), (0, 2, 1, 3))


def _as_it_came(steps: Steps, y: str, rank: int) -> str:
    n, heads, length, size = steps.shape(y)
    return y if rank == 4 else steps.reshape(steps.transpose(y, (0, 2, 1, 3)), (n, length, heads * size))


def _repeated(steps: Steps, x: str, times: int) -> str:
    """Each head so often, one behind the other."""
    n, heads, length, size = steps.shape(x)
    order = steps.constant(np.repeat(np.arange(heads), times))
    return x if times == 1 else steps.add("Gather", [x, order], (n, heads * times, length, size), axis=1)


def _shares(node: Node, steps: Steps, heads: _Heads, mask: Mask, shape: Shape) -> str:
    """Of each query in each value; none where it may see no key."""
    scale = node.attributes.get("scale", 1 / np.sqrt(steps.shape(heads.queries)[3]))
    scaled = steps.add("Mul", [heads.queries, _number(steps, scale)], steps.shape(heads.queries))
    scores = steps.add("MatMul", [scaled, steps.transpose(heads.keys, (0, 1, 3, 2))], shape)
    cap = node.attributes.get("softcap", 0.0)
    if cap:
        for op, inputs in (("Div", [_number(steps, cap)]), ("Tanh", []), ("Mul", [_number(steps, cap)])):
            scores = steps.add(op, [scores] + inputs, shape)
    for bias in mask.added:
        scores = steps.add("Add", [scores, _held(steps, bias)], shape)
    for seen in mask.seen:
        scores = steps.add("Where", [_held(steps, seen), scores, _number(steps, _HIDDEN)], shape)
    shares = steps.add("Softmax", [scores], shape, axis=3)
    for seen in mask.seen if mask.may_hide_all else ():
        numbers = seen.astype(np.float32) if isinstance(seen, np.ndarray) else steps.add("Cast", [seen], None, to=1)
        shares = steps.add("Mul", [shares, _held(steps, numbers)], shape)
    return shares


def _number(steps: Steps, value: float) -> str:
    return steps.constant(np.array(value, np.float32))


def _held(steps: Steps, value: Union[str, np.ndarray]) -> str:
    return value if isinstance(value, str) else steps.constant(value)
