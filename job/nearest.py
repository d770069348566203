"""The name a user most likely meant."""
from typing import Iterable


def did_you_mean(word: str, known: Iterable[str], prefix: str = "") -> str:
    """``did you mean X?`` with the known name that is nearest, else begun alike; "" where there is none. Names are told
    with the prefix, which does not count when they are compared."""
    from difflib import get_close_matches  # only needed where something is already wrong

    known = list(known)
    begun = [name for name in known if word and (name.startswith(word) or word.startswith(name))]
    likely = get_close_matches(word, known, n=1, cutoff=0.6) or begun
    return "did you mean {}{}?".format(prefix, likely[0]) if likely else ""
