"""Which files the user's code is made of, without running any of it, and their digest."""
import functools
import hashlib
import os
import re
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Iterator, List, Set, Tuple

from job.user_code.place import Place, place_of

_SUFFIXES = (".py",) + tuple(EXTENSION_SUFFIXES)
_IMPORT = re.compile(r"""
    (?:^|[;:]) [ \t\f]*                                   # a statement begins
    (?: import [ ] (?P<modules> [^\n#;]+)
      | from \b (?P<module> [.\w ]+?) \b import \b (?P<names> [ ]* \( (?:[^)#] | \#[^\n]*)* | [^\n#;]+))
    """, re.MULTILINE | re.VERBOSE)
_NAME = re.compile(r"(?:^|[,(\n]) *(\w+)")  # not what follows `as`
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
    """As it was when this process or one that it was forked from first asked: packages beside it may have thousands of
    files."""
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
            tops = _imported(file) - met
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


def _imported(file: Path) -> Set[str]:
    """The first parts of the names in a file's import statements, relative ones too.

    Looked for in its text, which is fifteen times as fast as to parse it; what a string says of that kind is taken too.
    """
    if file.suffix != ".py":
        return set()
    text = file.read_bytes().decode("utf-8-sig", "surrogateescape")
    for line_end, instead in (("\r\n", "\n"), ("\r", "\n"), ("\\\n", " "), ("\t", " ")):
        text = text.replace(line_end, instead)
    found = set()
    for statement in _IMPORT.finditer(text):
        module = (statement.group("module") or "").replace(" ", "").lstrip(".")
        names = [module] if module else _NAME.findall(statement.group("modules") or statement.group("names"))
        found.update(name.partition(".")[0] for name in names)
    return found


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
