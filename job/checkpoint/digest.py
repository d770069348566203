"""SHA-256 of a file, quickly.

A Python built without OpenSSL hashes four times slower and holds its lock meanwhile; the system's own
libcrypto is then used where there is one.
"""

import ctypes
import functools
import hashlib
from pathlib import Path
from typing import Any, BinaryIO, Callable, Sequence

from job.checkpoint.shards import files_of

BLOCK = 1024 * 1024


def sha256_of_file(path: Path) -> str:
    """In hexadecimal. OSError where the file cannot be read."""
    with open(str(path), "rb", buffering=0) as file:
        return sha256_of_stream(file)


def sha256_of_checkpoint(path: Path) -> str:
    """Of the file, or of an index and its shards: see sha256_of_files(). Raises as files_of()."""
    return sha256_of_files(path.parent, [file.name for file in files_of(path)])


def sha256_of_files(folder: Path, names: Sequence[str]) -> str:
    """Of the one; of several, that of what `sha256sum` would print of them, by name."""
    digests = {name: sha256_of_file(folder / name) for name in names}
    if len(digests) == 1:
        return digests[names[0]]
    lines = ["{}  {}\n".format(digests[name], name) for name in sorted(digests)]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def sha256_of_stream(file: BinaryIO) -> str:
    digest = new_sha256()
    block = bytearray(BLOCK)
    view = memoryview(block)
    while True:
        count = file.readinto(block)
        if not count:
            return digest.hexdigest()
        digest.update(view[:count])


def new_sha256() -> Any:
    """An object with `update` and `hexdigest`."""
    make = _libcrypto() if hashlib.sha256.__module__ == "_sha256" else None
    return make() if make else hashlib.sha256()


class LibcryptoSha256:
    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._context = ctypes.c_void_p(library.EVP_MD_CTX_new())
        library.EVP_DigestInit_ex(self._context, ctypes.c_void_p(library.EVP_sha256()), None)

    def update(self, data: Any) -> None:  # bytes, or a writable buffer of them
        size = len(data)
        buffer = data if isinstance(data, bytes) else (ctypes.c_char * size).from_buffer(data)
        self._library.EVP_DigestUpdate(self._context, buffer, ctypes.c_size_t(size))

    def hexdigest(self) -> str:
        result = ctypes.create_string_buffer(32)
        self._library.EVP_DigestFinal_ex(self._context, result, None)
        return result.raw.hex()

    def __del__(self) -> None:
        self._library.EVP_MD_CTX_free(self._context)


@functools.lru_cache(maxsize=1)
def _libcrypto() -> Callable[[], Any]:
    for name in ("libcrypto.so.3", "libcrypto.so.1.1"):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.EVP_MD_CTX_new.restype = ctypes.c_void_p
        library.EVP_sha256.restype = ctypes.c_void_p
        return functools.partial(LibcryptoSha256, library)
    return hashlib.sha256
