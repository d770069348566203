"""What TensorFlow could not write or read, as the OSError that it was."""
import contextlib
import errno
import os
import re
from typing import Iterator

import tensorflow as tf

_NUMBERS = {os.strerror(number): number for number in errno.errorcode}
_FILE_AND_REASON = re.compile("^(.*); ({})$".format("|".join(map(re.escape, _NUMBERS))), re.MULTILINE)


@contextlib.contextmanager
def file_errors_as_oserrors() -> Iterator[None]:
    """TensorFlow keeps of an error the file's name and the system's words: "/out/a; No space left on device"."""
    try:
        yield
    except tf.errors.OpError as error:
        found = _FILE_AND_REASON.search(error.message)
        if not found:
            raise
        file, reason = found.groups()
        raise OSError(_NUMBERS[reason], reason, file) from error
