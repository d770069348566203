"""The name a user most likely meant."""
from typing import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean X?`` with the nearest known name, or "" where none is near."""
    from difflib import get_close_matches  # only needed where something is already wrong

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return "did you mean {}?".format(close[0]) if close else ""
