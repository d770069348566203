"""A pickle interpreter that builds inert values and runs nothing.

Globals are handed to `find_global` as names, never imported. What it builds are dicts, lists, tuples,
scalars, whatever the allowed globals build, and Placeholder. Python's own rules are followed otherwise
(protocols 0 to 5). Every opcode is charged for the memory that it can take, every call for what it can copy,
and lengths are checked against the file before anything is read: memory and time stay within bounds.
"""

import struct
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from job.checkpoint.source import Source
from job.checkpoint.values import Placeholder
from job.errors import BadCheckpoint

MOST_MEMORY = 120 * 1000 * 1000  # bytes, beyond the pickle's own; a ResNet-152 with its optimizer takes 5 million
COST = 60  # bytes, of an opcode that is not in the next lines
COSTS = {bytes([opcode]): cost for cost, opcodes in (
    (90, b"]lt\x85\x86\x87\x8f"),  # lists, tuples and sets
    (130, b"pqr\x94"),  # the memo
    (260, b"}dRiocQP\x81\x92\x93"),  # mappings, and what our stand-ins make
) for opcode in opcodes}
COPIED = 160  # bytes, of each item of a container that is copied
LONGEST_KEY = 4096  # characters
LONGEST_GLOBAL = 512
LARGEST_KEY = 2**61 - 2  # whole numbers beyond it can be made to share a hash
MISCALLED = (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError)


class Global(NamedTuple):
    """A class or function that a pickle names; `build` is our inert stand-in for calling it."""

    name: str
    build: Optional[Callable[..., Any]] = None


class Mark:
    """What the MARK opcode leaves on the stack."""


class Opaque:
    """Stands for a key that is not a scalar: it equals nothing else."""


MARK = Mark()


def malformed(what: str) -> BadCheckpoint:
    return BadCheckpoint("its pickle is malformed: " + what, hint="the file is damaged, or made to mislead")


def as_key(key: Any) -> Any:
    """A scalar as it is; anything else as a key that nobody can look up."""
    if isinstance(key, (str, bytes)):
        if len(key) > LONGEST_KEY:
            raise malformed("a key of {} characters".format(len(key)))
        return key
    plain = (
        key is None or isinstance(key, (bool, float)) or (isinstance(key, int) and abs(key) <= LARGEST_KEY)
    )
    return key if plain else Opaque()


def shown(value: Any) -> str:
    """Text for a message; what holds other values is only named, since it may hold millions."""
    if value is None or isinstance(value, (str, bytes, int, float)):
        return "{!r:.80}".format(value)
    return "a {}".format(type(value).__name__)


class PickleMachine:
    """The state of one interpretation: the stack, the memo and where it reads."""

    def __init__(
        self,
        source: Source,
        find_global: Callable[[str, str], Global],
        persistent_load: Callable[[Any], Any],
    ) -> None:
        self.source = source
        self.find_global = find_global
        self.persistent_load = persistent_load
        self.stack = []  # type: List[Any]
        self.memo = {}  # type: Dict[int, Any]
        self._left = MOST_MEMORY + source.size

    def run(self, opcodes: Mapping[bytes, Callable[["PickleMachine"], None]]) -> Any:
        """The value of the pickle at the source's position, which then is just after it."""
        read, costs = self.source.read, COSTS
        while True:
            code = read(1)
            if code == b".":
                return self.pop()
            handler = opcodes.get(code)
            if handler is None:
                raise malformed("opcode 0x{} at byte {}".format(code.hex(), self.source.position - 1))
            self.charge(costs.get(code, COST))
            handler(self)

    def charge(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise malformed("it would take more memory and time than any model's")

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def top(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise malformed("it takes from an empty stack")
        return self.stack[-1]

    def pop(self) -> Any:
        value = self.top()
        del self.stack[-1]
        return value

    def pop_to_mark(self) -> List[Any]:
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index] is MARK:
                items = self.stack[index + 1 :]
                del self.stack[index:]
                return items
        raise malformed("there is no mark on the stack")

    def number(self, layout: str) -> Any:
        return struct.unpack(layout, self.source.read(struct.calcsize(layout)))[0]

    def call(self, function: Any, args: Any) -> Any:
        if not isinstance(function, Global) or not isinstance(args, tuple):
            raise malformed("it calls what is not a function")
        if function.build is None:
            return Placeholder(function.name)
        self.charge(16 * len(args))
        self.charge(sum(len(each) for each in args if isinstance(each, (str, bytes))))
        self.charge(COPIED * sum(len(each) for each in args if isinstance(each, (tuple, list, dict))))
        try:
            return function.build(*args)
        except MISCALLED as error:
            raise malformed("arguments of {}: {:.200}".format(function.name, str(error))) from error
