"""How much memory a process took."""
import resource


def peak_memory() -> int:
    """Bytes resident at the most, of this process and of the largest child that has ended."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1024
