"""Of many things that a message could name, the first."""
from typing import List, Sequence


def first_few(texts: Sequence[str], most: int) -> List[str]:
    """All, where they are no more than that; else the first of them, and how many more there are."""
    return [*texts[:most], "and {} more".format(len(texts) - most)] if len(texts) > most else list(texts)
