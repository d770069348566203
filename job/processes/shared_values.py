"""What checkpoints of one network have in common, worked out for the first of a batch and used for those after it.

A value is known by all that it was worked out from, so that it is what working it out anew would give: whoever comes next
may use it at once, whatever becomes of the conversion that it was worked out for.
"""
import contextlib
import errno
import fcntl
import hashlib
import os
import pickle
import struct
import tempfile
import time
from typing import BinaryIO, Callable, Dict, Iterator, NamedTuple, Optional, Sequence, TypeVar

T = TypeVar("T")

MOST = 2 ** 23   # bytes that are kept: of some tens of networks
PATIENCE = 10.0  # seconds to wait for what another process works out: it may have been stopped

_POLL = 0.005    # seconds
_HEADER = struct.Struct("<32sQ32s")  # of a record: key, length of the value that follows, digest of both
_END, _FIRST_KEY = MOST, MOST + 1    # places of the file that are only ever locked: where it grows, and a key's


class Known:
    """Without a file, every value is worked out and none is kept."""

    def __init__(self, file: Optional[BinaryIO] = None) -> None:
        self._file = file

    @property
    def keeps(self) -> bool:
        """Whether anybody comes next."""
        return self._file is not None

    def value(self, made_from: Optional[Sequence[bytes]], make: Callable[[], T]) -> T:
        """What `make` gives, which must depend on nothing but what it is made from; None where nobody can tell.

        Of processes that ask for the same at one time, one works it out and the others wait for it.
        """
        if self._file is None or made_from is None:
            return make()
        key = _digest(made_from)
        with self._alone_at(_FIRST_KEY + int.from_bytes(key[:4], "big")):
            with contextlib.suppress(OSError):  # what cannot be read is not known
                found = self._kept().values.get(key)
                if found is not None:
                    return pickle.loads(found)
            value = make()
            self._keep(key, pickle.dumps(value))
        return value

    def _keep(self, key: bytes, value: bytes) -> None:
        """Where there is room for it, by beginning anew if need be."""
        record = _HEADER.pack(key, len(value), _digest([key, value])) + value
        with contextlib.suppress(OSError), self._alone_at(_END) as alone:
            if alone and len(record) <= MOST:
                end = self._kept().end
                if end + len(record) > MOST:
                    os.ftruncate(self._file.fileno(), 0)
                    end = 0
                os.pwrite(self._file.fileno(), record, end)  # the offset of the file itself is everybody's

    def _kept(self) -> "_Kept":
        """Up to a record that is not whole: somebody writes it, or did not live to."""
        content = os.pread(self._file.fileno(), MOST, 0)
        values, end = {}, 0  # type: Dict[bytes, bytes], int
        while end + _HEADER.size <= len(content):
            key, length, digest = _HEADER.unpack_from(content, end)
            value = content[end + _HEADER.size:end + _HEADER.size + length]
            if len(value) != length or digest != _digest([key, value]):
                break
            values[key] = value
            end += _HEADER.size + length
        return _Kept(values, end)

    @contextlib.contextmanager
    def _alone_at(self, place: int) -> Iterator[bool]:
        """Whether no other process is there; a lock, which ends with who holds it."""
        alone = self._is_locked(place)
        try:
            yield alone
        finally:
            if alone:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _is_locked(self, place: int) -> bool:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                return True
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES) or time.monotonic() > deadline:
                    return False  # of a file system without locks too
            time.sleep(_POLL)


class _Kept(NamedTuple):
    values: Dict[bytes, bytes]  # by key
    end: int  # bytes


def shared() -> Known:
    """Among all processes that are forked off from now on, through a file that has no name and ends with them."""
    try:
        return Known(tempfile.TemporaryFile(buffering=0))
    except OSError:  # the temporary folder is full
        return Known()


def _digest(parts: Sequence[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part)
    return digest.digest()
