"""A pickle interpreter that builds inert values and runs nothing.

Globals are handed to `find_global` as names, never imported. What it builds are dicts, lists, tuples,
scalars, whatever the allowed globals build, and Placeholder. Python's own rules are followed otherwise
(protocols 0 to 5); opcodes are counted, lengths are checked against the file before anything is read.
"""
import struct
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from job.checkpoint.source import Source
from job.checkpoint.values import Placeholder
from job.errors import BadCheckpoint

MOST_OPCODES = 1000 * 1000  # a ResNet-152 with its optimizer takes 60,000
SCALARS = (str, bytes, int, float, bool, type(None))
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
    if isinstance(key, SCALARS):
        return key
    if isinstance(key, tuple) and all(isinstance(item, SCALARS) for item in key):
        return tuple(key)
    return Opaque()


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

    def run(self, opcodes: Mapping[bytes, Callable[["PickleMachine"], None]]) -> Any:
        """The value of the pickle at the source's position, which then is just after it."""
        read = self.source.read
        for _ in range(MOST_OPCODES):
            code = read(1)
            if code == b".":
                return self.pop()
            handler = opcodes.get(code)
            if handler is None:
                raise malformed("opcode 0x{} at byte {}".format(code.hex(), self.source.position - 1))
            handler(self)
        raise malformed("more than {} opcodes".format(MOST_OPCODES))

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
                items = self.stack[index + 1:]
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
        try:
            return function.build(*args)
        except MISCALLED as error:
            raise malformed("arguments of {}: {}".format(function.name, error)) from error
