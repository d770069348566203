"""How much memory a process took, giving back what it needs no more, and who goes where there is too little."""
import ctypes
import gc
import resource
from pathlib import Path

_WORTH_GIVING_BACK = 64 * 2 ** 20  # bytes; less is soon asked for again, and each page of it would cost a fault
_WORSE = 500  # of 1000: so much sooner the system kills it than the process that it was forked off from
_OBJECTS = 1000 * 1000  # made between two looks for cycles: more than most conversions make
_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # of mallopt, in glibc's malloc.h


class _Mallinfo(ctypes.Structure):
    """glibc's struct mallinfo. Its numbers have 32 bits."""

    _fields_ = [(name, ctypes.c_uint) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


def peak_memory() -> int:
    """Bytes resident at the most, of this process and of the largest child that has ended."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1024


def give_back_freed() -> None:
    """What was freed in small pieces goes back to the system, where it is much and the allocator can do that (glibc)."""
    allocator = ctypes.CDLL(None)
    trim, info = getattr(allocator, "malloc_trim", None), getattr(allocator, "mallinfo", None)
    if trim is None or info is None:
        return
    info.restype = _Mallinfo
    if info().fordblks > _WORTH_GIVING_BACK:
        trim(0)


def keep_freed() -> None:
    """What is freed in large pieces stays for what is asked for next, where the allocator can do that (glibc), until
    give_back_freed(): every new page costs a fault."""
    change = getattr(ctypes.CDLL(None), "mallopt", None)
    if change is not None:
        change(_MMAP_MAX, 0)
        change(_TRIM_THRESHOLD, 2 ** 31 - 1)


def go_first() -> None:
    """Where memory runs out, this process and its children are to be killed: of one checkpoint, and no other's loss."""
    score = Path("/proc/self/oom_score_adj")
    try:
        score.write_text(str(min(1000, int(score.read_text()) + _WORSE)))
    except (OSError, ValueError):
        pass  # then the largest goes


def collect_rarely() -> None:
    """For a process of one checkpoint, whose objects mostly stay: a look at all of them costs more than it frees, and
    copies every page that is shared with the process it was forked off from. What imports have made counts for nothing."""
    made, *_ = gc.get_count()
    gc.set_threshold(made + _OBJECTS)
