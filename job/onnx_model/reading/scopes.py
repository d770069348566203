"""Which tensor a name means where it stands."""
from collections import ChainMap
from typing import Dict, Mapping, Optional

from job.onnx_model.graph import FreeNames
from job.onnx_model.reading.tensors import bad


class Scope:
    """Names of the file's own graph stay; those of a function's body become what is nobody else's."""

    def __init__(self, names: Optional[ChainMap], wanted: Dict[str, str], unused: Optional[FreeNames], at: str) -> None:
        self._names, self._wanted, self._unused, self._at = names, wanted, unused, at

    @classmethod
    def of_file(cls) -> "Scope":
        return cls(None, {}, None, "")

    @classmethod
    def of_call(cls, inputs: Mapping[str, str], outputs: Mapping[str, str], unused: FreeNames, at: str) -> "Scope":
        """By the function's own names, what the call hands in and is to get."""
        return cls(ChainMap(dict(inputs)), dict(outputs), unused, at)

    def inner(self) -> "Scope":
        """Of a graph within, which reads what is around it."""
        return self if self._names is None else Scope(self._names.new_child(), {}, self._unused, self._at)

    def read(self, name: str) -> str:
        if self._names is None or not name:
            return name
        if name not in self._names:
            raise bad("{}: it reads {}, which nothing before it makes".format(self._at, name))
        return self._names[name]

    def made(self, name: str) -> str:
        if self._names is None or not name:
            return name
        if name in self._names.maps[0]:
            raise bad("{}: it makes {}, which is there already".format(self._at, name))
        self._names[name] = self._wanted.pop(name, None) or self._unused.free(name)
        return self._names[name]
