"""Buffers that a forward changes, such as counters: put back, so that what is exported is the checkpoint's."""
import contextlib
from typing import Iterator, List, NamedTuple

import torch


class _Buffer(NamedTuple):
    name: str
    owner: torch.nn.Module
    key: str
    tensor: torch.Tensor
    value: torch.Tensor  # a copy


@contextlib.contextmanager
def kept_buffers(module: torch.nn.Module) -> Iterator[List[str]]:
    """At the end every buffer is what it was; the list that is given then names those that were changed."""
    buffers = [
        _Buffer("{}.{}".format(path, key) if path else key, owner, key, tensor, tensor.clone())
        for path, owner in module.named_modules() for key, tensor in owner._buffers.items() if tensor is not None
    ]
    changed = []  # type: List[str]
    try:
        yield changed
    finally:
        for buffer in buffers:
            if buffer.owner._buffers.get(buffer.key) is not buffer.tensor or not _same(buffer.tensor, buffer.value):
                changed.append(buffer.name)
                buffer.tensor.data.copy_(buffer.value)
                buffer.owner._buffers[buffer.key] = buffer.tensor


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and one.detach().numpy().tobytes() == other.detach().numpy().tobytes()
