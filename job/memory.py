"""How much memory a process took, and giving back what it needs no more."""
import ctypes
import resource


def peak_memory() -> int:
    """Bytes resident at the most, of this process and of the largest child that has ended."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1024


def give_back_freed() -> None:
    """What was freed in small pieces goes back to the system, where the allocator can do that (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
