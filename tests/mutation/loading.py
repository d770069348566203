"""Modules of the job compiled from something else than their own source."""
import importlib.abc
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Mapping, Optional, Sequence


class Replacing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads some files from code that is given, with names that are given."""

    def __init__(self, codes: Mapping[str, CodeType], names: Mapping[str, Mapping[str, Any]]) -> None:
        self._codes, self._names = codes, names  # both by path

    def find_spec(self, name: str, path: Optional[Sequence[str]], target: Any = None) -> Optional[ModuleSpec]:
        if not name.startswith("job.") or path is None:
            return None
        for folder in path:
            base = Path(folder) / name.rpartition(".")[2]
            for file, inside in ((base.with_suffix(".py"), None), (base / "__init__.py", [str(base)])):
                if str(file) in self._codes:
                    return importlib.util.spec_from_file_location(name, str(file), loader=self,
                                                                  submodule_search_locations=inside)
        return None

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        return None

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(self._names.get(module.__file__, {}))
        exec(self._codes[module.__file__], vars(module))


def replace_modules(codes: Mapping[str, CodeType], names: Mapping[str, Mapping[str, Any]] = {}) -> None:
    """For the rest of this process, which must not have imported them."""
    already = sorted(name for name in sys.modules if name.split(".")[0] == "job")
    if already:
        raise RuntimeError("imported too early: {}".format(already[0]))
    sys.meta_path.insert(0, Replacing(codes, names))
