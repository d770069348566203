"""Where the code of --model-code lies: the module to import, and the folders that its imports look in."""
import os
from pathlib import Path
from typing import NamedTuple, Tuple


class Place(NamedTuple):
    """A Python file or a package's folder, as an import would find it."""

    module: str  # dotted, seen from the first of the folders
    folders: Tuple[Path, ...]  # what its imports look in, in this order
    package: Tuple[Path, ...]  # the topmost package around it, () for a file that is in none


def place_of(path: Path) -> Place:
    """The place of FILE.py or FOLDER; symlinks are followed only to look beside their targets too."""
    path = Path(os.path.abspath(str(path)))
    if path.name == "__init__.py":
        path = path.parent
    parts = [path.stem if path.is_file() else path.name]
    folder, package = path.parent, () if path.is_file() else (path,)  # type: Path, Tuple[Path, ...]
    while is_package(folder):
        parts.insert(0, folder.name)
        folder, package = folder.parent, (folder,)
    beside = [path.parent, path.resolve().parent] if path.is_file() else [path]
    folders = [folder] + [each for each in beside if each != folder]
    return Place(".".join(parts), tuple(dict.fromkeys(folders)), package)


def is_package(folder: Path) -> bool:
    """Whether Python imports the folder by its name."""
    return (folder / "__init__.py").is_file() and bool(folder.name) and "." not in folder.name
