"""Where arrays lie in memory: TensorFlow takes those that begin at certain places without a copy."""
import numpy as np

ALIGNMENT = 64  # bytes, of where an array begins


def aligned(array: np.ndarray) -> np.ndarray:
    """In rows, and aligned; the array itself where it is such already."""
    if array.flags.c_contiguous and address(array) % ALIGNMENT == 0:
        return array
    room = np.empty(array.nbytes + ALIGNMENT, np.uint8)
    start = -address(room) % ALIGNMENT
    result = room[start:start + array.nbytes].view(array.dtype).reshape(array.shape)
    result[...] = array
    return result


def address(array: np.ndarray) -> int:
    """Where its memory begins."""
    return array.__array_interface__["data"][0]
