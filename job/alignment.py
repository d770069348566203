"""Arrays that lie in memory as TensorFlow takes them without a copy."""
import numpy as np

ALIGNMENT = 64  # bytes, of where an array begins


def aligned(array: np.ndarray) -> np.ndarray:
    """In rows, and aligned; the array itself where it is such already."""
    if array.flags.c_contiguous and _address(array) % ALIGNMENT == 0:
        return array
    room = np.empty(array.nbytes + ALIGNMENT, np.uint8)
    start = -_address(room) % ALIGNMENT
    result = room[start:start + array.nbytes].view(array.dtype).reshape(array.shape)
    result[...] = array
    return result


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]
