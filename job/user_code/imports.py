"""Imports of the user's code that meet nothing of ours, whatever its files are called.

All of it lives below one package of this process, `model_code`: net.py is `model_code.net`, and what it
imports as `job`, `utils` or `random` is `model_code.job` and so on, where it has such a file, and for its
own import statements only. No folder of the user's is ever on sys.path, and no bytecode is read or left.
"""
import builtins
import importlib
import sys
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import (
    EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, ModuleSpec, PathFinder, SourceFileLoader,
)
from typing import Any, Iterable, List, Optional, Sequence

from job.user_code.newer_python import as_python_3_6
from job.user_code.place import Place

PACKAGE = "model_code"


def import_code(place: Place) -> types.ModuleType:
    """The module itself, run anew; its imports, also those inside functions, hold until the next one's."""
    forget_code()
    package = types.ModuleType(PACKAGE)
    package.__path__ = [str(folder) for folder in place.folders]  # type: ignore
    sys.modules[PACKAGE] = package
    sys.meta_path.insert(0, _Below())
    sys.meta_path.append(_Otherwise())
    return importlib.import_module(PACKAGE + "." + place.module)


def forget_code() -> None:
    """Takes back what the last import left in the interpreter."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, (_Below, _Otherwise))]
    for name, module in list(sys.modules.items()):
        if _is_of_theirs(module) or name == PACKAGE:
            del sys.modules[name]


def code_folders() -> Sequence[str]:
    """The folders of the code imported last, () where there is none."""
    return tuple(getattr(sys.modules.get(PACKAGE), "__path__", ()))


def _is_of_theirs(module: Any) -> bool:
    return str(getattr(module, "__name__", "")).startswith(PACKAGE + ".")


class _AsWritten(SourceFileLoader):
    """Runs the text of a file, its import statements looking among its own kind first."""

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(as_python_3_6(self.get_data(self.path), self.path), self.path)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__["__builtins__"] = dict(vars(builtins), __import__=_their_import)
        super().exec_module(module)


_LOADERS = ((ExtensionFileLoader, EXTENSION_SUFFIXES), (_AsWritten, [".py"]))


def _their_import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    top = name.partition(".")[0]
    if level or not _has(top):
        return builtins.__import__(name, globals, locals, fromlist, level)
    module = builtins.__import__("{}.{}".format(PACKAGE, name), globals, locals, fromlist or (), 0)
    return module if fromlist else sys.modules["{}.{}".format(PACKAGE, top)]


def _has(top: str) -> bool:
    """Whether the user's folders have the module. One without an __init__.py gives way to what is installed."""
    if top in sys.builtin_module_names:
        return False
    spec = _found(top, code_folders())
    return spec is not None and (spec.loader is not None or not _is_installed(top))


def _is_installed(top: str) -> bool:
    spec = PathFinder.find_spec(top)
    return spec is not None and spec.loader is not None and top != __name__.partition(".")[0]


def _found(name: str, folders: Iterable[str]) -> Optional[ModuleSpec]:
    specs = [FileFinder(folder, *_LOADERS).find_spec(name) for folder in folders]
    found = [spec for spec in specs if spec is not None]  # type: List[ModuleSpec]
    return next((spec for spec in found if spec.loader is not None), found[0] if found else None)


class _Below(MetaPathFinder):
    """Finds what is below `model_code`, and what is below a module of the user's that is known by its plain name."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Optional[ModuleSpec]:
        if fullname.startswith(PACKAGE + "."):
            return _found(fullname, path)
        top, dot, _ = fullname.partition(".")
        return _same(fullname) if dot and _is_of_theirs(sys.modules.get(top)) else None


class _Otherwise(MetaPathFinder):
    """The last to be asked: a plain name that nobody else knows, as in importlib.import_module("blocks")."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Optional[ModuleSpec]:
        return _same(fullname) if path is None and _found(fullname, code_folders()) else None


def _same(name: str) -> ModuleSpec:
    return ModuleSpec(name, _TheSame())


class _TheSame(Loader):
    """Gives the module that `model_code` has already, not a second one."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        module = importlib.import_module("{}.{}".format(PACKAGE, spec.name))
        self._spec = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec
