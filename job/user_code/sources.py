"""Which files the user's code is made of, without running any of it, and their digest."""
import ast
import functools
import hashlib
import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Iterator, List, Set, Tuple

from job.user_code.place import Place, place_of

_SUFFIXES = (".py",) + tuple(EXTENSION_SUFFIXES)
_DEEPEST = 20  # folders below each other: a symlink that leads to itself ends there


def digest_of_code(path: Path) -> str:
    """SHA-256 over names and bytes of every file of the code: a change of any of them is another model."""
    digest = hashlib.sha256()
    for name, file in code_files(path):
        content = file.read_bytes()
        digest.update("{}\0{}\0".format(name, len(content)).encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()


@functools.lru_cache(maxsize=None)
def digest_for_run(path: Path) -> str:
    """As it was when this process or one that it was forked from first asked: a package of a thousand files beside the
    code takes seconds to read."""
    return digest_of_code(path)


def code_files(path: Path) -> Tuple[Tuple[str, Path], ...]:
    """Its package, else the modules beside it; and, again and again, whatever of its folders these import.

    Modules and packages are taken whole, since some are imported by names put together at run time.
    """
    place = place_of(path)
    pending = [each for folder in place.package for each in _modules(folder, deep=True)]
    pending += _modules(place.folders[-1], deep=False)
    pending += [Path(os.path.abspath(str(path)))] if path.is_file() else []
    taken, met = set(), set()  # type: Set[Path], Set[str]
    while pending:
        file = pending.pop()
        if file not in taken:
            taken.add(file)
            tops = set(_imported(file)) - met
            met |= tops
            pending += [found for top in tops for found in _of_name(top, place)]
    return tuple(sorted((_name(file, place), file) for file in taken))


def _modules(folder: Path, deep: bool) -> List[Path]:
    found = []  # type: List[Path]
    for parent, folders, files in os.walk(str(folder), followlinks=True):
        deeper = deep and len(Path(parent).parts) < len(folder.parts) + _DEEPEST
        folders[:] = [name for name in folders if deeper and "." not in name and name != "__pycache__"]
        found += [Path(parent, name) for name in files if name.endswith(_SUFFIXES) and Path(parent, name).is_file()]
    return found


def _imported(file: Path) -> Iterator[str]:
    """The first parts of the names in a file's import statements, relative ones too; none if it does not parse."""
    if file.suffix != ".py":
        return
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else names
        for name in names:
            yield name.partition(".")[0]


def _of_name(top: str, place: Place) -> Iterator[Path]:
    for folder in place.folders:
        for suffix in _SUFFIXES:
            if (folder / (top + suffix)).is_file():
                yield folder / (top + suffix)
        if (folder / top).is_dir():
            yield from _modules(folder / top, deep=True)


def _name(file: Path, place: Place) -> str:
    folder = next(each for each in place.folders if each in file.parents)
    return "{}:{}".format(place.folders.index(folder), file.relative_to(folder).as_posix())
