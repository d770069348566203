"""--trust-pickle: PyTorch, and with it whatever the file names, loads what our own readers refuse.

Only the command line can ask for it. PyTorch 1.1 itself reads its own format; the zip format is read here by
Python's pickle with PyTorch's storages.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, Optional

import numpy as np
import torch

from job.checkpoint import torch_zip
from job.checkpoint.pickle_machine import Global
from job.checkpoint.readers import HEAD
from job.checkpoint.source import Source
from job.checkpoint.state_dict import find_state_dict
from job.checkpoint.tensor_views import ITEM_SIZES, persistent_storage
from job.checkpoint.values import Placeholder, Region, Storage
from job.checkpoint.weights import Weights
from job.checkpoint.widening import Widening
from job.errors import BadCheckpoint

DEEPEST = 8


def trusted_weights(path: Path, weights_key: Optional[str], refusal: BadCheckpoint) -> Weights:
    """The weights in what PyTorch makes of the file; BadCheckpoint has both refusals if it makes nothing."""
    try:
        loaded = _loaded(path)
    except Exception as error:  # any code may run, and raise anything
        raise BadCheckpoint(
            "{}; and PyTorch cannot load it either: {:.300}".format(refusal.message, str(error)),
            hint=refusal.hint,
        ) from error
    state_dict, notes = find_state_dict(_inert(loaded, 0), weights_key)
    widening, tensors = Widening(), OrderedDict()  # type: Widening, OrderedDict[str, np.ndarray]
    for name, array in state_dict.tensors.items():
        tensors[name] = widening.widened(name, array.dtype.name, array)
        widening.count(array.dtype.name)
    warning = "--trust-pickle: PyTorch loaded this file, and ran what is in it, since otherwise {}".format(
        refusal.message
    )
    return Weights("pickle", tensors, (warning,) + notes + widening.notes())


def _loaded(path: Path) -> Any:
    with open(str(path), "rb", buffering=0) as file:
        source = Source(file, path.stat().st_size)
        if not torch_zip.sniff(source.read(min(HEAD, source.size)), path):
            return torch.load(str(path), map_location="cpu")
        return _ZipUnpickler(source).load()


class _ZipUnpickler(pickle.Unpickler):
    """Python's own unpickler for the data.pkl of a zip archive."""

    def __init__(self, source: Source) -> None:
        regions, folder = torch_zip.regions_and_folder(source)
        self._source = source
        self._regions, self._folder = regions, folder
        self._storages = {}  # type: Dict[Storage, Any]
        super().__init__(_Bytes(source.part(*regions[folder + "/data.pkl"])))

    def persistent_load(self, identity: Any) -> Any:
        kind = Global("torch." + getattr(identity[1], "__name__", ""))
        storage = persistent_storage((identity[0], kind) + tuple(identity[2:]))
        if storage not in self._storages:
            self._storages[storage] = self._storage(storage)
        return self._storages[storage]

    def _storage(self, storage: Storage) -> Any:
        region = self._regions.get("{}/data/{}".format(self._folder, storage.key), Region(0, 0))
        size = storage.elements * ITEM_SIZES[storage.dtype]
        if region.size < size:
            raise ValueError("storage {} is shorter than it should be".format(storage.key))
        numbers = self._source.array(region.position, size, "a storage").view(storage.dtype)
        return torch.from_numpy(numbers).storage()


class _Bytes:
    """A source as the unpickler wants files."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, count: int) -> bytes:
        return self._source.read(min(count, self._source.size - self._source.position))

    def readline(self) -> bytes:
        return self._source.read_line() + b"\n"


def _inert(value: Any, depth: int) -> Any:
    """Modules become their state dicts, tensors arrays; what is neither, nor holds any, a placeholder."""
    if isinstance(value, torch.nn.Module):
        return _inert(value.state_dict(), depth)
    if isinstance(value, torch.Tensor):
        return _array(value)
    if depth < DEEPEST and isinstance(value, dict):
        return OrderedDict((key, _inert(item, depth + 1)) for key, item in value.items())
    if depth < DEEPEST and isinstance(value, (list, tuple)):
        return [_inert(item, depth + 1) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return Placeholder(type(value).__name__)


def _array(tensor: torch.Tensor) -> Any:
    if tensor.layout != torch.strided:
        return Placeholder("torch.{}".format(tensor.layout))
    return tensor.detach().cpu().numpy()
