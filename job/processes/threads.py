"""Where there is no room for a thread: a retry may help, in Python and in native code.

C++ throws a std::system_error then, which nobody catches in TensorFlow: its process would abort, and nobody but a reader
of stderr could tell that from a fault of the model. So it ends with an exit code of its own.
"""
import contextlib
import ctypes
import errno
import functools
import os
from typing import Callable, Iterator

from job.errors import JobError, job_error_from_oserror

NO_ROOM = 100 + errno.EAGAIN  # exit code
_SYSTEM_ERROR = b"St12system_error"  # as C++ mangles it
_WORDS = ("can't start new thread", os.strerror(errno.EAGAIN))  # Python's; and C++'s, where PyTorch hands them on

_Handler = ctypes.CFUNCTYPE(None)


@functools.lru_cache()
def tell_of_no_room() -> Callable[[], None]:
    """From now on this process and those it forks end with NO_ROOM; whatever else C++ dies of, it does as before.

    Returns the handler, which has to stay for as long as the process.
    """
    library = ctypes.CDLL("libstdc++.so.6")
    set_terminate, current_type = library._ZSt13set_terminatePFvvE, library.__cxa_current_exception_type
    set_terminate.argtypes, set_terminate.restype = [_Handler], _Handler
    current_type.restype = ctypes.POINTER(ctypes.c_char_p)

    @_Handler
    def handler() -> None:
        found = current_type()
        if found and found[1] == _SYSTEM_ERROR:  # type_info: its table of functions, its name
            os._exit(NO_ROOM)
        before()

    before = set_terminate(handler)
    return handler


def no_room() -> JobError:
    return job_error_from_oserror(OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)), "starting a thread")


def is_of_no_room(error: Exception) -> bool:
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS)


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """What is raised inside for want of room becomes the JobError that says so."""
    try:
        yield
    except RuntimeError as error:
        if not is_of_no_room(error):
            raise
        raise no_room() from error
