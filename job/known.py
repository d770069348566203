"""What checkpoints of one network have in common, worked out for the first of a batch and used for those after it.

A value is known by all that it was worked out from, so that it is what working it out anew would give. In each worker a
Memory holds the values from one checkpoint to the next, and both sides have the Known of it meanwhile.
"""
import contextlib
import hashlib
import pickle
import tempfile
from collections import OrderedDict
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Sequence, TypeVar

from job.errors import EnvironmentFailed, StageFailed

Values = Mapping[str, bytes]  # pickled, by digest
T = TypeVar("T")

_MOST = 2 ** 22  # bytes that a memory holds for a side: some tens of networks


class Known:
    """Of one side, and of the processes that it forks off. Without `told`, every value is worked out, and none is kept."""

    def __init__(self, told: Optional[Values] = None) -> None:
        self._told = told
        self._news = None if told is None else tempfile.TemporaryFile()  # outlives the fork that writes to it

    def value(self, made_from: Optional[Sequence[bytes]], make: Callable[[], T]) -> T:
        """What `make` gives, which must depend on nothing but what it is made from; None where nobody can tell."""
        if self._told is None or made_from is None:
            return make()
        key = _digest(made_from)
        if key in self._told:
            return pickle.loads(self._told[key])
        value = make()
        with contextlib.suppress(OSError):  # then the next one works it out too
            pickle.dump((key, pickle.dumps(value)), self._news)
            self._news.flush()
        return value

    def news(self) -> Values:
        """What was worked out."""
        found = {}  # type: Dict[str, bytes]
        if self._news is not None:
            self._news.seek(0)
            with contextlib.suppress(EOFError, pickle.UnpicklingError):  # the end; or who wrote was killed
                while True:
                    key, value = pickle.load(self._news)
                    found[key] = value
        return found


class Learner:
    """A side that can be told what others like it have worked out."""

    known = Known()

    def recall(self, told: Values) -> None:
        self.known = Known(told)

    def news(self) -> Values:
        return self.known.news()


class Memory:
    """What one worker's sides have worked out so far; the oldest is forgotten first."""

    def __init__(self) -> None:
        self._values = {}  # type: Dict[str, OrderedDict]  # by side

    @contextlib.contextmanager
    def shared_with(self, sides: Sequence[Any]) -> Iterator[None]:
        """Inside, sides know what those before them worked out; what they do is kept where all went well."""
        for side in sides:
            side.start("recall", dict(self._values.get(side.name, ())))
        yield
        for side in sides:
            with contextlib.suppress(StageFailed, EnvironmentFailed):  # it has died since
                self._keep(side.name, side.call("news"))

    def _keep(self, side: str, news: Values) -> None:
        values = self._values.setdefault(side, OrderedDict())
        values.update(news)
        while sum(map(len, values.values())) > _MOST:
            values.popitem(last=False)


def _digest(parts: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part)
    return digest.hexdigest()
