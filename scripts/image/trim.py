"""Takes out of an image's layer what the job never reads: `trim.py environment|system FOLDER`.

What a `kept` pattern matches stays, together with the folders above it, even where an `unused` one matches.
Patterns are relative to the folder; `**` is any depth.
"""
import shutil
import sys
from pathlib import Path
from typing import Iterable, NamedTuple, Set, Tuple

from elf import slimmed

# GPU kernels of the CUDA build of PyTorch, and the table that leads to them.
GPU_SECTIONS = frozenset((".nv_fatbin", "__nv_relfatbin"))


class Trim(NamedTuple):
    unused: Tuple[str, ...]
    kept: Tuple[str, ...] = ()


SITE = "lib/python3.6/site-packages/"

ENVIRONMENT = Trim(
    unused=(
        # installers: the environment is complete
        SITE + "pip*", SITE + "setuptools*", SITE + "wheel*", SITE + "pkg_resources",
        SITE + "easy_install.py", "bin/*", "share", "include",
        # tests and their data
        SITE + "**/tests", SITE + "torch/test", SITE + "onnx/test", SITE + "onnx/backend/test",
        SITE + "onnxruntime/datasets",
        # for compiling extensions
        SITE + "**/*.a", SITE + "torch/include/*", SITE + "torch/share", SITE + "torch/bin/protoc",
        SITE + "tensorflow/include",
        SITE + "torch/lib/libtorch.so",  # the same bytes as libtorch.so.1, which is what others link to
        # for running on a GPU: compiles kernels
        SITE + "torch/lib/libnvrtc*",
        # packages that only other packages' unused parts import
        SITE + "caffe2", SITE + "tensorflow/contrib", SITE + "tensorflow_estimator*",
        SITE + "tensorboard/webfiles.zip", SITE + "grpc", SITE + "grpcio*", SITE + "werkzeug",
        SITE + "Werkzeug*", SITE + "markdown", SITE + "Markdown*",
    ),
    kept=(
        "bin/python*",
        # read when torch is imported
        SITE + "torch/include/THNN/generic/THNN.h", SITE + "torch/include/THCUNN/generic/THCUNN.h",
    ))

PYTHON = "usr/local/lib/python3.6/"

SYSTEM = Trim(
    unused=(
        PYTHON + "site-packages/*", PYTHON + "ensurepip", PYTHON + "test", PYTHON + "**/tests",
        PYTHON + "idlelib", PYTHON + "lib2to3", PYTHON + "tkinter", PYTHON + "turtledemo",
        PYTHON + "config-*",
        "usr/local/bin/*", "usr/local/include", "usr/local/lib/*.a", "usr/local/lib/pkgconfig",
        "usr/local/share", "usr/share/doc/*/*", "usr/share/man", "usr/share/info", "usr/share/locale",
        "usr/share/lintian",
        "var/cache/*", "var/lib/apt/lists/*", "var/log/*", "tmp/*", "root/.*",
    ),
    kept=(
        "usr/local/bin/python", "usr/local/bin/python3", "usr/local/bin/python3.6",
        "usr/share/doc/*/copyright",
    ))

TRIMS = {"environment": ENVIRONMENT, "system": SYSTEM}


def trim(folder: Path, table: Trim) -> None:
    """Removes what is unused, then slims every shared library that is left."""
    kept = _with_parents(folder, _matches(folder, table.kept))
    for path in _matches(folder, table.unused):
        _remove(path, kept)
    for library in _matches(folder, ("**/*.so", "**/*.so.*")):
        if library.is_file() and not library.is_symlink():
            _slim(library)


def _matches(folder: Path, patterns: Iterable[str]) -> Set[Path]:
    return {path for pattern in patterns for path in folder.glob(pattern)}


def _with_parents(folder: Path, paths: Set[Path]) -> Set[Path]:
    return paths | {parent for path in paths for parent in path.parents if folder in parent.parents}


def _remove(path: Path, kept: Set[Path]) -> None:
    if path.is_dir() and not path.is_symlink():
        if path not in kept:
            shutil.rmtree(str(path))
            return
        for inner in path.iterdir():
            _remove(inner, kept)
    elif path not in kept and (path.exists() or path.is_symlink()):
        path.unlink()


def _slim(library: Path) -> None:
    """Rewrites one library in place; its mode stays, and so does a file that cannot get smaller."""
    whole = library.read_bytes()
    slim = slimmed(whole, GPU_SECTIONS)
    if len(slim) < len(whole):
        library.write_bytes(slim)


if __name__ == "__main__":
    trim(Path(sys.argv[2]), TRIMS[sys.argv[1]])
